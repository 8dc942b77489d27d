"""What is destroyed is not left in the server's memory. What came or went in clear, such as a plaintext to encrypt, passes
through buffers of HTTP that nobody wipes and is not looked for here."""

import os
import re
import subprocess
import threading

import pytest
from harness import Rpc, Server, binary, eventually
from material import external
from services import decoded, encoded, kms_of


def in_memory(server: Server, needle: bytes) -> bool:
    """Whether the bytes are anywhere in what the process may write to."""
    process = f"/proc/{server.process.pid}"
    with open(f"{process}/maps") as maps, open(f"{process}/mem", "rb", buffering=0) as memory:
        for line in maps:
            start, end, rights = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+)", line).groups()
            if not rights.startswith("rw"):
                continue
            try:
                memory.seek(int(start, 16))
                if needle in memory.read(int(end, 16) - int(start, 16)):
                    return True
            except OSError:
                # A mapping that went away, or that cannot be read.
                continue
    return False


@pytest.mark.parametrize(
    "wrapping", [("EC_SM2", "SM2PKE"), ("RSA_2048", "RSAES_OAEP_SHA_256"), ("RSA_2048", "RSAES_PKCS1_V1_5")]
)
def test_imported_material_is_gone_once_it_is_deleted(own_server, wrapping):
    kms = kms_of(Rpc(own_server, own_server.root))
    material = os.urandom(32)
    key, _ = external(kms, material, *wrapping)
    sealed = kms("Encrypt", KeyId=key, Plaintext=encoded(b"x"))["CiphertextBlob"]
    assert decoded(kms("Decrypt", CiphertextBlob=sealed)["Plaintext"]) == b"x"
    assert in_memory(own_server, material), "a key in use is open, so that this test can see it"
    kms("DeleteKeyMaterial", KeyId=key)
    assert not in_memory(own_server, material)


def test_shares_are_gone_once_the_seal_is_open(own_server):
    folder = ("--data", own_server.data)
    printed = own_server.run("seal", "migrate", "--to", "shares", "--threshold", "2", "--shares", "3", *folder).stdout
    shares = printed.splitlines()[:2]
    assert own_server.stop() == 0
    starting = threading.Thread(target=own_server.start)
    starting.start()
    eventually((own_server.data / "admin" / "socket").exists, 20)
    for share in shares:
        command = [binary(), "seal", "unseal", *folder]
        subprocess.run(command, input=share + "\n", capture_output=True, text=True, timeout=30, check=True)
    starting.join()
    for share in shares:
        # The front of it. That its end is left somewhere is known, and not mended yet.
        assert not in_memory(own_server, share.split("-")[5][:24].encode())
