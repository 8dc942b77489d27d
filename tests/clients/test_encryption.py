"""Objects under a named key: whoever may not use the key may not have the object."""

import base64

import oss2
import oss2.models
import pytest
from expect import oss_error, s3_error
from harness import REGION, allow, fresh, pattern
from services import drop, kms_of, new_key

BODY = pattern(200_000)


@pytest.fixture
def key(rpc):
    made = new_key(kms_of(rpc))
    yield made
    drop(kms_of(rpc), made)


@pytest.fixture
def users(people, root, key):
    """Two users who may read every object; only the first may use the key."""
    use = allow("kms:Decrypt", "kms:GenerateDataKey", resource=f"acs:kms:*:{root.account}:key/{key}")
    return people.user(allow("oss:*"), use), people.user(allow("oss:*"))


def put_by_s3(s3, bucket, key):
    made = s3.put_object(Bucket=bucket, Key="a", Body=BODY, ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    assert made["ServerSideEncryption"] == "aws:kms" and made["SSEKMSKeyId"].endswith(key)


def put_by_oss(server, root, bucket, key):
    opened = oss2.Bucket(oss2.AuthV4(root.id, root.secret), server.url, bucket, region=REGION)
    headers = {"x-oss-server-side-encryption": "KMS", "x-oss-server-side-encryption-key-id": key}
    made = opened.put_object("a", BODY, headers=headers)
    assert made.headers["x-oss-server-side-encryption"] == "KMS"
    assert made.headers["x-oss-server-side-encryption-key-id"].endswith(key)


@pytest.fixture(params=["s3", "oss", "bucket default", "multipart"])
def encrypted(request, server, root, s3, bucket, key):
    """The bucket, with an object under the key, made in each way there is."""
    if request.param == "s3":
        put_by_s3(s3, bucket, key)
    elif request.param == "oss":
        put_by_oss(server, root, bucket, key)
    elif request.param == "bucket default":
        rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
        s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
        s3.put_object(Bucket=bucket, Key="a", Body=BODY)
    else:
        place = {"Bucket": bucket, "Key": "a"}
        upload = s3.create_multipart_upload(**place, ServerSideEncryption="aws:kms", SSEKMSKeyId=key)["UploadId"]
        etag = s3.upload_part(**place, UploadId=upload, PartNumber=1, Body=BODY)["ETag"]
        s3.complete_multipart_upload(**place, UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]})
    return bucket


def read(client, bucket, **more):
    return client.get_object(Bucket=bucket, Key="a", **more)


def test_only_who_may_use_the_key_reads(make_s3, server, encrypted, users, key):
    may, may_not = users
    got = read(make_s3(may), encrypted)
    assert got["Body"].read() == BODY
    assert got["ServerSideEncryption"] == "aws:kms" and got["SSEKMSKeyId"].endswith(key)
    assert read(make_s3(may), encrypted, Range="bytes=100000-100009")["Body"].read() == BODY[100_000:100_010]
    with s3_error("AccessDenied", 403):
        read(make_s3(may_not), encrypted)
    opened = oss2.Bucket(oss2.AuthV4(may_not.id, may_not.secret), server.url, encrypted, region=REGION)
    with oss_error("AccessDenied", 403):
        opened.get_object("a")


