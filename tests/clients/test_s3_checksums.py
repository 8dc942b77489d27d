"""Every checksum kind of S3, right and wrong, in headers and in trailers."""

import base64
import hashlib
import io
import zlib

import pytest
from awscrt import checksums
from expect import s3_error
from harness import pattern

KINDS = {
    "CRC32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
    "CRC32C": lambda body: checksums.crc32c(body).to_bytes(4, "big"),
    "CRC64NVME": lambda body: checksums.crc64nvme(body).to_bytes(8, "big"),
    "SHA1": lambda body: hashlib.sha1(body).digest(),
    "SHA256": lambda body: hashlib.sha256(body).digest(),
}


def checksum(kind, body):
    return base64.b64encode(KINDS[kind](body)).decode()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [0, 5, 200_000])
def test_a_checksum_is_computed_kept_and_told(s3, bucket, kind, size):
    body = pattern(size)
    put = s3.put_object(Bucket=bucket, Key="a", Body=body, ChecksumAlgorithm=kind)
    assert put[f"Checksum{kind}"] == checksum(kind, body)
    got = s3.get_object(Bucket=bucket, Key="a", ChecksumMode="ENABLED")
    assert got[f"Checksum{kind}"] == checksum(kind, body)
    assert got["Body"].read() == body


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_checksum_changes_nothing(s3, bucket, kind):
    s3.put_object(Bucket=bucket, Key="a", Body=b"old")
    with s3_error("BadDigest", 400):
        s3.put_object(Bucket=bucket, Key="a", Body=b"new", **{f"Checksum{kind}": checksum(kind, b"other")})
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"old"
    s3.put_object(Bucket=bucket, Key="a", Body=b"new", **{f"Checksum{kind}": checksum(kind, b"new")})
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"new"


@pytest.mark.parametrize("kind", KINDS)
def test_a_stream_carries_its_checksum_in_a_trailer(s3, bucket, kind):
    body = pattern(300_000, 7)
    s3.put_object(Bucket=bucket, Key="a", Body=io.BytesIO(body), ChecksumAlgorithm=kind)
    got = s3.get_object(Bucket=bucket, Key="a", ChecksumMode="ENABLED")
    assert got["Body"].read() == body
    assert got[f"Checksum{kind}"] == checksum(kind, body)


def test_without_a_wish_the_client_sends_crc(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"abc")
    head = s3.head_object(Bucket=bucket, Key="a", ChecksumMode="ENABLED")
    known = {kind: head.get(f"Checksum{kind}") for kind in ("CRC32", "CRC64NVME")}
    assert any(known[kind] == checksum(kind, b"abc") for kind in known), head


def test_older_clients_send_none(make_s3, root, bucket):
    client = make_s3(root, request_checksum_calculation="when_required", response_checksum_validation="when_required")
    client.put_object(Bucket=bucket, Key="a", Body=b"abc")
    assert client.get_object(Bucket=bucket, Key="a")["Body"].read() == b"abc"


@pytest.mark.parametrize("signed", [True, False])
def test_bodies_may_be_signed_or_not(make_s3, root, bucket, signed):
    client = make_s3(root, s3={"payload_signing_enabled": signed})
    body = pattern(200_000, 3)
    client.put_object(Bucket=bucket, Key="a", Body=body)
    assert client.get_object(Bucket=bucket, Key="a")["Body"].read() == body
