"""`bailee seal`, while the server runs and while it is stopped."""

import json
import os
import shutil
import stat
import subprocess
import threading

import pytest
import requests
from expect import s3_error
from harness import Rpc, Server, binary, eventually
from services import kms_of, new_key, s3_client
from softhsm import PIN


def seal(server, *arguments, **environment):
    return json.loads(server.run("seal", *arguments, "--data", server.data, **environment).stdout)


def refusal(server, *arguments, data=None, **environment) -> str:
    """What `bailee seal` says where it must not do as it is told."""
    done = server.run("seal", *arguments, "--data", data or server.data, check=False, **environment)
    assert done.returncode != 0, done.stdout
    return done.stderr


def current(shown):
    assert [epoch["state"] for epoch in shown["epochs"]] == ["current"], shown
    return shown["epochs"][0]["number"]


def metric(server, name):
    lines = requests.get(f"{server.metrics_url}/metrics", timeout=5).text.splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(f"{name} "))


def read(s3, key):
    return s3.get_object(Bucket="kept", Key=key)["Body"].read()


def test_an_epoch_ends_while_the_server_serves(own_server):
    s3 = s3_client(own_server, own_server.root)
    rpc = Rpc(own_server, own_server.root)
    s3.create_bucket(Bucket="kept")
    contents = {"small": b"small", "large": os.urandom(300_000)}
    for key, content in contents.items():
        s3.put_object(Bucket="kept", Key=key, Body=content)
    s3.put_object(Bucket="kept", Key="under-kms", Body=b"kms", ServerSideEncryption="aws:kms")
    s3.put_object(Bucket="kept", Key="erased", Body=b"erased")
    made = new_key(kms_of(rpc))
    blob = rpc.call("kms", "Encrypt", KeyId=made, Plaintext="cGxhaW4=")["CiphertextBlob"]
    s3.delete_object(Bucket="kept", Key="erased")

    before = seal(own_server, "status")
    assert (before["kind"], current(before)) == ("file", 1)
    assert current(seal(own_server, "epoch")) == 2
    assert metric(own_server, "bailee_seal_epoch") == 2
    assert metric(own_server, "bailee_seal_rewrapped_total") > 0
    for _ in range(2):
        for key, content in contents.items():
            assert read(s3, key) == content
        assert read(s3, "under-kms") == b"kms"
        assert rpc.call("kms", "Decrypt", CiphertextBlob=blob)["Plaintext"] == "cGxhaW4="
        with s3_error("NoSuchKey", 404):
            read(s3, "erased")
        s3.put_object(Bucket="kept", Key="new", Body=b"new")
        assert read(s3, "new") == b"new"
        assert own_server.stop() == 0
        own_server.start()
    socket = own_server.data / "admin" / "socket"
    assert stat.S_IMODE(socket.stat().st_mode) == 0o600
    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700


def test_another_root_key_and_another_seal_while_the_server_serves(own_server):
    s3 = s3_client(own_server, own_server.root)
    s3.create_bucket(Bucket="kept")
    s3.put_object(Bucket="kept", Key="a", Body=b"a")
    file = own_server.data / "seal.json"
    before = json.loads(file.read_text())
    shown = seal(own_server, "rotate")
    after = json.loads(file.read_text())
    assert not shown["root_key"]["rotating"] and after["root"] != before["root"] and "next" not in after
    assert read(s3, "a") == b"a"

    assert "BAILEE_NEW_PASSPHRASE" in refusal(own_server, "migrate", "--to", "passphrase")
    assert '"passphrase"' in refusal(own_server, "migrate", "--to", "paper")
    shown = seal(own_server, "migrate", "--to", "passphrase", BAILEE_NEW_PASSPHRASE="correct horse battery")
    assert shown["kind"] == "passphrase"
    assert after["root"] not in file.read_text()
    assert read(s3, "a") == b"a"
    assert own_server.stop() == 0

    # Stopped: without the passphrase it shows what it is, and no more.
    assert seal(own_server, "status") == {"kind": "passphrase", "opened": False}
    assert "BAILEE_PASSPHRASE" in refusal(own_server, "epoch")
    opened = {"BAILEE_PASSPHRASE": "correct horse battery"}
    assert current(seal(own_server, "epoch", **opened)) == 2
    assert seal(own_server, "migrate", "--to", "file", **opened)["kind"] == "file"
    own_server.start()
    assert read(s3, "a") == b"a"


def test_an_old_copy_does_not_open_with_the_new_seal(own_server, tmp_path):
    s3 = s3_client(own_server, own_server.root)
    s3.create_bucket(Bucket="kept")
    s3.put_object(Bucket="kept", Key="erased", Body=b"erased")
    s3.put_object(Bucket="kept", Key="lives", Body=b"lives")
    assert own_server.stop() == 0
    copy = Server(tmp_path / "copy")
    shutil.copytree(own_server.data, copy.data)
    own_server.start()
    s3.delete_object(Bucket="kept", Key="erased")
    seal(own_server, "epoch")
    assert read(s3, "lives") == b"lives"
    shutil.copy(own_server.data / "seal.json", copy.data / "seal.json")
    with pytest.raises(RuntimeError):
        copy.start()


