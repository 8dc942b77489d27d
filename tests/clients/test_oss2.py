"""OSS through the older Python SDK, oss2, with each of its signatures."""

import hashlib
import io
import json

import oss2
import oss2.models
import pytest
import requests
from expect import oss_error
from harness import REGION, Credentials, Rpc, allow, document, fresh, pattern

WEIRD = "dir/a b+é~*(1).txt"
AUTHS = {"v1": oss2.Auth, "v2": oss2.AuthV2, "v4": oss2.AuthV4}


@pytest.fixture(params=list(AUTHS))
def version(request):
    return request.param


@pytest.fixture
def open_bucket(server):
    """Makes an oss2.Bucket for any credentials; None is nobody."""

    def make(credentials, name, version="v4"):
        if credentials is None:
            auth = oss2.AnonymousAuth()
        elif credentials.token:
            auth = oss2.StsAuth(credentials.id, credentials.secret, credentials.token, auth_version=version)
        else:
            auth = AUTHS[version](credentials.id, credentials.secret)
        return oss2.Bucket(auth, server.url, name, region=REGION, connect_timeout=60)

    return make


@pytest.fixture
def oss(open_bucket, root, bucket, version):
    """The test's bucket, opened with each signature version in turn."""
    return open_bucket(root, bucket, version)


def test_buckets(server, root, version):
    auth = AUTHS[version](root.id, root.secret)
    service = oss2.Service(auth, server.url, region=REGION)
    name = fresh("oss2")
    bucket = oss2.Bucket(auth, server.url, name, region=REGION)
    bucket.create_bucket()
    listed = {found.name: found for found in service.list_buckets().buckets}
    assert listed[name].location.removeprefix("oss-") == REGION
    info = bucket.get_bucket_info()
    assert (info.name, info.storage_class, info.acl.grant) == (name, "Standard", "private")
    assert bucket.get_bucket_location().location.removeprefix("oss-") == REGION
    assert name in [found.name for found in oss2.BucketIterator(service, prefix="oss2-", max_keys=1)]
    bucket.put_object("a", b"a")
    with oss_error("BucketNotEmpty", 409):
        bucket.delete_bucket()
    bucket.delete_object("a")
    bucket.delete_bucket()
    with oss_error("NoSuchBucket", 404):
        bucket.get_bucket_info()


@pytest.mark.parametrize("size", [0, 1, 65_537, 1_000_003])
def test_what_is_put_is_what_is_got(oss, size):
    body = pattern(size, size)
    headers = {"Content-Type": "text/x-test", "x-oss-meta-colour": "blue", "Cache-Control": "no-cache"}
    put = oss.put_object(WEIRD, body, headers=headers)
    assert put.etag == hashlib.md5(body).hexdigest().upper()
    assert put.request_id and put.crc is not None
    got = oss.get_object(WEIRD)
    assert got.read() == body
    assert (got.content_type, got.headers["x-oss-meta-colour"]) == ("text/x-test", "blue")
    assert got.headers["Cache-Control"] == "no-cache"
    head = oss.head_object(WEIRD)
    assert (head.content_length, head.etag, head.object_type) == (size, put.etag, "Normal")
    meta = oss.get_object_meta(WEIRD)
    assert (meta.content_length, meta.etag) == (size, put.etag)
    assert oss.object_exists(WEIRD)


def test_ranges_and_conditions(oss):
    body = pattern(100_000)
    etag = oss.put_object("a", body).etag
    assert oss.get_object("a", byte_range=(10, 19)).read() == body[10:20]
    assert oss.get_object("a", byte_range=(None, 10)).read() == body[-10:]
    assert oss.get_object("a", byte_range=(99_990, None)).read() == body[-10:]
    # Without x-oss-range-behavior, OSS answers a range it cannot satisfy with the whole object.
    assert oss.get_object("a", byte_range=(200_000, 300_000)).read() == body
    standard = {"x-oss-range-behavior": "standard"}
    with oss_error("InvalidRange", 416):
        oss.get_object("a", byte_range=(200_000, 300_000), headers=standard)
    with pytest.raises(oss2.exceptions.NotModified):
        oss.get_object("a", headers={"If-None-Match": f'"{etag}"'})
    with oss_error("PreconditionFailed", 412):
        oss.get_object("a", headers={"If-Match": '"00000000000000000000000000000000"'})
    override = oss.get_object("a", params={"response-content-type": "text/other"})
    assert override.content_type == "text/other"


