"""Objects through boto3: put, get, head, delete, copy, list."""

import base64
import datetime
import hashlib

import pytest
from expect import s3_error
from harness import fresh, pattern

WEIRD = "dir/a b+é~*(1).txt"
KEYS = [
    "plain.txt",
    WEIRD,
    "dir//double",
    "dir/./dot/../dots",
    "percent%20%2F",
    "question?and&equals=",
    "quote'\"<>&#",
    "漢字/ключ/🗝",
    " leading and trailing ",
    "trailing/",
    "k" * 1000,
]


@pytest.mark.parametrize("size", [0, 1, 15, 16, 16383, 16384, 16385, 65536, 1_000_003, 8 * 1024 * 1024 + 1])
def test_what_is_put_is_what_is_got(s3, bucket, size):
    body = pattern(size, size)
    put = s3.put_object(Bucket=bucket, Key="a", Body=body)
    assert put["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
    got = s3.get_object(Bucket=bucket, Key="a")
    assert got["ContentLength"] == size
    assert got["ETag"] == put["ETag"]
    assert got["Body"].read() == body


@pytest.mark.parametrize("key", KEYS)
def test_any_key_works(s3, bucket, key):
    s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode()
    assert [found["Key"] for found in s3.list_objects_v2(Bucket=bucket)["Contents"]] == [key]
    assert [found["Key"] for found in s3.list_objects(Bucket=bucket)["Contents"]] == [key]
    s3.delete_object(Bucket=bucket, Key=key)
    with s3_error("NoSuchKey", 404):
        s3.get_object(Bucket=bucket, Key=key)


def test_a_key_may_not_be_longer_than_1023_bytes(s3, bucket):
    with s3_error(("KeyTooLongError", "InvalidArgument"), 400):
        s3.put_object(Bucket=bucket, Key="k" * 1025, Body=b"")


def test_headers_and_metadata_come_back(s3, bucket):
    given = {
        "ContentType": "text/x-test; charset=utf-8",
        "CacheControl": "max-age=7",
        "ContentDisposition": 'attachment; filename="a.txt"',
        "ContentEncoding": "identity",
        "ContentLanguage": "de",
        "Metadata": {"colour": "blue", "two-words": "a b"},
    }
    s3.put_object(Bucket=bucket, Key="a", Body=b"abc", **given)
    for answer in (s3.head_object(Bucket=bucket, Key="a"), s3.get_object(Bucket=bucket, Key="a")):
        assert {name: answer[name] for name in given} == given
        age = datetime.datetime.now(datetime.UTC) - answer["LastModified"]
        assert abs(age) < datetime.timedelta(minutes=5)


def test_the_reader_may_override_headers(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"abc", ContentType="text/plain")
    asked = {"ResponseContentType": "text/html", "ResponseContentDisposition": "inline", "ResponseCacheControl": "no-store"}
    got = s3.get_object(Bucket=bucket, Key="a", **asked)
    assert (got["ContentType"], got["ContentDisposition"], got["CacheControl"]) == tuple(asked.values())


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=5-9", 5, 9),
        ("bytes=16380-16390", 16380, 16390),
        ("bytes=99990-", 99990, 99999),
        ("bytes=-10", 99990, 99999),
        ("bytes=-200000", 0, 99999),
        ("bytes=99999-200000", 99999, 99999),
    ],
)
def test_a_range_is_exact(s3, bucket, asked, first, last):
    body = pattern(100_000)
    s3.put_object(Bucket=bucket, Key="a", Body=body)
    got = s3.get_object(Bucket=bucket, Key="a", Range=asked)
    assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert got["ContentRange"] == f"bytes {first}-{last}/100000"
    assert got["Body"].read() == body[first : last + 1]


def test_a_range_behind_the_end_is_an_error(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"0123456789")
    with s3_error("InvalidRange", 416):
        s3.get_object(Bucket=bucket, Key="a", Range="bytes=10-20")


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "bytes=5-1", "bytes=x", "lines=0-1"])
def test_a_range_that_says_nothing_is_the_whole(s3, bucket, asked):
    s3.put_object(Bucket=bucket, Key="a", Body=b"0123456789")
    got = s3.get_object(Bucket=bucket, Key="a", Range=asked)
    assert (got["ResponseMetadata"]["HTTPStatusCode"], got["Body"].read()) == (200, b"0123456789")


def test_missing_objects_are_named_as_such(s3, bucket):
    with s3_error("NoSuchKey", 404):
        s3.get_object(Bucket=bucket, Key="none")
    with s3_error("404", 404):
        s3.head_object(Bucket=bucket, Key="none")
    s3.delete_object(Bucket=bucket, Key="none")


