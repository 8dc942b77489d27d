"""The RPC services by hand: exact answers and bad input that no SDK would send."""

import time
import uuid

import pytest
import requests
from harness import Credentials, Rpc, allow
from services import kms_of, new_key


def told(answer, status, code):
    """The answer has to be an error in the services' own form."""
    body = answer.json()
    assert (answer.status_code, body["Code"]) == (status, code), answer.text
    assert body["Message"] and body["RequestId"]
    assert "HostId" in body
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["x-acs-request-id"] == body["RequestId"]
    return body


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_get_and_post_are_the_same(rpc, method):
    answer = rpc.send("sts", "GetCallerIdentity", method=method)
    assert answer.status_code == 200, answer.text
    assert answer.json()["RequestId"] == answer.headers["x-acs-request-id"]


def test_parameters_may_be_split_over_query_and_body(rpc, server):
    parameters = rpc.parameters("kms", "ListKeys", {"PageSize": 1})
    parameters["Signature"] = rpc.signature("POST", parameters)
    query = {name: parameters.pop(name) for name in ("Action", "Version", "AccessKeyId")}
    answer = requests.post(server.url, params=query, data=parameters, timeout=30)
    assert answer.status_code == 200, answer.text


def test_a_wrong_signature_shows_what_was_signed(server, root):
    body = told(Rpc(server, Credentials(root.id, "wrong")).send("kms", "ListKeys"), 400, "SignatureDoesNotMatch")
    # The legacy SDK cuts the message at its first colon and crashes where there is none.
    assert "server string to sign is:POST&%2F&AccessKeyId%3D" in body["Message"]


@pytest.mark.parametrize("changed", ["PageSize", "Action", "Timestamp", "SignatureNonce", "Version"])
def test_every_parameter_is_signed(rpc, changed):
    values = {"PageSize": "2", "Action": "ListAliases", "SignatureNonce": "other", "Version": "2015-05-01"}
    values["Timestamp"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 5))
    answer = rpc.send("kms", "ListKeys", PageSize=1, change={changed: values[changed]})
    assert answer.status_code in (400, 404), answer.text
    assert answer.json()["Code"] in ("SignatureDoesNotMatch", "InvalidAction.NotFound", "InvalidApi.NotFound")


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_clock_may_be_off_by_15_minutes_only(rpc, minutes):
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + minutes * 60))
    told(rpc.send("kms", "ListKeys", Timestamp=stamp), 400, "InvalidTimeStamp.Expired")


def test_a_malformed_time_is_named(rpc):
    told(rpc.send("kms", "ListKeys", Timestamp="yesterday"), 400, "InvalidTimeStamp.Format")
    told(rpc.send("ram", "ListUsers", Timestamp="yesterday"), 400, "InvalidTimeStamp.Format")


def test_a_nonce_works_once(rpc):
    nonce = uuid.uuid4().hex
    assert rpc.send("kms", "ListKeys", SignatureNonce=nonce).status_code == 200
    told(rpc.send("kms", "ListKeys", SignatureNonce=nonce), 400, "SignatureNonceUsed")


def test_a_nonce_stays_used_across_a_restart(own_server):
    rpc = Rpc(own_server, own_server.root)
    nonce = uuid.uuid4().hex
    assert rpc.send("kms", "ListKeys", SignatureNonce=nonce).status_code == 200
    own_server.kill()
    own_server.start()
    told(rpc.send("kms", "ListKeys", SignatureNonce=nonce), 400, "SignatureNonceUsed")


def test_unknown_actions_and_versions_are_named(rpc):
    answer = rpc.send("kms", "MakeCoffee")
    assert answer.status_code in (400, 404) and answer.json()["Code"] in ("InvalidAction.NotFound", "InvalidApi.NotFound")
    answer = rpc.send("1999-01-01", "ListKeys")
    assert answer.status_code in (400, 404), answer.text
    assert answer.json()["Code"] in ("InvalidVersion", "InvalidAction.NotFound", "InvalidApi.NotFound")


def test_the_version_chooses_the_service(rpc):
    """CreateUser exists in RAM; KMS has none."""
    assert rpc.send("kms", "CreateUser", UserName="x").json()["Code"] in ("InvalidAction.NotFound", "InvalidApi.NotFound")


def test_what_is_not_supported_says_so(rpc):
    answer = rpc.send("kms", "ConnectKmsInstance", KmsInstanceId="a")
    assert answer.status_code == 400, answer.text
    assert answer.json()["Code"] == "UnsupportedOperation"


@pytest.mark.parametrize("missing", ["AccessKeyId", "SignatureMethod", "Timestamp", "Signature"])
def test_a_missing_part_of_the_signature_is_named(rpc, server, missing):
    parameters = rpc.parameters("kms", "ListKeys", {})
    parameters.pop(missing, None)
    if missing != "Signature":
        parameters["Signature"] = rpc.signature("POST", parameters)
    answer = requests.post(server.url, data=parameters, timeout=30)
    assert answer.status_code in (400, 403, 404), answer.text
    assert answer.json()["Code"] and answer.json()["Message"]


def test_nobody_may_nothing(server):
    answer = Rpc(server, None).send("kms", "ListKeys")
    assert answer.status_code in (400, 403), answer.text
    assert answer.json()["Code"]


def test_a_refusal_says_what_was_missing(server, people):
    user = people.user(allow("oss:*"))
    answer = Rpc(server, user).send("kms", "ListKeys")
    body = answer.json()
    assert answer.status_code == 403 and body["Code"] in ("Forbidden.NoPermission", "Forbidden.RAM", "NoPermission")
    assert body["AccessDeniedDetail"]["AuthAction"] == "kms:ListKeys"
    assert body["AccessDeniedDetail"]["NoPermissionType"] == "ImplicitDeny"


def test_a_body_too_large_is_refused(server):
    answer = requests.post(server.url, data={"Action": "ListKeys", "Version": "2016-01-20", "X": "x" * 20_000_000}, timeout=30)
    assert answer.status_code in (400, 413), answer.text


def test_a_map_may_come_flat(rpc):
    """Node's Tea writes EncryptionContext.key=value; Python's writes one JSON text. Both mean the same."""
    key = new_key(kms_of(rpc))
    flat = {"EncryptionContext.a b": "1", "EncryptionContext.c": "2"}
    sealed = rpc.call("kms", "Encrypt", KeyId=key, Plaintext="YWJj", **flat)["CiphertextBlob"]
    opened = rpc.call("kms", "Decrypt", CiphertextBlob=sealed, EncryptionContext='{"c":"2", "a b":"1"}')
    assert opened["Plaintext"] == "YWJj"
    rpc.call("kms", "ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)


@pytest.mark.parametrize("context", ["[]", '{"a":1}', '{"a":{"b":"c"}}', "{", '"a"'])
def test_a_broken_encryption_context_is_named(rpc, context):
    key = new_key(kms_of(rpc))
    body = told(rpc.send("kms", "Encrypt", KeyId=key, Plaintext="YWJj", EncryptionContext=context), 400, "InvalidParameter")
    assert "EncryptionContext" in body["Message"]
    rpc.call("kms", "ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
