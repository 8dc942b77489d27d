"""OSS through the current Python SDK, alibabacloud-oss-v2, with both of its signatures."""

import datetime
import hashlib
import json

import alibabacloud_oss_v2 as oss
import pytest
import requests
from expect import ossv2_error
from harness import REGION, Credentials, Rpc, allow, document, fresh, pattern

WEIRD = "dir/a b+é~*(1).txt"


@pytest.fixture
def make_client(server):
    """Makes a client for any credentials; None is nobody."""

    def make(credentials, version="v4"):
        if credentials:
            keys = oss.credentials.StaticCredentialsProvider(credentials.id, credentials.secret, credentials.token)
        else:
            keys = oss.credentials.AnonymousCredentialsProvider()
        config = oss.config.Config(
            region=REGION, endpoint=server.url, credentials_provider=keys, signature_version=version, retry_max_attempts=1
        )
        return oss.Client(config)

    return make


@pytest.fixture(params=["v4", "v1"])
def version(request):
    return request.param


@pytest.fixture
def client(make_client, root, version):
    return make_client(root, version)


def put(client, bucket, key, body, **more):
    return client.put_object(oss.PutObjectRequest(bucket=bucket, key=key, body=body, **more))


def get(client, bucket, key, **more):
    return client.get_object(oss.GetObjectRequest(bucket=bucket, key=key, **more))


def test_buckets(client):
    name = fresh("ossv2")
    client.put_bucket(oss.PutBucketRequest(bucket=name))
    assert client.is_bucket_exist(name)
    info = client.get_bucket_info(oss.GetBucketInfoRequest(bucket=name)).bucket_info
    assert (info.name, info.location.removeprefix("oss-"), info.acl) == (name, REGION, "private")
    located = client.get_bucket_location(oss.GetBucketLocationRequest(bucket=name)).location
    assert located.removeprefix("oss-") == REGION
    pages = client.list_buckets_paginator(limit=1).iter_page(oss.ListBucketsRequest(prefix="ossv2-"))
    assert name in [found.name for page in pages for found in page.buckets or []]
    client.delete_bucket(oss.DeleteBucketRequest(bucket=name))
    assert not client.is_bucket_exist(name)
    with ossv2_error("NoSuchBucket", 404):
        client.get_bucket_info(oss.GetBucketInfoRequest(bucket=name))


@pytest.mark.parametrize("size", [0, 1, 65_537, 1_000_003])
def test_what_is_put_is_what_is_got(client, bucket, size):
    body = pattern(size, size)
    made = put(client, bucket, WEIRD, body, content_type="text/x-test", metadata={"colour": "blue"})
    assert made.etag == f'"{hashlib.md5(body).hexdigest().upper()}"'
    assert made.hash_crc64
    got = get(client, bucket, WEIRD)
    assert got.body.read() == body
    assert (got.content_type, got.metadata, got.etag) == ("text/x-test", {"colour": "blue"}, made.etag)
    head = client.head_object(oss.HeadObjectRequest(bucket=bucket, key=WEIRD))
    assert (head.content_length, head.object_type, head.hash_crc64) == (size, "Normal", made.hash_crc64)
    meta = client.get_object_meta(oss.GetObjectMetaRequest(bucket=bucket, key=WEIRD))
    assert (meta.content_length, meta.etag) == (size, made.etag)


def test_ranges_conditions_and_overrides(client, bucket):
    body = pattern(100_000)
    etag = put(client, bucket, "a", body).etag
    part = get(client, bucket, "a", range_header="bytes=10-19", range_behavior="standard")
    assert (part.body.read(), part.content_range) == (body[10:20], "bytes 10-19/100000")
    with ossv2_error("InvalidRange", 416):
        get(client, bucket, "a", range_header="bytes=200000-300000", range_behavior="standard")
    with ossv2_error("PreconditionFailed", 412):
        get(client, bucket, "a", if_match='"00000000000000000000000000000000"')
    assert get(client, bucket, "a", if_match=etag, response_content_type="text/other").content_type == "text/other"


