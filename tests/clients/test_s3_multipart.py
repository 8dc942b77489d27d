"""Objects in parts, through boto3."""

import hashlib
import io

import boto3.s3.transfer
import pytest
from expect import s3_error
from harness import pattern

MIB = 1024 * 1024
PART = 5 * MIB


@pytest.mark.timeout(300)
@pytest.mark.parametrize("size", [0, 1, 8 * MIB - 1, 8 * MIB, 8 * MIB + 1, 20 * MIB, 100 * MIB])
def test_the_transfer_manager_moves_any_size(s3, bucket, size):
    body = pattern(size, size)
    s3.upload_fileobj(io.BytesIO(body), bucket, "a", ExtraArgs={"Metadata": {"a": "1"}})
    head = s3.head_object(Bucket=bucket, Key="a")
    assert (head["ContentLength"], head["Metadata"]) == (size, {"a": "1"})
    got = io.BytesIO()
    s3.download_fileobj(bucket, "a", got)
    assert hashlib.sha256(got.getvalue()).digest() == hashlib.sha256(body).digest()


def start(s3, bucket, key="a", **more):
    return {"Bucket": bucket, "Key": key, "UploadId": s3.create_multipart_upload(Bucket=bucket, Key=key, **more)["UploadId"]}


def put_parts(s3, upload, bodies):
    """Uploads {number: body} and gives back what Complete wants."""
    made = {number: s3.upload_part(**upload, PartNumber=number, Body=body)["ETag"] for number, body in bodies.items()}
    return {"Parts": [{"PartNumber": number, "ETag": etag} for number, etag in sorted(made.items())]}


def test_parts_become_one_object(s3, bucket):
    upload = start(s3, bucket, Metadata={"a": "1"}, ContentType="text/parts")
    bodies = {2: pattern(PART, 2), 7: pattern(1000, 7), 1: pattern(PART + 3, 1)}
    parts = put_parts(s3, upload, bodies)
    with s3_error("NoSuchKey", 404):
        s3.get_object(Bucket=bucket, Key="a")
    done = s3.complete_multipart_upload(**upload, MultipartUpload=parts)
    digests = b"".join(hashlib.md5(bodies[number]).digest() for number in sorted(bodies))
    assert done["ETag"] == f'"{hashlib.md5(digests).hexdigest()}-3"'
    got = s3.get_object(Bucket=bucket, Key="a")
    assert got["Body"].read() == bodies[1] + bodies[2] + bodies[7]
    assert (got["ETag"], got["ContentType"], got["Metadata"]) == (done["ETag"], "text/parts", {"a": "1"})
    across = s3.get_object(Bucket=bucket, Key="a", Range=f"bytes={PART - 10}-{PART + 20}")["Body"].read()
    assert across == (bodies[1] + bodies[2])[PART - 10 : PART + 21]
    with s3_error("NoSuchUpload", 404):
        s3.list_parts(**upload)


def test_a_part_may_be_sent_again(s3, bucket):
    upload = start(s3, bucket)
    put_parts(s3, upload, {1: b"first"})
    parts = put_parts(s3, upload, {1: b"second"})
    s3.complete_multipart_upload(**upload, MultipartUpload=parts)
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"second"


def test_parts_and_uploads_are_listed_by_pages(s3, bucket):
    upload = start(s3, bucket, "dir/a b+é")
    others = [start(s3, bucket, key) for key in ("dir/c", "e")]
    parts = put_parts(s3, upload, {number: pattern(PART if number < 3 else 9, number) for number in (1, 2, 3)})["Parts"]
    pages = list(s3.get_paginator("list_parts").paginate(**upload, PaginationConfig={"PageSize": 2}))
    listed = [found for page in pages for found in page["Parts"]]
    assert [(found["PartNumber"], found["ETag"]) for found in listed] == [(p["PartNumber"], p["ETag"]) for p in parts]
    assert [found["Size"] for found in listed] == [PART, PART, 9]
    paged = s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, PaginationConfig={"PageSize": 1})
    found = [(entry["Key"], entry["UploadId"]) for page in paged for entry in page.get("Uploads", [])]
    assert found == [(entry["Key"], entry["UploadId"]) for entry in (upload, *others)]
    grouped = s3.list_multipart_uploads(Bucket=bucket, Delimiter="/")
    assert [entry["Prefix"] for entry in grouped["CommonPrefixes"]] == ["dir/"]
    assert [entry["Key"] for entry in grouped["Uploads"]] == ["e"]