def test_missing_things_are_named(oss, open_bucket, root, version):
    with oss_error("NoSuchKey", 404):
        oss.get_object("none")
    with pytest.raises(oss2.exceptions.NoSuchKey):
        oss.head_object("none")
    assert not oss.object_exists("none")
    with oss_error("NoSuchBucket", 404):
        open_bucket(root, fresh("none"), version).get_object("none")
    oss.delete_object("none")


def test_overwriting_can_be_forbidden(oss):
    oss.put_object("a", b"1", headers={"x-oss-forbid-overwrite": "true"})
    with oss_error("FileAlreadyExists", 409):
        oss.put_object("a", b"2", headers={"x-oss-forbid-overwrite": "true"})
    assert oss.get_object("a").read() == b"1"


def test_a_wrong_content_md5_changes_nothing(oss):
    oss.put_object("a", b"old")
    with oss_error("InvalidDigest", 400):
        oss.put_object("a", b"new", headers={"Content-MD5": "XrY7u+Ae7tCTyyK7j1rNww=="})
    assert oss.get_object("a").read() == b"old"


def test_listing(oss):
    keys = ["a", WEIRD, "dir/b", "dir/sub/c", "z<&>"]
    for key in keys:
        oss.put_object(key, key.encode())
    assert [found.key for found in oss.list_objects().object_list] == sorted(keys)
    top = oss.list_objects(delimiter="/")
    assert ([found.key for found in top.object_list], top.prefix_list) == (["a", "z<&>"], ["dir/"])
    inside = oss.list_objects_v2(prefix="dir/a b+", fetch_owner=True)
    assert [found.key for found in inside.object_list] == [WEIRD]
    assert inside.object_list[0].owner.id
    for iterate in (oss2.ObjectIterator, oss2.ObjectIteratorV2):
        seen = [found.key for found in iterate(oss, delimiter="/", max_keys=1)]
        assert seen == ["a", "dir/", "z<&>"]
    first = oss.list_objects(max_keys=2)
    assert first.is_truncated and len(first.object_list) == 2
    rest = oss.list_objects(marker=first.next_marker)
    assert [found.key for found in first.object_list + rest.object_list] == sorted(keys)
    deleted = oss.batch_delete_objects([*keys, "never"])
    assert sorted(deleted.deleted_keys) == sorted([*keys, "never"])
    assert oss.list_objects().object_list == []


def test_copying(oss, bucket):
    oss.put_object(WEIRD, b"abc", headers={"x-oss-meta-a": "1"})
    made = oss.copy_object(bucket, WEIRD, "copy")
    assert made.etag == hashlib.md5(b"abc").hexdigest().upper()
    assert oss.head_object("copy").headers["x-oss-meta-a"] == "1"
    replace = {"x-oss-metadata-directive": "REPLACE", "x-oss-meta-b": "2"}
    oss.copy_object(bucket, WEIRD, "new", headers=replace)
    head = oss.head_object("new")
    assert head.headers["x-oss-meta-b"] == "2" and "x-oss-meta-a" not in head.headers
    with oss_error("NoSuchKey", 404):
        oss.copy_object(bucket, "none", "copy")