def test_a_folder_that_is_none_is_left_alone(own_server, tmp_path):
    for command in (["status"], ["rotate"], ["epoch"], ["migrate", "--to", "file"]):
        assert "no data folder" in refusal(own_server, *command, data=tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_a_server_waits_for_shares(own_server):
    s3 = s3_client(own_server, own_server.root)
    s3.create_bucket(Bucket="kept")
    s3.put_object(Bucket="kept", Key="a", Body=b"a")
    folder = ["--data", own_server.data]
    assert "--threshold" in refusal(own_server, "migrate", "--to", "shares")
    printed = own_server.run("seal", "migrate", "--to", "shares", "--threshold", "2", "--shares", "3", *folder).stdout
    shares = printed.splitlines()[:3]
    assert all(share.startswith("bailee-share-") for share in shares)
    assert json.loads("\n".join(printed.splitlines()[3:]))["kind"] == "shares"
    assert read(s3, "a") == b"a"
    assert own_server.stop() == 0

    # A tool on the stopped folder takes them from the environment.
    assert seal(own_server, "status") == {"kind": "shares", "opened": False}
    assert "fewer" in refusal(own_server, "epoch", BAILEE_SHARES=shares[0])
    assert current(seal(own_server, "epoch", BAILEE_SHARES=f"{shares[2]} {shares[0]}")) == 2

    def give(share, check=True):
        command = [binary(), "seal", "unseal", *folder]
        done = subprocess.run(command, input=share + "\n", capture_output=True, text=True, timeout=30)
        assert (done.returncode == 0) == check, done.stderr
        return json.loads(done.stdout) if check else done.stderr

    starting = threading.Thread(target=own_server.start)
    starting.start()
    eventually((own_server.data / "admin" / "socket").exists, 20)
    assert seal(own_server, "status")["given"] == 0
    assert "misspelt" in give(shares[0][:-1] + ("0" if shares[0][-1] != "0" else "1"), check=False)
    assert give(shares[0]) == {"kind": "shares", "opened": False, "given": 1, "needed": 2}
    assert "already" in give(shares[0], check=False)
    assert give(shares[1])["opened"]
    starting.join()
    assert read(s3, "a") == b"a"
    assert "open already" in give(shares[2], check=False)
    log = own_server.log.read_text()
    assert not any(share.split("-")[5] in log for share in shares)


def test_a_token_that_goes_away_and_comes_back(tmp_path, own_token):
    server = own_token.server(tmp_path).start()
    try:
        s3 = s3_client(server, server.root)
        s3.create_bucket(Bucket="kept")
        s3.put_object(Bucket="kept", Key="lives", Body=b"lives")
        s3.put_object(Bucket="kept", Key="erased", Body=b"erased")
        assert seal(server, "migrate", "--to", "pkcs11")["kind"] == "pkcs11"
        assert "root" not in json.loads((server.data / "seal.json").read_text())
        assert own_token.keys() == 1

        # The whole folder, seal and all: with a token that is worth nothing once the epoch has ended.
        assert server.stop() == 0
        copy = own_token.server(tmp_path / "copy")
        shutil.copytree(server.data, copy.data)
        copy.start()
        assert s3_client(copy, copy.root).get_object(Bucket="kept", Key="erased")["Body"].read() == b"erased"
        copy.kill()
        server.start()
        s3.delete_object(Bucket="kept", Key="erased")

        with own_token.away():
            assert 'no token labelled "bailee"' in refusal(server, "epoch")
            assert read(s3, "lives") == b"lives"
        assert current(seal(server, "epoch")) == 2
        assert own_token.keys() == 1, "the key of the seal before is destroyed"
        assert current(seal(server, "rotate")) == 2
        assert own_token.keys() == 1
        assert read(s3, "lives") == b"lives"
        assert server.stop() == 0
        server.start()
        assert read(s3, "lives") == b"lives"
        with pytest.raises(RuntimeError, match="does not have the key of this seal file"):
            copy.start()

        assert server.stop() == 0
        own_token.pin.write_text("9999\n")
        with pytest.raises(RuntimeError, match="PIN"):
            server.start()
        own_token.pin.write_text(f"{PIN}\n")
        assert seal(server, "migrate", "--to", "file", "--config", own_token.config)["kind"] == "file"
        assert own_token.keys() == 0
        server.start()
        assert read(s3, "lives") == b"lives"
        assert PIN not in json.dumps(seal(server, "status"))
    finally:
        server.kill()
