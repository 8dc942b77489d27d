"""Operators: made by whoever owns the data folder, with rights by duty, and with none in any account."""

import json
import time

import pytest
from alibabacloud_tea_openapi.client import Client
from alibabacloud_tea_openapi.models import Config, OpenApiRequest, Params
from alibabacloud_tea_util.models import RuntimeOptions
from expect import rpc_error, s3_error
from harness import Credentials, Rpc, Server, fresh
from services import Tea, kms_of, new_key, s3_client

VERSION = "2026-11-24"


@pytest.fixture(scope="module")
def operators(tmp_path_factory):
    """A server with operators: one who looks after them, one for accounts, one with no duty."""
    made = Server(tmp_path_factory.mktemp("operators"))
    made.start()
    assert made.stop() == 0, made.tail()
    made.chief, made.clerk, made.idle = (
        operator(made, "chief", "operators", "audit"),
        operator(made, "clerk", "accounts"),
        operator(made, "idle"),
    )
    made.start()
    yield made
    made.finish()
    verified = made.run("trail", "verify", "--data", made.data)
    assert verified.stdout.startswith("ok: "), verified.stdout


def operator(server, name: str, *duties: str) -> Credentials:
    given = [part for duty in duties for part in ("--duty", duty)]
    made = json.loads(server.run("operator", "create", name, *given, "--data", server.data).stdout)
    assert made["operator"] == name and sorted(made["duties"]) == sorted(duties)
    return Credentials(made["access_key_id"], made["access_key_secret"])


def test_any_openapi_client_speaks_the_interface(operators):
    key = operators.clerk
    config = Config(access_key_id=key.id, access_key_secret=key.secret, endpoint=operators.address, protocol="http")
    params = Params(
        action="CreateAccount",
        version=VERSION,
        protocol="HTTP",
        method="POST",
        auth_type="AK",
        style="RPC",
        pathname="/",
        req_body_type="formData",
        body_type="json",
    )
    request = OpenApiRequest(query={"AccountName": "acme"})
    made = Client(config).call_api(params, request, RuntimeOptions())["body"]
    account = made["Account"]["AccountId"]
    listed = Rpc(operators, key).call(VERSION, "ListAccounts")["Accounts"]["Account"]
    assert {"acme", "default"} & {shown["AccountName"] for shown in listed} and len(listed) == 2
    root = Credentials(made["AccessKey"]["AccessKeyId"], made["AccessKey"]["AccessKeySecret"], account=account)
    # The account is whole: its root key works.
    assert Rpc(operators, root).call("sts", "GetCallerIdentity")["AccountId"] == account
    assert new_key(kms_of(Tea(operators, root)))


def test_the_seal_is_looked_after_through_the_interface(operators):
    chief = Rpc(operators, operators.chief)
    name = fresh("keeper")
    made = chief.call(VERSION, "CreateOperator", **{"OperatorName": name, "Duty.1": "seals"})["AccessKey"]
    keeper = Rpc(operators, Credentials(made["AccessKeyId"], made["AccessKeySecret"]))
    before = keeper.call(VERSION, "GetSeal")["Seal"]
    assert before["Kind"] == "file" and not before["RootKey"]["Rotating"]
    for action in ("GetSeal", "RotateRootKey", "EndErasureEpoch"):
        with rpc_error("NoPermission", 403):
            chief.call(VERSION, action)
    newest = max(epoch["Number"] for epoch in before["Epochs"]["Epoch"])
    keeper.call(VERSION, "EndErasureEpoch")
    give_up = time.monotonic() + 60
    while True:
        epochs = keeper.call(VERSION, "GetSeal")["Seal"]["Epochs"]["Epoch"]
        if [epoch["Number"] for epoch in epochs] == [newest + 1]:
            break
        assert time.monotonic() < give_up, epochs
        time.sleep(0.2)
    # Nothing was lost on the way.
    assert Rpc(operators, operators.root).call("sts", "GetCallerIdentity")


def test_duties_are_all_an_operator_has(operators):
    others = ((operators.chief, "ListAccounts"), (operators.clerk, "ListOperators"), (operators.idle, "ListAccounts"))
    for key, action in others:
        with rpc_error("NoPermission", 403):
            Rpc(operators, key).call(VERSION, action)
    with rpc_error("NoPermission", 403):
        Rpc(operators, operators.root).call(VERSION, "ListOperators")
    chief = Rpc(operators, operators.chief)
    name = fresh("operator")
    given = {"OperatorName": name, "Duty.1": "accounts"}
    made = chief.call(VERSION, "CreateOperator", **given)["AccessKey"]
    new = Rpc(operators, Credentials(made["AccessKeyId"], made["AccessKeySecret"]))
    new.call(VERSION, "ListAccounts")
    chief.call(VERSION, "UpdateOperator", OperatorName=name, Status="Inactive")
    with rpc_error("InvalidAccessKeyId.Inactive"):
        new.call(VERSION, "ListAccounts")
    chief.call(VERSION, "DeleteOperator", OperatorName=name)
    with rpc_error("InvalidAccessKeyId.NotFound"):
        new.call(VERSION, "ListAccounts")


def test_what_is_open_to_everybody_is_not_open_to_them(operators):
    bucket = fresh("open")
    owner = s3_client(operators, operators.root)
    owner.create_bucket(Bucket=bucket)
    owner.put_object(Bucket=bucket, Key="a", Body=b"a")
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    owner.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    assert s3_client(operators, None).get_object(Bucket=bucket, Key="a")["Body"].read() == b"a"
    for key in (operators.chief, operators.clerk, operators.idle):
        theirs = s3_client(operators, key)
        with s3_error("AccessDenied"):
            theirs.get_object(Bucket=bucket, Key="a")
        with s3_error("AccessDenied"):
            theirs.list_objects_v2(Bucket=bucket)
        with s3_error("AccessDenied"):
            theirs.put_object(Bucket=bucket, Key="b", Body=b"b")
    # The tries stand in the tenant's own trail; what operators do with the deployment stands in the deployment's.
    seen = Rpc(operators, operators.root).call("actiontrail", "LookupEvents", MaxResults="50")["Events"]
    assert any(event["userIdentity"]["principalId"] == "idle" for event in seen)
    seen = Rpc(operators, operators.chief).call("actiontrail", "LookupEvents", MaxResults="50")["Events"]
    assert {"CreateOperator"} <= {event["eventName"] for event in seen}
    assert not any(event["eventName"] == "GetObject" for event in seen)


def test_the_tool_looks_after_them_while_the_server_is_stopped(operators):
    assert operators.stop() == 0

    def tool(*given) -> str:
        return operators.run("operator", *given, "--data", operators.data).stdout

    made = operator(operators, "temp", "accounts")
    updated = json.loads(tool("update", "temp", "--duty", "audit", "--active", "false"))
    assert updated["duties"] == ["audit"] and updated["active"] is False
    listed = {shown["operator"]: shown for shown in json.loads(tool("list"))}
    assert listed["temp"]["access_key_ids"] == [made.id] and set(listed) >= {"chief", "clerk", "idle"}
    second = json.loads(tool("key", "temp"))
    assert second["access_key_id"] != made.id
    refused = operators.run("operator", "create", "x", "--duty", "everything", "--data", operators.data, check=False)
    assert refused.returncode != 0 and "one of accounts, operators, audit, seals and support" in refused.stderr
    tool("delete", "temp")
    assert "temp" not in tool("list")
    operators.start()
