"""A disk that is full: writes are refused, reads go on, and all is well once there is room again, without a restart."""

import subprocess
import time

import pytest

from expect import s3_error
from harness import Server
from services import s3_client

MIB = 1024 * 1024
DISK = 1_100
BODY = b"\x5a" * (32 * MIB)
# How long the server may go by what it last saw of the disk.
NOTICED = 0.5


@pytest.fixture
def small_disk(tmp_path):
    """A disk of its own, in memory. It takes root to make one, or sudo."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}m", "tmpfs", folder], check=True)
    server = Server(folder).start()
    yield server
    server.kill()
    subprocess.run(["umount", folder], check=True)


def fill(server: Server, mib: int):
    """Something else on the disk takes up room."""
    (server.data.parent / "filler").write_bytes(bytes(mib * MIB))
    time.sleep(NOTICED)


def test_a_full_disk_refuses_writes_and_loses_nothing(small_disk):
    s3 = s3_client(small_disk, small_disk.root)
    s3.create_bucket(Bucket="full-disk")
    s3.put_object(Bucket="full-disk", Key="first", Body=BODY)
    s3.put_object(Bucket="full-disk", Key="small", Body=b"before")

    fill(small_disk, 850)
    with s3_error("InsufficientStorage", 507):
        s3.put_object(Bucket="full-disk", Key="large", Body=BODY)
    with s3_error("InsufficientStorage", 507):
        s3.put_object(Bucket="full-disk", Key="new", Body=b"x")
    assert s3.get_object(Bucket="full-disk", Key="first")["Body"].read() == BODY
    assert s3.get_object(Bucket="full-disk", Key="small")["Body"].read() == b"before"
    listed = s3.list_objects_v2(Bucket="full-disk")["Contents"]
    assert [entry["Key"] for entry in listed] == ["first", "small"]

    (small_disk.data.parent / "filler").unlink()
    time.sleep(NOTICED)
    s3.put_object(Bucket="full-disk", Key="small", Body=b"after")
    assert s3.get_object(Bucket="full-disk", Key="small")["Body"].read() == b"after"
    assert small_disk.stop() == 0
    assert small_disk.run("trail", "verify", "--data", small_disk.data).returncode == 0
