"""Receipts: what shows to anybody, offline, that something was recorded or erased."""

import json

import pytest
from expect import rpc_error
from harness import Rpc, RpcError, eventually
from services import s3_client


def events(rpc, name):
    return rpc.call("actiontrail", "LookupEvents", **{"LookupAttribute.1.Key": "EventName", "LookupAttribute.1.Value": name})[
        "Events"
    ]


def receipt(rpc, action, event):
    """A receipt, as soon as the event is under a checkpoint."""

    def look():
        try:
            return rpc.call("actiontrail", action, EventId=event["eventId"], EventTime=event["eventTime"])["Receipt"]
        except RpcError as refused:
            assert refused.status == 503, refused
            return None

    return eventually(look, 20)


def written(folder, content):
    path = folder / "receipt.json"
    path.write_text(json.dumps(content))
    return path


@pytest.fixture
def erased(own_server):
    """A server, and the event by which an object of it was deleted."""
    s3 = s3_client(own_server, own_server.root)
    s3.create_bucket(Bucket="gone")
    s3.put_object(Bucket="gone", Key="secret-plans", Body=b"x" * 1000)
    s3.delete_object(Bucket="gone", Key="secret-plans")
    rpc = Rpc(own_server, own_server.root)
    return own_server, rpc, events(rpc, "DeleteObject")[0]


def test_an_event_is_shown_to_anybody(erased, tmp_path):
    server, rpc, event = erased
    given = receipt(rpc, "GetEventReceipt", event)
    path = written(tmp_path, given)
    vkey = tmp_path / "vkey"
    vkey.write_text(given["verifier_key"] + "\n")
    shown = server.run("trail", "check-receipt", path, "--vkey", vkey)
    assert json.loads(shown.stdout)["eventId"] == event["eventId"]
    assert "ok: recorded in bailee/" in shown.stderr
    # Without a key of one's own, the receipt's is taken, and said so.
    assert "own word" in server.run("trail", "check-receipt", path).stderr
    for part in ("event", "proof"):
        changed = dict(given)
        changed[part] = changed[part].replace("gone", "went") if part == "event" else changed[part].replace("index ", "index 1", 1)
        done = server.run("trail", "check-receipt", written(tmp_path, changed), "--vkey", vkey, check=False)
        assert done.returncode != 0, (part, done.stdout)
    with rpc_error("InvalidParameter", 400):
        rpc.call("actiontrail", "GetEventReceipt", EventId="none")
    with rpc_error("MissingParameter", 400):
        rpc.call("actiontrail", "GetEventReceipt")


def test_an_erasure_is_shown_and_becomes_final(erased, tmp_path):
    server, rpc, event = erased
    assert event["responseElements"]["destroyedKeys"]["keys"] == 1
    path = written(tmp_path, receipt(rpc, "GetErasureReceipt", event))
    shown = server.run("erasure", "verify", path).stdout
    assert "secret-plans" in shown and "1 destroyed" in shown and "not yet" in shown
    server.run("seal", "epoch", "--data", server.data)
    finished = eventually(lambda: final(rpc, event), 20)
    shown = server.run("erasure", "verify", written(tmp_path, finished)).stdout
    assert "final:        since 20" in shown, shown
    with rpc_error("InvalidParameter", 400):
        made = events(rpc, "CreateBucket")[0]
        rpc.call("actiontrail", "GetErasureReceipt", EventId=made["eventId"], EventTime=made["eventTime"])
    # The same from the data folder of a stopped server.
    server.stop()
    account = server.root.account
    which = ("--account", account, "--event", event["eventId"], "--time", event["eventTime"], "--data", server.data)
    made = server.run("erasure", "receipt", *which).stdout
    assert json.loads(made)["finality"]
    assert "final:        since" in server.run("erasure", "verify", written(tmp_path, json.loads(made))).stdout
    assert json.loads(server.run("trail", "receipt", *which).stdout)["format"] == "bailee/receipt/v1"


def final(rpc, event):
    found = receipt(rpc, "GetErasureReceipt", event)
    return found if found["finality"] else None