def test_an_overwrite_replaces_everything(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=pattern(300_000), Metadata={"old": "1"}, ContentType="text/old")
    s3.put_object(Bucket=bucket, Key="a", Body=b"new")
    got = s3.get_object(Bucket=bucket, Key="a")
    assert got["Body"].read() == b"new"
    assert got["Metadata"] == {}
    assert got["ContentType"] != "text/old"


def test_many_are_deleted_at_once(s3, bucket):
    keys = [WEIRD, "b<&>", "c"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in [*keys, "never"]]})
    assert sorted(found["Key"] for found in answer["Deleted"]) == sorted([*keys, "never"])
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="d", Body=b"x")
    quiet = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "d"}], "Quiet": True})
    assert "Deleted" not in quiet and "Errors" not in quiet


def test_a_copy_is_a_copy(s3, bucket):
    body = pattern(200_000)
    s3.put_object(Bucket=bucket, Key=WEIRD, Body=body, ContentType="text/a", Metadata={"a": "1"})
    source = {"Bucket": bucket, "Key": WEIRD}
    made = s3.copy_object(Bucket=bucket, Key="kept", CopySource=source)
    assert made["CopyObjectResult"]["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
    kept = s3.get_object(Bucket=bucket, Key="kept")
    assert (kept["Body"].read(), kept["ContentType"], kept["Metadata"]) == (body, "text/a", {"a": "1"})
    s3.copy_object(
        Bucket=bucket, Key="new", CopySource=source, MetadataDirective="REPLACE", Metadata={"b": "2"}, ContentType="text/b"
    )
    new = s3.head_object(Bucket=bucket, Key="new")
    assert (new["ContentType"], new["Metadata"]) == ("text/b", {"b": "2"})
    s3.delete_object(Bucket=bucket, Key=WEIRD)
    assert s3.get_object(Bucket=bucket, Key="new")["Body"].read() == body


def test_a_copy_onto_itself_has_to_change_something(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"a", Metadata={"a": "1"})
    with s3_error("InvalidRequest", 400):
        s3.copy_object(Bucket=bucket, Key="a", CopySource={"Bucket": bucket, "Key": "a"})
    s3.copy_object(
        Bucket=bucket, Key="a", CopySource={"Bucket": bucket, "Key": "a"}, MetadataDirective="REPLACE", Metadata={"b": "2"}
    )
    assert s3.head_object(Bucket=bucket, Key="a")["Metadata"] == {"b": "2"}


def test_a_copy_of_nothing_is_an_error(s3, bucket):
    with s3_error("NoSuchKey", 404):
        s3.copy_object(Bucket=bucket, Key="a", CopySource={"Bucket": bucket, "Key": "none"})
    with s3_error("NoSuchBucket", 404):
        s3.copy_object(Bucket=bucket, Key="a", CopySource={"Bucket": fresh("none"), "Key": "none"})


def test_conditions_on_a_copy(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="a", Body=b"a")["ETag"]
    source = {"Bucket": bucket, "Key": "a"}
    s3.copy_object(Bucket=bucket, Key="b", CopySource=source, CopySourceIfMatch=etag)
    with s3_error("PreconditionFailed", 412):
        s3.copy_object(Bucket=bucket, Key="b", CopySource=source, CopySourceIfNoneMatch=etag)


def test_conditional_reads(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="a", Body=b"a")["ETag"]
    changed = s3.head_object(Bucket=bucket, Key="a")["LastModified"]
    earlier, later = changed - datetime.timedelta(hours=1), changed + datetime.timedelta(seconds=1)
    read = {"Bucket": bucket, "Key": "a"}
    assert s3.get_object(**read, IfMatch=etag)["ETag"] == etag
    assert s3.get_object(**read, IfNoneMatch='"other"')["ETag"] == etag
    assert s3.get_object(**read, IfModifiedSince=earlier)["ETag"] == etag
    with s3_error("304", 304):
        s3.get_object(**read, IfNoneMatch=etag)
    with s3_error("304", 304):
        s3.get_object(**read, IfModifiedSince=later)
    with s3_error("304", 304):
        s3.head_object(**read, IfNoneMatch=etag)
    with s3_error("PreconditionFailed", 412):
        s3.get_object(**read, IfMatch='"other"')
    with s3_error("PreconditionFailed", 412):
        s3.get_object(**read, IfUnmodifiedSince=earlier)


def test_conditional_writes(s3, bucket):
    write = {"Bucket": bucket, "Key": "a"}
    etag = s3.put_object(**write, Body=b"1", IfNoneMatch="*")["ETag"]
    with s3_error("PreconditionFailed", 412):
        s3.put_object(**write, Body=b"2", IfNoneMatch="*")
    with s3_error("PreconditionFailed", 412):
        s3.put_object(**write, Body=b"2", IfMatch='"00000000000000000000000000000000"')
    assert s3.get_object(**write)["Body"].read() == b"1"
    s3.put_object(**write, Body=b"3", IfMatch=etag)
    assert s3.get_object(**write)["Body"].read() == b"3"
    with s3_error("NoSuchKey", 404):
        s3.put_object(Bucket=bucket, Key="none", Body=b"2", IfMatch=etag)


def test_a_wrong_content_md5_changes_nothing(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"old")
    wrong = base64.b64encode(hashlib.md5(b"other").digest()).decode()
    with s3_error("BadDigest", 400):
        s3.put_object(Bucket=bucket, Key="a", Body=b"new", ContentMD5=wrong)
    with s3_error("InvalidDigest", 400):
        s3.put_object(Bucket=bucket, Key="a", Body=b"new", ContentMD5="bm90IGFuIG1kNQ==")
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"old"
    right = base64.b64encode(hashlib.md5(b"new").digest()).decode()
    s3.put_object(Bucket=bucket, Key="a", Body=b"new", ContentMD5=right)


def fill(s3, bucket, keys):
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())