def test_missing_things_are_named(client, bucket):
    with ossv2_error("NoSuchKey", 404):
        get(client, bucket, "none")
    with ossv2_error("NoSuchKey", 404):
        client.head_object(oss.HeadObjectRequest(bucket=bucket, key="none"))
    assert not client.is_object_exist(bucket, "none")
    with ossv2_error("NoSuchBucket", 404):
        get(client, fresh("none"), "none")
    client.delete_object(oss.DeleteObjectRequest(bucket=bucket, key="none"))


def test_overwriting_can_be_forbidden(client, bucket):
    put(client, bucket, "a", b"1", forbid_overwrite=True)
    with ossv2_error("FileAlreadyExists", 409):
        put(client, bucket, "a", b"2", forbid_overwrite=True)


def test_listing(client, bucket):
    keys = ["a", WEIRD, "dir/b", "dir/sub/c", "z<&>"]
    for key in keys:
        put(client, bucket, key, key.encode())
    for paginator, request in (
        (client.list_objects_paginator, oss.ListObjectsRequest),
        (client.list_objects_v2_paginator, oss.ListObjectsV2Request),
    ):
        pages = list(paginator(limit=2).iter_page(request(bucket=bucket)))
        assert [found.key for page in pages for found in page.contents or []] == sorted(keys)
        top = list(paginator().iter_page(request(bucket=bucket, delimiter="/")))
        assert [found.prefix for page in top for found in page.common_prefixes or []] == ["dir/"]
        odd = list(paginator().iter_page(request(bucket=bucket, prefix="dir/a b+")))
        assert [found.key for page in odd for found in page.contents or []] == [WEIRD]
    doomed = [oss.DeleteObject(key=key) for key in keys]
    deleted = client.delete_multiple_objects(oss.DeleteMultipleObjectsRequest(bucket=bucket, objects=doomed))
    assert sorted(found.key for found in deleted.deleted_objects) == sorted(keys)
    assert not client.list_objects_v2(oss.ListObjectsV2Request(bucket=bucket)).contents


def test_copying(client, bucket):
    put(client, bucket, WEIRD, b"abc", metadata={"a": "1"})
    copy = {"bucket": bucket, "source_bucket": bucket, "source_key": WEIRD}
    client.copy_object(oss.CopyObjectRequest(key="copy", **copy))
    got = get(client, bucket, "copy")
    assert (got.body.read(), got.metadata) == (b"abc", {"a": "1"})
    client.copy_object(oss.CopyObjectRequest(key="new", metadata_directive="REPLACE", metadata={"b": "2"}, **copy))
    assert get(client, bucket, "new").metadata == {"b": "2"}


def test_multipart(client, bucket):
    bodies = [pattern(200_000, 1), pattern(200_000, 2), b"end"]
    begun = client.initiate_multipart_upload(oss.InitiateMultipartUploadRequest(bucket=bucket, key=WEIRD))
    place = {"bucket": bucket, "key": WEIRD, "upload_id": begun.upload_id}
    uploads = client.list_multipart_uploads(oss.ListMultipartUploadsRequest(bucket=bucket)).uploads
    assert [(found.key, found.upload_id) for found in uploads] == [(WEIRD, begun.upload_id)]
    parts = []
    for number, body in enumerate(bodies, 1):
        made = client.upload_part(oss.UploadPartRequest(part_number=number, body=body, **place))
        parts.append(oss.UploadPart(part_number=number, etag=made.etag))
    listed = client.list_parts(oss.ListPartsRequest(**place)).parts
    assert [found.size for found in listed] == [len(body) for body in bodies]
    whole = oss.CompleteMultipartUpload(parts=parts)
    client.complete_multipart_upload(oss.CompleteMultipartUploadRequest(complete_multipart_upload=whole, **place))
    assert get(client, bucket, WEIRD).body.read() == b"".join(bodies)
    with ossv2_error("NoSuchUpload", 404):
        client.list_parts(oss.ListPartsRequest(**place))


