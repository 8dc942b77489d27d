"""What every client test starts from: a running server, its accounts, and clients for them."""

import os
import subprocess

import pytest
from harness import Credentials, People, Rpc, Server, fresh
from services import SDKS, kms_of, new_key, s3_client
from wycheproof import REPORT


def pytest_terminal_summary(terminalreporter):
    """Says how much of each file of published vectors ran."""
    if REPORT:
        terminalreporter.section("Wycheproof through the HTTP interface")
    for count in REPORT:
        terminalreporter.line(str(count))


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """One server for the whole run, with three accounts. Tests keep apart by fresh names."""
    made = Server(tmp_path_factory.mktemp("bailee")).start()
    assert made.stop() == 0, made.tail()
    made.second = made.create_account("second")
    # For tests that need many keys: an account may have 200.
    made.third = made.create_account("third")
    made.start()
    yield made
    assert made.stop() == 0, made.tail()
    assert "panicked" not in made.log.read_text(errors="replace"), made.tail()


@pytest.fixture
def own_server(tmp_path):
    """A server of its own for a test that stops or damages it."""
    made = Server(tmp_path).start()
    yield made
    made.kill()


SOFTHSM = "/usr/lib/softhsm/libsofthsm2.so"


@pytest.fixture
def token(tmp_path, monkeypatch):
    """A software token of its own, and the configuration that names it."""
    tokens = tmp_path / "tokens"
    tokens.mkdir()
    settings = tmp_path / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
    environment = {**os.environ, "SOFTHSM2_CONF": str(settings)}
    made = ["softhsm2-util", "--init-token", "--free", "--label", "bailee", "--pin", "1234", "--so-pin", "5678"]
    subprocess.run(made, env=environment, check=True, capture_output=True)
    monkeypatch.setenv("SOFTHSM2_CONF", str(settings))
    pin = tmp_path / "pin"
    pin.write_text("1234\n")
    config = tmp_path / "bailee.toml"
    config.write_text(f'[pkcs11]\nmodule = "{SOFTHSM}"\ntoken = "bailee"\npin_file = "{pin}"\n')
    return tokens, config, pin


@pytest.fixture(scope="session")
def root(server) -> Credentials:
    return server.root


@pytest.fixture(scope="session")
def second(server) -> Credentials:
    """The root key of another account."""
    return server.second


@pytest.fixture(scope="session")
def rpc(server, root) -> Rpc:
    return Rpc(server, root)


@pytest.fixture(scope="session")
def people(rpc) -> People:
    return People(rpc)


@pytest.fixture(params=list(SDKS))
def sdk(request):
    """Each of the Alibaba SDKs in turn."""
    return SDKS[request.param]


@pytest.fixture
def kms(sdk, server, root):
    """Calls KMS as root of the first account."""
    return kms_of(sdk(server, root))


@pytest.fixture
def kms_as(sdk, server):
    """Calls KMS as anyone."""
    return lambda credentials: kms_of(sdk(server, credentials))


@pytest.fixture
def key(kms):
    """A new key of the first account; scheduled for deletion afterwards."""
    made = new_key(kms, Description="test")
    yield made
    if kms("DescribeKey", KeyId=made)["KeyMetadata"]["KeyState"] != "PendingDeletion":
        kms("ScheduleKeyDeletion", KeyId=made, PendingWindowInDays=7)


@pytest.fixture(scope="session")
def make_s3(server):
    """Makes S3 clients for any credentials; None is nobody."""
    return lambda credentials, **options: s3_client(server, credentials, **options)


@pytest.fixture(scope="session")
def s3(server, root):
    return s3_client(server, root)


@pytest.fixture
def bucket(s3):
    """A new bucket of the first account, emptied and removed afterwards."""
    name = fresh("bucket")
    s3.create_bucket(Bucket=name)
    yield name
    empty(s3, name)
    s3.delete_bucket(Bucket=name)


def empty(s3, bucket):
    for upload in s3.list_multipart_uploads(Bucket=bucket).get("Uploads", []):
        s3.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for found in page.get("Contents", []):
            s3.delete_object(Bucket=bucket, Key=found["Key"])
