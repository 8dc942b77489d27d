"""What every client test starts from: a running server, its accounts, and clients for them."""

import functools
import pathlib

import pytest
from commands import BIN, aws_environment, run
from harness import Credentials, People, Rpc, Server, fresh
from services import NEWER, SDKS, caller, drop, kms_of, new_key, s3_client
from softhsm import Token
from wycheproof import REPORT

HERE = pathlib.Path(__file__).parent


def pytest_terminal_summary(terminalreporter):
    """Says how much of each file of published vectors ran."""
    if REPORT:
        terminalreporter.section("Wycheproof through the HTTP interface")
    for count in REPORT:
        terminalreporter.line(str(count))


def pytest_collection_modifyitems(config, items):
    """What asks for all that the tests did comes last, and only where all of them run."""
    last = [item for item in items if item.get_closest_marker("whole_run")]
    items[:] = [item for item in items if item not in last]
    chosen = config.option.keyword or config.option.markexpr or any("::" in argument for argument in config.args)
    if {item.path.name for item in items} >= {file.name for file in HERE.glob("test_*.py")} and not chosen:
        items.extend(last)
    else:
        config.hook.pytest_deselected(items=last)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """One server for the whole run, with three accounts. Tests keep apart by fresh names."""
    made, accounts = Server(tmp_path_factory.mktemp("bailee")).with_accounts("second", "third")
    # The third is for tests that need many keys: an account may have 200.
    made.second, made.third = accounts
    yield made
    made.finish()


@pytest.fixture
def own_server(tmp_path):
    """A server of its own for a test that stops or damages it."""
    made = Server(tmp_path).start()
    yield made
    made.kill()


@pytest.fixture
def own_token(tmp_path):
    """A token of its own for a test that takes it away, or counts what is in it."""
    return Token(tmp_path)


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


@pytest.fixture
def assumer(people) -> Credentials:
    return people.assumer()


@pytest.fixture(params=list(SDKS))
def sdk(request):
    """Each of the Alibaba SDKs in turn."""
    return SDKS[request.param]


@pytest.fixture(params=NEWER)
def newer_sdk(request):
    """Each of those that have what is newer than the legacy SDK."""
    return SDKS[request.param]


@pytest.fixture
def kms(sdk, server, root):
    """Calls KMS as root of the first account."""
    return kms_of(sdk(server, root))


@pytest.fixture
def newer_kms(newer_sdk, server, root):
    return kms_of(newer_sdk(server, root))


@pytest.fixture
def kms_as(sdk, server):
    """Calls KMS as anyone."""
    return lambda credentials: kms_of(sdk(server, credentials))


@pytest.fixture
def key(kms):
    """A new key of the first account; scheduled for deletion afterwards."""
    made = new_key(kms, Description="test")
    yield made
    drop(kms, made)


@pytest.fixture
def ram(sdk, server, root):
    """Calls RAM as root of the first account."""
    return caller(sdk(server, root), "ram")


@pytest.fixture
def user(ram):
    """The name of a new user of the first account."""
    name = fresh("user")
    ram("CreateUser", UserName=name, DisplayName="A Tester", Comments="made by a test")
    return name


@pytest.fixture(scope="session")
def make_s3(server):
    """Makes S3 clients for any credentials; None is nobody."""
    return lambda credentials, **options: s3_client(server, credentials, **options)


@pytest.fixture(scope="session")
def s3(server, root):
    return s3_client(server, root)


@pytest.fixture
def aws_cli(server, root):
    """Runs the AWS CLI as root of the first account."""
    return functools.partial(run, BIN / "aws", env=aws_environment(server, root))


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
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        kept = page.get("Versions", []) + page.get("DeleteMarkers", [])
        named = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in kept]
        for start in range(0, len(named), 1000):
            s3.delete_objects(Bucket=bucket, Delete={"Objects": named[start : start + 1000]})
