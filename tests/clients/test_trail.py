"""Every call is an event, no event holds a secret, and nobody can change one unseen."""

import hashlib
import json
import re
import shutil

import alibabacloud_actiontrail20200706.models as models
import pytest
from expect import rpc_error, s3_error
from harness import Credentials, Rpc, Server, allow, eventually, fresh, pattern
from services import Tea, kms_of, new_key, s3_client

LOOKUP_SECONDS = 10


@pytest.fixture
def lookup(server, root):
    """Looks events up through the ActionTrail SDK, by attributes; all pages."""
    tea = Tea(server, root)

    def look(**attributes) -> list[dict]:
        wanted = [models.LookupEventsRequestLookupAttribute(key=key, value=value) for key, value in attributes.items()]
        events, more = [], {}
        while True:
            page = tea.call("actiontrail", "LookupEvents", LookupAttribute=wanted, MaxResults="50", **more)
            events += page.get("Events", [])
            if not page.get("NextToken"):
                return events
            more = {"NextToken": page["NextToken"]}

    return look


def request_id(answer) -> str:
    return answer["ResponseMetadata"]["HTTPHeaders"]["x-amz-request-id"]


def find(lookup, wanted: str, **attributes) -> dict:
    """The one event of a request."""
    (event,) = eventually(lambda: [one for one in lookup(**attributes) if one["requestId"] == wanted], LOOKUP_SECONDS)
    return event


