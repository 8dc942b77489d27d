"""Request rates: one request too many is answered with how long to wait, in the form the SDKs understand."""

import time

import pytest
from harness import Rpc, Server
from services import Tea, kms_of, new_key, refused

PER_SECOND = 2


@pytest.fixture(scope="module")
def limited(tmp_path_factory):
    made = Server.configured(tmp_path_factory.mktemp("rates"), f"[rates]\nsymmetric = {PER_SECOND}\n").start()
    yield made
    made.finish()


def ask(call, key, times):
    return [call("kms", "GenerateDataKey", KeyId=key) for _ in range(times)]


def test_one_too_many_says_when_to_come_back(limited):
    rpc = Rpc(limited, limited.root)
    key = new_key(kms_of(rpc))
    answers = ask(rpc.send, key, PER_SECOND + 1)
    assert [answer.status_code for answer in answers] == [200] * PER_SECOND + [429]
    assert answers[-1].json()["Code"] == "Rejected.Throttling"
    wait = int(answers[-1].headers["x-acs-retry-after"])
    # Other kinds of requests go on.
    assert rpc.send("kms", "DescribeKey", KeyId=key).status_code == 200
    time.sleep(wait)
    assert ask(rpc.send, key, 1)[0].status_code == 200


def test_the_sdk_knows_what_it_means(limited):
    sdk = Tea(limited, limited.root)
    key = new_key(kms_of(sdk))
    with refused("Rejected.Throttling", 429):
        ask(sdk.call, key, PER_SECOND * 3)
