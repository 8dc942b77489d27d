"""Request rates: one request too many is answered with how long to wait, in the form the SDKs understand."""

import time

import pytest
from harness import Rpc, Server
from services import Tea, refused

PER_SECOND = 2


@pytest.fixture(scope="module")
def limited(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rates")
    config = folder / "bailee.toml"
    config.write_text(f"[rates]\nsymmetric = {PER_SECOND}\n")
    server = Server(folder, "--config", str(config)).start()
    yield server
    assert server.stop() == 0, server.tail()


def ask(call, key, times):
    return [call("kms", "GenerateDataKey", KeyId=key) for _ in range(times)]


def test_one_too_many_says_when_to_come_back(limited):
    rpc = Rpc(limited, limited.root)
    key = rpc.send("kms", "CreateKey").json()["KeyMetadata"]["KeyId"]
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
    key = sdk.call("kms", "CreateKey")["KeyMetadata"]["KeyId"]
    with refused("Rejected.Throttling", 429):
        ask(sdk.call, key, PER_SECOND * 3)