def test_multipart(oss, bucket):
    size = 100 * 1024
    upload = oss.init_multipart_upload(WEIRD, headers={"x-oss-meta-a": "1"}).upload_id
    assert upload in [found.upload_id for found in oss.list_multipart_uploads().upload_list]
    bodies = [pattern(size, 1), pattern(size, 2), b"end"]
    parts = []
    for number, body in enumerate(bodies, 1):
        made = oss.upload_part(WEIRD, upload, number, body)
        parts.append(oss2.models.PartInfo(number, made.etag, size=len(body), part_crc=made.crc))
    listed = oss.list_parts(WEIRD, upload, max_parts=2)
    assert ([part.part_number for part in listed.parts], listed.is_truncated) == ([1, 2], True)
    with oss_error("InvalidPart", 400):
        oss.complete_multipart_upload(WEIRD, upload, [oss2.models.PartInfo(1, "0" * 32)])
    oss.complete_multipart_upload(WEIRD, upload, parts)
    got = oss.get_object(WEIRD)
    assert got.etag.endswith("-3")
    assert (got.read(), got.headers["x-oss-meta-a"]) == (b"".join(bodies), "1")
    with oss_error("NoSuchUpload", 404):
        oss.list_parts(WEIRD, upload)

    copy = oss.init_multipart_upload("copy").upload_id
    made = oss.upload_part_copy(bucket, WEIRD, (0, size - 1), "copy", copy, 1)
    oss.complete_multipart_upload("copy", copy, [oss2.models.PartInfo(1, made.etag)])
    assert oss.get_object("copy").read() == bodies[0]

    aborted = oss.init_multipart_upload("aborted").upload_id
    oss.upload_part("aborted", aborted, 1, b"x")
    oss.abort_multipart_upload("aborted", aborted)
    with oss_error("NoSuchUpload", 404):
        oss.upload_part("aborted", aborted, 1, b"x")


def test_resumable_upload_and_download(oss, tmp_path):
    source, back = tmp_path / "source", tmp_path / "back"
    source.write_bytes(pattern(3_000_000, 4))
    store = {"store": oss2.ResumableStore(root=str(tmp_path))}
    oss2.resumable_upload(oss, "a", str(source), multipart_threshold=500_000, part_size=1_000_000, num_threads=2, **store)
    down = {"store": oss2.ResumableDownloadStore(root=str(tmp_path))}
    oss2.resumable_download(oss, "a", str(back), multiget_threshold=500_000, part_size=1_000_000, num_threads=2, **down)
    assert back.read_bytes() == source.read_bytes()


def test_a_stream_of_unknown_length(oss):
    chunks = [pattern(10_000, n) for n in range(20)]
    oss.put_object("a", io.BytesIO(b"".join(chunks)))
    oss.put_object("b", iter(chunks))
    assert oss.get_object("a").read() == oss.get_object("b").read() == b"".join(chunks)


def test_presigned_urls(oss):
    oss.put_object(WEIRD, b"abc")
    for slash_safe in (False, True):
        url = oss.sign_url("GET", WEIRD, 60, slash_safe=slash_safe)
        answer = requests.get(url, timeout=30)
        assert (answer.status_code, answer.content) == (200, b"abc"), answer.text
    url = oss.sign_url("PUT", "new", 60, headers={"Content-Type": "text/plain"})
    assert requests.put(url, data=b"new", headers={"Content-Type": "text/plain"}, timeout=30).status_code == 200
    assert oss.get_object("new").read() == b"new"
    assert requests.put(oss.sign_url("GET", WEIRD, 60), data=b"x", timeout=30).status_code == 403
    assert requests.get(oss.sign_url("GET", WEIRD, 60).replace("a%20b", "other"), timeout=30).status_code == 403


def test_acl(oss, open_bucket, bucket):
    nobody = open_bucket(None, bucket)
    oss.put_object("a", b"abc")
    with oss_error("AccessDenied", 403):
        nobody.get_object("a")
    oss.put_bucket_acl(oss2.BUCKET_ACL_PUBLIC_READ)
    assert oss.get_bucket_acl().acl == oss2.BUCKET_ACL_PUBLIC_READ
    assert nobody.get_object("a").read() == b"abc"
    oss.put_object_acl("a", oss2.OBJECT_ACL_PRIVATE)
    assert oss.get_object_acl("a").acl == oss2.OBJECT_ACL_PRIVATE
    with oss_error("AccessDenied", 403):
        nobody.get_object("a")
    oss.put_object_acl("a", oss2.OBJECT_ACL_DEFAULT)
    assert nobody.get_object("a").read() == b"abc"
    with oss_error("AccessDenied", 403):
        nobody.put_object("b", b"x")
    oss.put_bucket_acl(oss2.BUCKET_ACL_PRIVATE)


