"""What was encrypted opens again, whatever became of its key meanwhile: a random walk with a fixed seed."""

import json
import random

import pytest
import requests
from harness import Rpc, RpcError
from material import bring
from services import aws_client, decoded, encoded, kms_of, new_key, version_of

SEED = 20_260_731
STEPS = 70
PASSPHRASE = "correct horse battery"
SPECS = ("Aliyun_AES_256", "Aliyun_AES_192", "Aliyun_AES_128", "Aliyun_SM4")
LENGTHS = dict(zip(SPECS, (32, 24, 16, 16), strict=True))
PAIR = {"RSA_2048": "RSAES_OAEP_SHA_256", "EC_SM2": "SM2PKE"}


class Walk:
    """A server, its keys, and everything that was ever encrypted, with what must come of opening it."""

    def __init__(self, server):
        self.server, self.draw = server, random.Random(SEED)
        self.call = kms_of(Rpc(server, server.root, requests.Session()))
        self.states, self.material, self.sealed, self.done = {}, {}, [], []
        for spec in SPECS:
            self.new_key(KeySpec=spec)
            key = self.new_key(KeySpec=spec, Origin="EXTERNAL")
            self.material[key] = self.draw.randbytes(LENGTHS[spec])
            bring(self.call, key, self.material[key])
        self.pairs = {self.new_key(KeySpec=spec, KeyUsage="ENCRYPT/DECRYPT"): name for spec, name in PAIR.items()}

    def new_key(self, **given):
        key = new_key(self.call, **given)
        self.states[key] = "Enabled"
        return key

    def seal_command(self, *arguments):
        self.server.run("seal", *arguments, "--data", self.server.data, **self.secrets())

    def secrets(self):
        return {"BAILEE_NEW_PASSPHRASE": PASSPHRASE, "BAILEE_PASSPHRASE": PASSPHRASE}

    def some_key(self, *states):
        found = [key for key, state in self.states.items() if state in states]
        return self.draw.choice(found) if found else None

    def encrypt(self):
        key = self.some_key("Enabled")
        plain = self.draw.randbytes(self.draw.choice((1, 16, 100)))
        if key in self.pairs:
            asked = {"KeyId": key, "KeyVersionId": version_of(self.call, key), "Algorithm": self.pairs[key]}
            blob = self.call("AsymmetricEncrypt", Plaintext=encoded(plain), **asked)["CiphertextBlob"]
            self.sealed.append((key, plain, "AsymmetricDecrypt", {**asked, "CiphertextBlob": blob}))
            return
        context = {"EncryptionContext": json.dumps({"step": str(len(self.done))})}
        blob = self.call("Encrypt", KeyId=key, Plaintext=encoded(plain), **context)["CiphertextBlob"]
        self.sealed.append((key, plain, "Decrypt", {"CiphertextBlob": blob, **context}))

    def move(self):
        """The same plaintext under another key; the first ciphertext goes on opening."""
        to = self.some_key("Enabled")
        found = [one for one in self.sealed if one[2] == "Decrypt" and self.states[one[0]] == "Enabled"]
        if not found or to in self.pairs:
            return
        _, plain, _, given = self.draw.choice(found)
        asked = {"CiphertextBlob": given["CiphertextBlob"], "SourceEncryptionContext": given["EncryptionContext"]}
        blob = self.call("ReEncrypt", DestinationKeyId=to, **asked)["CiphertextBlob"]
        self.sealed.append((to, plain, "Decrypt", {"CiphertextBlob": blob}))

    def change(self, action, before, after, **given):
        key = self.some_key(*before)
        if key:
            self.call(action, KeyId=key, **given)
            self.states[key] = after

    def disable(self):
        self.change("DisableKey", ["Enabled"], "Disabled")

    def enable(self):
        self.change("EnableKey", ["Disabled"], "Enabled")

    def schedule(self):
        self.change("ScheduleKeyDeletion", ["Enabled", "Disabled"], "PendingDeletion", PendingWindowInDays=7)

    def cancel(self):
        self.change("CancelKeyDeletion", ["PendingDeletion"], "Enabled")

    def take_material(self):
        found = [key for key in self.material if self.states[key] in ("Enabled", "Disabled")]
        if found:
            key = self.draw.choice(found)
            self.call("DeleteKeyMaterial", KeyId=key)
            self.states[key] = "PendingImport"

    def bring_material(self):
        key = self.some_key("PendingImport")
        if key:
            bring(self.call, key, self.material[key])
            self.states[key] = "Enabled"

    def rotate(self):
        """On demand through Amazon's interface: Alibaba's has no such action for these keys."""
        own = [key for key in self.states if key not in self.material and key not in self.pairs]
        found = [key for key in own if self.states[key] == "Enabled"]
        if found:
            self.rotate_by_aws(self.draw.choice(found))

    def restart(self, kill=False):
        self.server.kill() if kill else self.server.stop()
        self.server.start()

    def crash(self):
        self.restart(kill=True)

    def end_epoch(self):
        self.seal_command("epoch")

    def rotate_root_key(self):
        self.seal_command("rotate")

    def migrate(self):
        self.seal_command("migrate", "--to", "passphrase")

    def check(self):
        """Opens everything; what is under a key that rests is refused for the key's state."""
        for key, plain, action, given in self.sealed:
            state = self.states[key]
            try:
                opened = self.call(action, **given)
            except RpcError as error:
                assert (error.status, error.code) == (409, f"Rejected.{state}"), (self.done, key, error)
            else:
                assert state == "Enabled" and decoded(opened["Plaintext"]) == plain, (self.done, key)

    def wake(self):
        """Brings every key back, by the way that its state needs."""
        while any(state != "Enabled" for state in self.states.values()):
            for step in (self.enable, self.cancel, self.bring_material):
                step()


COMMON = ("disable", "enable", "schedule", "cancel", "take_material", "bring_material", "move", "rotate", *["encrypt"] * 5)
RARE = ("restart", "crash", "end_epoch", "rotate_root_key", "migrate")


@pytest.fixture
def walk(own_server):
    made = Walk(own_server)
    own_server.environment = made.secrets()
    aws = aws_client("kms", own_server, own_server.root)
    made.rotate_by_aws = lambda key: aws.rotate_key_on_demand(KeyId=key)
    return made


def test_what_was_encrypted_opens_again(walk):
    # The rare steps come in a drawn order, evenly between the common ones.
    rare, every = walk.draw.sample(RARE, len(RARE)), STEPS // len(RARE)
    for number in range(STEPS):
        step = rare.pop() if number % every == every - 1 else walk.draw.choice(COMMON)
        walk.done.append(step)
        getattr(walk, step)()
        if step in RARE:
            walk.check()
    assert not rare and len(walk.sealed) > 20
    walk.wake()
    walk.check()