def test_folders_by_delimiter(s3, bucket):
    fill(s3, bucket, ["a", "dir/1", "dir/2", "dir/sub/3", "é b/4", "z"])
    for lister in (s3.list_objects, s3.list_objects_v2):
        top = lister(Bucket=bucket, Delimiter="/")
        assert [found["Key"] for found in top["Contents"]] == ["a", "z"]
        assert [found["Prefix"] for found in top["CommonPrefixes"]] == ["dir/", "é b/"]
        inside = lister(Bucket=bucket, Delimiter="/", Prefix="dir/")
        assert [found["Key"] for found in inside["Contents"]] == ["dir/1", "dir/2"]
        assert [found["Prefix"] for found in inside["CommonPrefixes"]] == ["dir/sub/"]
        odd = lister(Bucket=bucket, Prefix="é ")
        assert [found["Key"] for found in odd["Contents"]] == ["é b/4"]


def test_a_listing_tells_size_time_and_etag(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"abc")
    found = s3.list_objects_v2(Bucket=bucket)["Contents"][0]
    assert found["Size"] == 3
    assert found["ETag"] == f'"{hashlib.md5(b"abc").hexdigest()}"'
    assert found["StorageClass"] == "STANDARD"
    assert abs(datetime.datetime.now(datetime.UTC) - found["LastModified"]) < datetime.timedelta(minutes=5)
    owner = s3.list_objects_v2(Bucket=bucket, FetchOwner=True)["Contents"][0]["Owner"]
    assert owner["ID"]


@pytest.mark.parametrize("operation", ["list_objects", "list_objects_v2"])
@pytest.mark.parametrize("page", [1, 2, 5, 1000])
def test_pages_cover_everything_once(s3, bucket, operation, page):
    keys = sorted([f"d{n % 3}/k{n}+ {n}" for n in range(9)] + ["top1", "top2"])
    fill(s3, bucket, keys)
    pages = list(s3.get_paginator(operation).paginate(Bucket=bucket, PaginationConfig={"PageSize": page}))
    assert [found["Key"] for part in pages for found in part.get("Contents", [])] == keys
    assert all(len(part.get("Contents", [])) <= page for part in pages)
    grouped = s3.get_paginator(operation).paginate(Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": page})
    seen = [entry for part in grouped for entry in part.get("CommonPrefixes", []) + part.get("Contents", [])]
    names = [entry.get("Prefix") or entry.get("Key") for entry in seen]
    assert names == ["d0/", "d1/", "d2/", "top1", "top2"]


def test_a_listing_may_start_after_a_key(s3, bucket):
    fill(s3, bucket, ["a", "b", "c"])
    after = s3.list_objects_v2(Bucket=bucket, StartAfter="a")
    assert [found["Key"] for found in after["Contents"]] == ["b", "c"]
    assert after["KeyCount"] == 2
    none = s3.list_objects_v2(Bucket=bucket, MaxKeys=0)
    assert none["KeyCount"] == 0 and not none["IsTruncated"]


def test_a_made_up_continuation_token_is_refused(s3, bucket):
    with s3_error("InvalidArgument", 400):
        s3.list_objects_v2(Bucket=bucket, ContinuationToken="not a token")