def test_an_aborted_upload_is_gone(s3, bucket):
    upload = start(s3, bucket)
    parts = put_parts(s3, upload, {1: b"abc"})
    s3.abort_multipart_upload(**upload)
    for call in (
        lambda: s3.list_parts(**upload),
        lambda: s3.upload_part(**upload, PartNumber=1, Body=b"abc"),
        lambda: s3.complete_multipart_upload(**upload, MultipartUpload=parts),
        lambda: s3.abort_multipart_upload(**upload),
    ):
        with s3_error("NoSuchUpload", 404):
            call()
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


def test_part_copy(s3, bucket):
    source = pattern(2 * PART, 5)
    s3.put_object(Bucket=bucket, Key="source +é", Body=source)
    upload = start(s3, bucket)
    origin = {"Bucket": bucket, "Key": "source +é"}
    etags = []
    for number, (first, last) in enumerate([(0, PART - 1), (PART + 1, PART + 100)], 1):
        copied = s3.upload_part_copy(
            **upload, PartNumber=number, CopySource=origin, CopySourceRange=f"bytes={first}-{last}"
        )
        etags.append(copied["CopyPartResult"]["ETag"])
    parts = {"Parts": [{"PartNumber": number, "ETag": etag} for number, etag in enumerate(etags, 1)]}
    s3.complete_multipart_upload(**upload, MultipartUpload=parts)
    got = s3.get_object(Bucket=bucket, Key="a")["Body"].read()
    assert got == source[:PART] + source[PART + 1 : PART + 101]


def test_completion_checks_the_parts(s3, bucket):
    upload = start(s3, bucket)
    parts = put_parts(s3, upload, {1: pattern(PART, 1), 2: b"end"})["Parts"]
    wrong = [{"PartNumber": 1, "ETag": '"00000000000000000000000000000000"'}]
    missing = [parts[0], {"PartNumber": 3, "ETag": parts[0]["ETag"]}]
    for given, code in ((wrong, "InvalidPart"), (missing, "InvalidPart"), (parts[::-1], "InvalidPartOrder")):
        with s3_error(code, 400):
            s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": given})
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    assert s3.head_object(Bucket=bucket, Key="a")["ContentLength"] == PART + 3


def test_small_parts_are_refused_except_the_last(s3, bucket):
    upload = start(s3, bucket)
    parts = put_parts(s3, upload, {1: b"small", 2: b"end"})
    with s3_error("EntityTooSmall", 400):
        s3.complete_multipart_upload(**upload, MultipartUpload=parts)


@pytest.mark.parametrize("number", [0, 10001])
def test_part_numbers_have_bounds(s3, bucket, number):
    upload = start(s3, bucket)
    with s3_error("InvalidArgument", 400):
        s3.upload_part(**upload, PartNumber=number, Body=b"abc")


@pytest.mark.parametrize("kind", ["CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME"])
def test_parts_with_checksums(s3, bucket, kind):
    upload = start(s3, bucket, ChecksumAlgorithm=kind)
    parts = []
    for number, body in ((1, pattern(PART, 1)), (2, b"end")):
        made = s3.upload_part(**upload, PartNumber=number, Body=body, ChecksumAlgorithm=kind)
        parts.append({"PartNumber": number, "ETag": made["ETag"], f"Checksum{kind}": made[f"Checksum{kind}"]})
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    got = s3.get_object(Bucket=bucket, Key="a", ChecksumMode="ENABLED")
    assert got["Body"].read() == pattern(PART, 1) + b"end"


def test_a_small_threshold_of_many_parts(s3, bucket):
    body = pattern(16 * MIB, 9)
    config = boto3.s3.transfer.TransferConfig(multipart_threshold=PART, multipart_chunksize=PART, max_concurrency=4)
    s3.upload_fileobj(io.BytesIO(body), bucket, "a", Config=config)
    got = io.BytesIO()
    s3.download_fileobj(bucket, "a", got, Config=config)
    assert got.getvalue() == body