def test_nobody_reads_under_a_disabled_key(make_s3, s3, rpc, server, root, encrypted, users, key):
    rpc.call("kms", "DisableKey", KeyId=key)
    refusals = ("KMS.DisabledException", "AccessDenied", "KmsServiceNotEnabled", "InvalidObjectState")
    for client in (s3, make_s3(users[0])):
        with s3_error(refusals):
            read(client, encrypted)
        with s3_error(refusals):
            client.copy_object(Bucket=encrypted, Key="b", CopySource={"Bucket": encrypted, "Key": "a"})
    opened = oss2.Bucket(oss2.AuthV4(root.id, root.secret), server.url, encrypted, region=REGION)
    with pytest.raises(oss2.exceptions.OssError) as caught:
        opened.get_object("a")
    assert 400 <= caught.value.status < 500, caught.value
    with s3_error(refusals):
        s3.put_object(Bucket=encrypted, Key="new", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    rpc.call("kms", "EnableKey", KeyId=key)
    assert read(s3, encrypted)["Body"].read() == BODY


def test_nobody_reads_under_a_key_that_waits_for_deletion(s3, rpc, bucket, key):
    put_by_s3(s3, bucket, key)
    rpc.call("kms", "ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    with s3_error(None):
        read(s3, bucket)
    rpc.call("kms", "CancelKeyDeletion", KeyId=key)
    assert read(s3, bucket)["Body"].read() == BODY


def test_who_may_not_use_the_key_may_not_write_under_it(make_s3, bucket, users, key):
    may, may_not = users
    put_by_s3(make_s3(may), bucket, key)
    with s3_error("AccessDenied", 403):
        put_by_s3(make_s3(may_not), bucket, key)


def test_a_key_of_another_account_cannot_be_named(make_s3, second, key):
    other = make_s3(second)
    bucket = fresh("bucket")
    other.create_bucket(Bucket=bucket)
    with s3_error(None):
        put_by_s3(other, bucket, key)
    other.delete_bucket(Bucket=bucket)


def test_a_missing_key_is_an_error(s3, bucket):
    with s3_error(None):
        put_by_s3(s3, bucket, "00000000-0000-4000-8000-000000000000")
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


@pytest.mark.parametrize("algorithm", ["AES256", "aws:kms"])
def test_the_service_key_needs_no_rights_on_keys(s3, make_s3, people, bucket, algorithm):
    writer = make_s3(people.user(allow("oss:*")))
    made = writer.put_object(Bucket=bucket, Key="a", Body=BODY, ServerSideEncryption=algorithm)
    assert made["ServerSideEncryption"] == algorithm
    assert read(s3, bucket)["Body"].read() == BODY


def test_what_is_not_supported_says_so(s3, bucket):
    with s3_error("NotImplemented", 501):
        s3.put_object(Bucket=bucket, Key="a", Body=b"x", SSECustomerAlgorithm="AES256", SSECustomerKey=bytes(32))
    with s3_error(("InvalidEncryptionAlgorithmError", "InvalidArgument", "InvalidRequest"), 400):
        s3.put_object(Bucket=bucket, Key="a", Body=b"x", ServerSideEncryption="ROT13")


def test_plaintext_is_not_on_disk(server, s3, bucket, rpc, key):
    """Neither object bytes nor metadata nor key material can be found in the data folder. Names of objects can: the
    store has to keep them in order."""
    marks = {
        "small": b"MARK-small-object-bytes",
        "large": b"MARK-large-object-bytes" * 20_000,
    }
    for name, body in marks.items():
        s3.put_object(Bucket=bucket, Key=f"MARK-key-{name}", Body=body, Metadata={"mark": "MARK-metadata"})
    made = rpc.call("kms", "GenerateDataKey", KeyId=key)
    needles = [b"MARK-small", b"MARK-large", b"MARK-metadata", base64.b64decode(made["Plaintext"])]
    for path in server.data.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert [needle for needle in needles if needle in content] == [], path


def test_what_would_be_lost_with_a_key_is_told(rpc, encrypted, key):
    alias = f"alias/{fresh('lost')}"
    rpc.call("kms", "CreateAlias", KeyId=key, AliasName=alias)
    secret = fresh("lost")
    rpc.call("kms", "CreateSecret", SecretName=secret, VersionId="v1", SecretData="x", EncryptionKeyId=key)
    told = rpc.call("kms", "GetKeyInventory", KeyId=alias)
    assert (told["KeyId"], told["Objects"], told["ObjectBytes"]) == (key, 1, len(BODY))
    assert told["Secrets"]["Secret"] == [secret] and told["Aliases"]["Alias"] == [alias]
    assert told["Buckets"]["Bucket"] in ([], [encrypted]) and "NextToken" not in told
    rpc.call("kms", "DeleteSecret", SecretName=secret, ForceDeleteWithoutRecovery="true")
    rpc.call("kms", "DeleteAlias", AliasName=alias)
