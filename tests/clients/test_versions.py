"""Versions of objects through the SDKs: kept, listed, read, brought back, removed."""

import json

import alibabacloud_oss_v2 as ossv2
import oss2
import pytest
from commands import BIN, aws_environment, run
from expect import s3_error
from harness import REGION


@pytest.fixture
def versioned(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return bucket


def test_boto3_keeps_lists_and_restores(s3, versioned):
    ids = [s3.put_object(Bucket=versioned, Key="a", Body=b"%d" % n)["VersionId"] for n in range(5)]
    assert len(set(ids)) == 5
    marker = s3.delete_object(Bucket=versioned, Key="a")
    assert marker["DeleteMarker"]
    with s3_error("NoSuchKey", 404):
        s3.get_object(Bucket=versioned, Key="a")
    assert s3.get_object(Bucket=versioned, Key="a", VersionId=ids[1])["Body"].read() == b"1"
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=versioned, PaginationConfig={"PageSize": 2})
    versions, markers = [], []
    for page in pages:
        versions += page.get("Versions", [])
        markers += page.get("DeleteMarkers", [])
    assert [v["VersionId"] for v in versions] == ids[::-1]
    assert [m["VersionId"] for m in markers] == [marker["VersionId"]] and markers[0]["IsLatest"]
    s3.delete_object(Bucket=versioned, Key="a", VersionId=marker["VersionId"])
    assert s3.get_object(Bucket=versioned, Key="a")["Body"].read() == b"4"
    copied = s3.copy_object(Bucket=versioned, Key="a", CopySource={"Bucket": versioned, "Key": "a", "VersionId": ids[0]})
    assert copied["CopySourceVersionId"] == ids[0]
    assert s3.get_object(Bucket=versioned, Key="a")["Body"].read() == b"0"


def test_boto3_suspends_and_empties(s3, versioned):
    kept = s3.put_object(Bucket=versioned, Key="a", Body=b"kept")["VersionId"]
    s3.put_bucket_versioning(Bucket=versioned, VersioningConfiguration={"Status": "Suspended"})
    for n in range(3):
        s3.put_object(Bucket=versioned, Key="a", Body=b"%d" % n)
    listed = s3.list_object_versions(Bucket=versioned)["Versions"]
    assert [v["VersionId"] for v in listed] == ["null", kept]
    with s3_error("BucketNotEmpty", 409):
        s3.delete_bucket(Bucket=versioned)
    done = s3.delete_objects(
        Bucket=versioned, Delete={"Objects": [{"Key": "a", "VersionId": v["VersionId"]} for v in listed]}
    )
    assert len(done["Deleted"]) == 2 and "Errors" not in done
    assert "Versions" not in s3.list_object_versions(Bucket=versioned)


def test_oss2(server, root, bucket):
    box = oss2.Bucket(oss2.AuthV4(root.id, root.secret), server.url, bucket, region=REGION)
    assert box.get_bucket_versioning().status is None
    box.put_bucket_versioning(oss2.models.BucketVersioningConfig(oss2.BUCKET_VERSIONING_ENABLE))
    assert box.get_bucket_versioning().status == "Enabled"
    first = box.put_object("a", b"one").versionid
    second = box.put_object("a", b"two").versionid
    assert box.get_object("a", params={"versionId": first}).read() == b"one"
    deleted = box.delete_object("a")
    assert deleted.delete_marker and deleted.versionid
    listed = box.list_object_versions()
    assert [v.versionid for v in listed.versions] == [second, first]
    assert [m.versionid for m in listed.delete_marker] == [deleted.versionid]
    box.delete_object("a", params={"versionId": deleted.versionid})
    assert box.get_object("a").read() == b"two"
    box.delete_object_versions(
        oss2.models.BatchDeleteObjectVersionList([oss2.models.BatchDeleteObjectVersion("a", v) for v in (first, second)])
    )
    assert not box.list_object_versions().versions


def test_ossv2(server, root, bucket):
    keys = ossv2.credentials.StaticCredentialsProvider(root.id, root.secret, root.token)
    client = ossv2.Client(
        ossv2.config.Config(region=REGION, endpoint=server.url, credentials_provider=keys, retry_max_attempts=1)
    )
    client.put_bucket_versioning(
        ossv2.PutBucketVersioningRequest(
            bucket=bucket, versioning_configuration=ossv2.VersioningConfiguration(status="Enabled")
        )
    )
    first = client.put_object(ossv2.PutObjectRequest(bucket=bucket, key="a", body=b"one")).version_id
    second = client.put_object(ossv2.PutObjectRequest(bucket=bucket, key="a", body=b"two")).version_id
    got = client.get_object(ossv2.GetObjectRequest(bucket=bucket, key="a", version_id=first))
    assert got.body.read() == b"one"
    marker = client.delete_object(ossv2.DeleteObjectRequest(bucket=bucket, key="a"))
    assert marker.delete_marker
    listed = client.list_object_versions(ossv2.ListObjectVersionsRequest(bucket=bucket))
    assert [v.version_id for v in listed.version] == [second, first]
    assert [m.version_id for m in listed.delete_marker] == [marker.version_id]


def test_each_version_has_its_own_tags(s3, server, root, versioned):
    first = s3.put_object(Bucket=versioned, Key="a", Body=b"1", Tagging="n=1")["VersionId"]
    s3.put_object(Bucket=versioned, Key="a", Body=b"2", Tagging="n=2")
    given = {"Bucket": versioned, "Key": "a", "VersionId": first}
    assert s3.get_object_tagging(**given)["TagSet"] == [{"Key": "n", "Value": "1"}]
    told = s3.put_object_tagging(**given, Tagging={"TagSet": [{"Key": "n", "Value": "3"}]})
    assert told["VersionId"] == first
    box = oss2.Bucket(oss2.AuthV4(root.id, root.secret), server.url, versioned, region=REGION)
    assert box.get_object_tagging("a", params={"versionId": first}).tag_set.tagging_rule == {"n": "3"}
    assert box.get_object_tagging("a").tag_set.tagging_rule == {"n": "2"}
    s3.delete_object_tagging(**given)
    assert s3.get_object_tagging(**given)["TagSet"] == []


def test_the_aws_cli(server, root, versioned, tmp_path):
    environment = aws_environment(server, root)

    def aws(*arguments):
        return json.loads(run(BIN / "aws", "s3api", *arguments, "--bucket", versioned, env=environment) or "{}")

    (tmp_path / "body").write_bytes(b"one")
    first = aws("put-object", "--key", "a", "--body", str(tmp_path / "body"))["VersionId"]
    marker = aws("delete-object", "--key", "a")
    assert marker["DeleteMarker"] is True
    listed = aws("list-object-versions")
    assert [version["VersionId"] for version in listed["Versions"]] == [first]
    assert [version["VersionId"] for version in listed["DeleteMarkers"]] == [marker["VersionId"]]
    whole = ("--bucket", versioned, "--key", "a", "--version-id", first)
    run(BIN / "aws", "s3api", "get-object", *whole, tmp_path / "got", env=environment)
    assert (tmp_path / "got").read_bytes() == b"one"
    assert aws("get-bucket-versioning") == {"Status": "Enabled"}