def test_bucket_policy(oss, open_bucket, root, second, bucket):
    oss.put_object("a", b"abc")
    other = open_bucket(second, bucket)
    with oss_error("AccessDenied", 403):
        other.get_object("a")
    with oss_error("NoSuchBucketPolicy", 404):
        oss.get_bucket_policy()
    statement = allow("oss:GetObject", resource=[f"acs:oss:*:{root.account}:{bucket}/*"], Principal=[second.account])
    policy = document(statement)
    oss.put_bucket_policy(policy)
    assert json.loads(oss.get_bucket_policy().policy) == json.loads(policy)
    assert other.get_object("a").read() == b"abc"
    with oss_error("AccessDenied", 403):
        other.put_object("a", b"x")
    oss.delete_bucket_policy()
    with oss_error("AccessDenied", 403):
        other.get_object("a")
    with oss_error("InvalidPolicyDocument", 400):
        oss.put_bucket_policy('{"Version":"1","Statement":[{"Effect":"Maybe"}]}')


def test_bucket_encryption(oss):
    with oss_error("NoSuchServerSideEncryptionRule", 404):
        oss.get_bucket_encryption()
    oss.put_bucket_encryption(oss2.models.ServerSideEncryptionRule("AES256"))
    assert oss.get_bucket_encryption().sse_algorithm == "AES256"
    assert oss.put_object("a", b"a").headers["x-oss-server-side-encryption"] == "AES256"
    oss.delete_bucket_encryption()


def test_temporary_credentials(server, people, assumer, open_bucket, bucket, s3, version):
    s3.put_object(Bucket=bucket, Key="a", Body=b"abc")
    session = Rpc(server, assumer).assume(people.role(allow("oss:GetObject")))
    oss = open_bucket(session, bucket, version)
    assert oss.get_object("a").read() == b"abc"
    with oss_error("AccessDenied", 403):
        oss.put_object("a", b"x")
    assert requests.get(oss.sign_url("GET", "a", 60), timeout=30).content == b"abc"
    with oss_error(("InvalidAccessKeyId", "InvalidSecurityToken", "AccessDenied")):
        open_bucket(Credentials(session.id, session.secret), bucket, version).get_object("a")


def test_wrong_keys(open_bucket, root, bucket, version):
    with oss_error("SignatureDoesNotMatch", 403):
        open_bucket(Credentials(root.id, "wrong"), bucket, version).get_object("a")
    with oss_error("InvalidAccessKeyId", 403):
        open_bucket(Credentials("LTAIunknownunknown", "wrong"), bucket, version).get_object("a")


def test_errors_tell_where_they_come_from(server, bucket):
    answer = requests.get(f"{server.url}/{bucket}/none", headers={"x-oss-date": "20260101T000000Z"}, timeout=30)
    assert answer.status_code == 403
    assert answer.headers["Content-Type"].startswith("application/xml")
    assert answer.headers["Date"] and answer.headers["x-oss-request-id"]
    assert "xmlns" not in answer.text
    for element in ("Code", "Message", "RequestId", "HostId"):
        assert f"<{element}>" in answer.text


def test_one_object_two_dialects(oss, s3, bucket):
    body = pattern(300_000)
    oss.put_object(WEIRD, body, headers={"Content-Type": "text/x", "x-oss-meta-a": "1"})
    got = s3.get_object(Bucket=bucket, Key=WEIRD)
    assert (got["Body"].read(), got["ContentType"], got["Metadata"]) == (body, "text/x", {"a": "1"})
    s3.put_object(Bucket=bucket, Key="s3", Body=b"from s3", Metadata={"b": "2"})
    back = oss.get_object("s3")
    assert (back.read(), back.headers["x-oss-meta-b"]) == (b"from s3", "2")
    assert [found.key for found in oss.list_objects().object_list] == [WEIRD, "s3"]
    assert got["ETag"].strip('"').upper() == oss.head_object(WEIRD).etag