def test_a_call_is_an_event(lookup, rpc, root):
    answer = rpc.call("kms", "CreateKey", Description="seen")
    event = find(lookup, answer["RequestId"], EventName="CreateKey")
    assert (event["serviceName"], event["eventRW"], event["eventType"]) == ("Kms", "Write", "ApiCall")
    assert (event["apiVersion"], event["eventSource"].startswith("kms.")) == ("2016-01-20", True)
    assert event["eventId"] and event["eventTime"].endswith("Z") and event["userAgent"]
    assert event["sourceIpAddress"] == "127.0.0.1"
    assert event["recipientAccountId"] == root.account
    who = event["userIdentity"]
    assert (who["type"], who["accountId"], who["accessKeyId"]) == ("root-account", root.account, root.id)
    assert not event.get("errorCode")
    key = answer["KeyMetadata"]["KeyId"]
    rpc.call("kms", "ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)


def test_reads_writes_and_refusals_of_objects_are_events(lookup, s3, make_s3, people, bucket):
    name = "dir/a b+é"
    put = request_id(s3.put_object(Bucket=bucket, Key=name, Body=b"abc"))
    got = request_id(s3.get_object(Bucket=bucket, Key=name))
    user = people.user()
    with s3_error("AccessDenied", 403) as refused:
        make_s3(user).get_object(Bucket=bucket, Key=name)
    with s3_error("NoSuchKey", 404) as missing:
        s3.get_object(Bucket=bucket, Key="none")
    event = find(lookup, put, EventName="PutObject")
    assert event["eventRW"] == "Write" and bucket in json.dumps(event, ensure_ascii=False)
    assert name in json.dumps(event, ensure_ascii=False)
    assert find(lookup, got, EventName="GetObject")["eventRW"] == "Read"
    event = find(lookup, request_id(refused.value.response), EventName="GetObject")
    assert event["errorCode"] == "AccessDenied"
    assert (event["userIdentity"]["type"], event["userIdentity"]["userName"]) == ("ram-user", user.user)
    event = find(lookup, request_id(missing.value.response), EventName="GetObject")
    assert event["errorCode"] == "NoSuchKey"


def test_failed_logins_are_events(lookup, make_s3, root, bucket):
    with s3_error("SignatureDoesNotMatch", 403) as refused:
        make_s3(Credentials(root.id, "wrong")).list_objects_v2(Bucket=bucket)
    event = find(lookup, request_id(refused.value.response), EventAccessKeyId=root.id)
    assert event["errorCode"] == "SignatureDoesNotMatch"


def test_no_event_holds_a_secret(lookup, server, rpc, people, assumer):
    key = new_key(kms_of(rpc))
    plain = "cGxhaW50ZXh0LXRoYXQtbXVzdC1ub3QtYmUtaW4tdGhlLWxvZw=="
    sealed = rpc.call("kms", "Encrypt", KeyId=key, Plaintext=plain)["CiphertextBlob"]
    rpc.call("kms", "Decrypt", CiphertextBlob=sealed)
    data_key = rpc.call("kms", "GenerateDataKey", KeyId=key)["Plaintext"]
    session = Rpc(server, assumer).assume(people.role(allow("oss:*")))
    rpc.call("kms", "ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    text = json.dumps(lookup())
    log = server.log.read_text(errors="replace")
    for secret in (plain, data_key, assumer.secret, session.secret, session.token):
        assert secret not in text
        assert secret not in log
    assert rpc.credentials.secret not in text
    assert assumer.id in text and key in text


def test_lookup_filters_and_orders(lookup, server, root, rpc):
    user = fresh("user")
    rpc.call("ram", "CreateUser", UserName=user)
    rpc.call("ram", "DeleteUser", UserName=user)
    writes = lookup(EventRW="Write")
    assert writes and all(event["eventRW"] == "Write" for event in writes)
    assert all(event["serviceName"] == "Ram" for event in lookup(ServiceName="Ram"))
    times = [event["eventTime"] for event in writes]
    assert times == sorted(times, reverse=True)
    forward = Tea(server, root).call("actiontrail", "LookupEvents", Direction="FORWARD", MaxResults="5")["Events"]
    times = [event["eventTime"] for event in forward]
    assert times == sorted(times) and len(times) == 5


def test_accounts_have_their_own_trail(server, second, lookup, rpc):
    answer = Rpc(server, second).call("kms", "ListKeys")
    mine = Tea(server, second).call("actiontrail", "LookupEvents", MaxResults="50")["Events"]
    assert answer["RequestId"] in [event["requestId"] for event in mine]
    assert all(event["recipientAccountId"] == second.account for event in mine)
    assert answer["RequestId"] not in [event["requestId"] for event in lookup(ServiceName="Kms")]


def test_users_need_a_policy_to_look(server, people):
    with rpc_error("NoPermission", 403):
        Rpc(server, people.user(allow("oss:*"))).call("actiontrail", "LookupEvents")


def test_the_trail_verifies_online(server):
    arguments = ("trail", "verify", "--endpoint", server.url, "--credentials", server.credentials_file)
    assert "ok:" in server.run(*arguments).stdout


# Offline, on copies that are damaged on purpose


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """The data folder of a server that did some work and was stopped."""
    made = Server(tmp_path_factory.mktemp("trail")).start()
    client = s3_client(made, made.root)
    client.create_bucket(Bucket="trail-test")
    for number in range(300):
        client.put_object(Bucket="trail-test", Key=f"k{number}", Body=pattern(100, number))
    client.put_object(Bucket="trail-test", Key="large", Body=pattern(3_000_000))
    Rpc(made, made.root).call("kms", "CreateKey")
    assert made.stop() == 0, made.tail()
    return made


@pytest.fixture
def copy(stopped, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(stopped.data, folder)
    return folder


def verify(server, folder):
    return server.run("trail", "verify", "--data", folder, check=False)


def test_a_copied_folder_verifies_offline(stopped, copy):
    done = verify(stopped, copy)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(re.search(r"^ok: (\d+) events", done.stdout, re.MULTILINE).group(1)) > 300, done.stdout
    shown = stopped.run("trail", "show", "--data", copy).stdout.splitlines()
    events = [json.loads(line) for line in shown]
    assert len([event for event in events if event["eventName"] == "PutObject"]) == 301
    assert len([event for event in events if event["eventName"] == "CreateKey"]) == 1


def logs(folder):
    """The folders of single logs, as docs/formats/trail.md lays them out: one per account and region."""
    found = sorted(path.parent for path in folder.rglob("checkpoint"))
    assert found, f"no log below {folder}"
    return found


def trail_files(folder):
    """Every file that the log's format knows."""
    files = [path for log in logs(folder) for path in log.rglob("*") if path.is_file()]
    kept = sorted(path for path in files if path.parent.name != "tmp")
    assert len(kept) >= 8, kept
    return kept


def tiles(folder):
    return [path for path in trail_files(folder) if "tile" in path.relative_to(folder).parts]


def needed_tiles(folder):
    """The tiles that the checkpoint rests on. Partial ones of earlier checkpoints may be there, and may be gone."""
    needed = []
    for log in logs(folder):
        size = int((log / "checkpoint").read_text().splitlines()[1])
        for path in (log / "tile").rglob("*"):
            if path.is_file():
                *_, level, number = str(path.relative_to(log)).split(".p/")[0].split("/")
                shift = 0 if level == "entries" else 8 * int(level)
                now = (size >> (shift + 8), (size >> shift) % 256)
                if path.parent.suffix != ".p" or (int(number), int(path.name)) == now:
                    needed.append(path)
    assert needed
    return needed


def flipped(content, where):
    changed = bytearray(content)
    changed[int(len(content) * where)] ^= 0x01
    return bytes(changed)


def each_damage_is_found(server, folder, files, damage):
    """Damages one file at a time, and puts it back afterwards."""
    for path in files:
        content = path.read_bytes()
        changed = damage(content)
        if changed is None:
            path.unlink()
        else:
            path.write_bytes(changed)
        done = verify(server, folder)
        assert done.returncode != 0, f"damage to {path} was not found:\n{done.stdout}"
        assert done.stdout + done.stderr, "a failure has to say where"
        path.write_bytes(content)
    assert verify(server, folder).returncode == 0, "whole again"


@pytest.mark.parametrize("where", [0.0, 0.6])
def test_a_flipped_bit_in_any_file_is_found(stopped, copy, where):
    files = [path for path in trail_files(copy) if path.stat().st_size]
    each_damage_is_found(stopped, copy, files, lambda content: flipped(content, where))


@pytest.mark.parametrize(
    "damage",
    [lambda content: None, lambda content: content[: len(content) // 2], lambda content: b""],
    ids=["dropped", "cut", "emptied"],
)
def test_a_dropped_or_cut_tile_is_found(stopped, copy, damage):
    each_damage_is_found(stopped, copy, needed_tiles(copy), damage)


def test_swapped_tiles_are_found(stopped, copy):
    by_size = {}
    for path in tiles(copy):
        by_size.setdefault(path.stat().st_size, []).append(path)
    for same in by_size.values():
        if len(same) > 1 and hashlib.sha256(same[0].read_bytes()).digest() != hashlib.sha256(same[1].read_bytes()).digest():
            first, second = same[0].read_bytes(), same[1].read_bytes()
            same[0].write_bytes(second)
            same[1].write_bytes(first)
            assert verify(stopped, copy).returncode != 0
            return
    # Too few full tiles to swap: put one tile's bytes in the place of another.
    first, second = tiles(copy)[:2]
    second.write_bytes(first.read_bytes())
    assert verify(stopped, copy).returncode != 0


def test_an_older_state_of_the_log_is_found(stopped, copy, tmp_path):
    """Rolling the log back to an earlier, once valid state does not pass: the rest of the data tells."""
    later = Server(tmp_path / "later")
    later.data.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(copy, later.data)
    later.start()
    client = s3_client(later, later.root)
    for number in range(50):
        client.put_object(Bucket="trail-test", Key=f"later{number}", Body=b"x")
    assert later.stop() == 0
    assert verify(stopped, later.data).returncode == 0
    for path in trail_files(later.data):
        path.unlink()
    for path in trail_files(copy):
        target = later.data / path.relative_to(copy)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    done = verify(stopped, later.data)
    assert done.returncode != 0, done.stdout


def test_an_account_may_have_its_reads_on_disk_before_the_answer(server, second):
    own = Rpc(server, second)
    assert own.call("actiontrail", "GetRecordPreference")["RecordPreference"] == {"StrictReads": False}
    assert own.call("actiontrail", "SetRecordPreference", StrictReads=True)["RecordPreference"] == {"StrictReads": True}
    assert own.call("actiontrail", "LookupEvents", MaxResults="5")["Events"]
    assert own.call("actiontrail", "SetRecordPreference", StrictReads=False)["RecordPreference"] == {"StrictReads": False}
    with rpc_error("MissingParameter", 400):
        own.call("actiontrail", "SetRecordPreference")
    with rpc_error("InvalidParameter", 400):
        own.call("actiontrail", "SetRecordPreference", StrictReads="maybe")
