"""A large object, in and out, through a server that never holds more than a little of it."""

import hashlib
import io

from boto3.s3.transfer import TransferConfig
from harness import Server, fresh, pattern
from services import s3_client

MIB = 1 << 20
# Five times what the server may hold. More would prove no more of its memory and take minutes of a small machine.
PARTS, PART = 16, 64 * MIB
RESIDENT_LIMIT = 200 * MIB


class Source(io.RawIOBase):
    """A file that is made while it is read: each part is another run of bytes."""

    def __init__(self):
        self.place, self.number, self.part = 0, -1, b""

    def readable(self):
        return True

    def read(self, size=-1):
        number, offset = divmod(self.place, PART)
        if number >= PARTS:
            return b""
        if number != self.number:
            self.number, self.part = number, content(number)
        piece = self.part[offset:] if size < 0 else self.part[offset : offset + size]
        self.place += len(piece)
        return piece


BLOCK = pattern(PART)


def content(number: int) -> bytes:
    return number.to_bytes(8, "big") + BLOCK[8:]


def peak_resident(server: Server) -> int:
    lines = open(f"/proc/{server.process.pid}/status").read().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


def test_a_large_object_is_never_held_whole(own_server):
    s3 = s3_client(own_server, own_server.root)
    bucket = fresh("large")
    s3.create_bucket(Bucket=bucket)
    transfer = TransferConfig(multipart_chunksize=PART, max_concurrency=4, max_io_queue=4)
    s3.upload_fileobj(Source(), bucket, "large", Config=transfer)
    size = PARTS * PART
    assert s3.head_object(Bucket=bucket, Key="large")["ContentLength"] == size
    body = s3.get_object(Bucket=bucket, Key="large")["Body"]
    for number in range(PARTS):
        assert hashlib.sha256(body.read(PART)).digest() == hashlib.sha256(content(number)).digest(), number
    assert body.read() == b""
    across = f"bytes={9 * PART - 4}-{9 * PART + 7}"
    assert s3.get_object(Bucket=bucket, Key="large", Range=across)["Body"].read() == content(8)[-4:] + content(9)[:8]
    assert peak_resident(own_server) <= RESIDENT_LIMIT, f"{peak_resident(own_server) // MIB} MiB"