def test_uploader_and_downloader(client, bucket, tmp_path):
    source, back = tmp_path / "source", tmp_path / "back"
    source.write_bytes(pattern(20_000_000, 4))
    uploader = client.uploader(part_size=5_000_000, parallel_num=3)
    uploader.upload_file(oss.PutObjectRequest(bucket=bucket, key="a"), str(source))
    downloader = client.downloader(part_size=6_000_000, parallel_num=3)
    downloader.download_file(oss.GetObjectRequest(bucket=bucket, key="a"), str(back))
    assert back.read_bytes() == source.read_bytes()


def test_presigned_urls(client, bucket):
    put(client, bucket, WEIRD, b"abc")
    signed = client.presign(oss.GetObjectRequest(bucket=bucket, key=WEIRD), expires=datetime.timedelta(seconds=60))
    answer = requests.request(signed.method, signed.url, headers=dict(signed.signed_headers or {}), timeout=30)
    assert (answer.status_code, answer.content) == (200, b"abc"), answer.text
    assert requests.get(signed.url.replace("/dir/", "/other/"), timeout=30).status_code == 403


def test_acl_and_policy(client, make_client, root, second, bucket):
    put(client, bucket, "a", b"abc")
    nobody, other = make_client(None), make_client(second)
    with ossv2_error("AccessDenied", 403):
        get(nobody, bucket, "a")
    client.put_object_acl(oss.PutObjectAclRequest(bucket=bucket, key="a", acl="public-read"))
    assert client.get_object_acl(oss.GetObjectAclRequest(bucket=bucket, key="a")).acl == "public-read"
    assert get(nobody, bucket, "a").body.read() == b"abc"
    client.put_object_acl(oss.PutObjectAclRequest(bucket=bucket, key="a", acl="private"))
    with ossv2_error("AccessDenied", 403):
        get(other, bucket, "a")
    statement = allow("oss:GetObject", resource=[f"acs:oss:*:{root.account}:{bucket}/*"], Principal=[second.account])
    client.put_bucket_policy(oss.PutBucketPolicyRequest(bucket=bucket, body=document(statement)))
    kept = client.get_bucket_policy(oss.GetBucketPolicyRequest(bucket=bucket)).body
    assert json.loads(kept) == json.loads(document(statement))
    assert get(other, bucket, "a").body.read() == b"abc"
    client.delete_bucket_policy(oss.DeleteBucketPolicyRequest(bucket=bucket))


def test_bucket_encryption(client, bucket):
    default = oss.ApplyServerSideEncryptionByDefault(sse_algorithm="AES256")
    rule = oss.ServerSideEncryptionRule(apply_server_side_encryption_by_default=default)
    client.put_bucket_encryption(oss.PutBucketEncryptionRequest(bucket=bucket, server_side_encryption_rule=rule))
    kept = client.get_bucket_encryption(oss.GetBucketEncryptionRequest(bucket=bucket)).server_side_encryption_rule
    assert kept.apply_server_side_encryption_by_default.sse_algorithm == "AES256"
    client.delete_bucket_encryption(oss.DeleteBucketEncryptionRequest(bucket=bucket))


def test_temporary_credentials(server, people, assumer, make_client, s3, bucket, version):
    s3.put_object(Bucket=bucket, Key="a", Body=b"abc")
    client = make_client(Rpc(server, assumer).assume(people.role(allow("oss:GetObject"))), version)
    assert get(client, bucket, "a").body.read() == b"abc"
    with ossv2_error("AccessDenied", 403):
        put(client, bucket, "a", b"x")


def test_wrong_keys(make_client, root, bucket, version):
    with ossv2_error("SignatureDoesNotMatch", 403):
        get(make_client(Credentials(root.id, "wrong"), version), bucket, "a")
    with ossv2_error("InvalidAccessKeyId", 403):
        get(make_client(Credentials("LTAIunknownunknown", "wrong"), version), bucket, "a")


def test_what_is_not_supported_says_so(client, bucket):
    with ossv2_error("NotImplemented"):
        client.put_symlink(oss.PutSymlinkRequest(bucket=bucket, key="a", symlink_target="b"))
