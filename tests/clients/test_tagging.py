"""Tags of objects and buckets, through each client that has them."""

import json

import alibabacloud_oss_v2 as oss
import oss2
import oss2.models
import pytest
from commands import BIN, aws_environment, run
from expect import s3_error
from harness import REGION, fresh


def sdk(server, root):
    keys = oss.credentials.StaticCredentialsProvider(root.id, root.secret)
    return oss.Client(oss.config.Config(region=REGION, endpoint=server.url, credentials_provider=keys))


def as_pairs(tag_set):
    return {tag["Key"]: tag["Value"] for tag in tag_set}


def test_boto3(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", Tagging="team=red&note=a%20b")
    found = s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"]
    assert as_pairs(found) == {"team": "red", "note": "a b"}
    assert s3.get_object(Bucket=bucket, Key="k")["TagCount"] == 2
    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": [{"Key": "ä", "Value": ""}]})
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "k"})
    assert as_pairs(s3.get_object_tagging(Bucket=bucket, Key="copy")["TagSet"]) == {"ä": ""}
    s3.copy_object(
        Bucket=bucket, Key="other", CopySource={"Bucket": bucket, "Key": "k"}, TaggingDirective="REPLACE", Tagging="n=1"
    )
    assert as_pairs(s3.get_object_tagging(Bucket=bucket, Key="other")["TagSet"]) == {"n": "1"}
    upload = s3.create_multipart_upload(Bucket=bucket, Key="big", Tagging="p=q")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="big", UploadId=upload, PartNumber=1, Body=b"x")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    s3.complete_multipart_upload(Bucket=bucket, Key="big", UploadId=upload, MultipartUpload=parts)
    assert as_pairs(s3.get_object_tagging(Bucket=bucket, Key="big")["TagSet"]) == {"p": "q"}
    s3.delete_object_tagging(Bucket=bucket, Key="k")
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == []
    with s3_error("BadRequest", 400):
        s3.put_object(Bucket=bucket, Key="k", Body=b"", Tagging="&".join(f"t{n}=v" for n in range(11)))
    with s3_error("InvalidTag", 400):
        s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": [{"Key": "a<", "Value": "b"}]})
    with s3_error("NoSuchTagSet", 404):
        s3.get_bucket_tagging(Bucket=bucket)
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "cost", "Value": "low"}]})
    assert as_pairs(s3.get_bucket_tagging(Bucket=bucket)["TagSet"]) == {"cost": "low"}
    s3.delete_bucket_tagging(Bucket=bucket)


@pytest.mark.parametrize("version", ["v1", "v4"])
def test_oss2(server, root, bucket, s3, version):
    auth = {"v1": oss2.Auth, "v4": oss2.AuthV4}[version](root.id, root.secret)
    box = oss2.Bucket(auth, server.url, bucket, region=REGION)
    box.put_object("k", b"x", headers={"x-oss-tagging": "team=red&note=a%20b"})
    assert box.get_object_tagging("k").tag_set.tagging_rule == {"team": "red", "note": "a b"}
    assert box.head_object("k").headers["x-oss-tagging-count"] == "2"
    rule = oss2.models.TaggingRule()
    rule.add("more", "tags")
    box.put_object_tagging("k", oss2.models.Tagging(rule))
    assert as_pairs(s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"]) == {"more": "tags"}
    box.delete_object_tagging("k")
    assert box.get_object_tagging("k").tag_set.tagging_rule == {}
    box.put_bucket_tagging(oss2.models.Tagging(rule))
    assert box.get_bucket_tagging().tag_set.tagging_rule == {"more": "tags"}
    box.delete_bucket_tagging()
    assert box.get_bucket_tagging().tag_set.tagging_rule == {}


def test_oss_v2(server, root, bucket):
    client = sdk(server, root)
    client.put_object(oss.PutObjectRequest(bucket=bucket, key="k", body=b"x", tagging="team=red"))
    found = client.get_object_tagging(oss.GetObjectTaggingRequest(bucket=bucket, key="k"))
    assert [(tag.key, tag.value) for tag in found.tag_set.tags] == [("team", "red")]
    assert client.head_object(oss.HeadObjectRequest(bucket=bucket, key="k")).tagging_count == 1
    tags = oss.Tagging(tag_set=oss.TagSet(tags=[oss.Tag(key="a", value="b")]))
    client.put_object_tagging(oss.PutObjectTaggingRequest(bucket=bucket, key="k", tagging=tags))
    client.copy_object(oss.CopyObjectRequest(bucket=bucket, key="copy", source_bucket=bucket, source_key="k"))
    found = client.get_object_tagging(oss.GetObjectTaggingRequest(bucket=bucket, key="copy"))
    assert [(tag.key, tag.value) for tag in found.tag_set.tags] == [("a", "b")]
    client.delete_object_tagging(oss.DeleteObjectTaggingRequest(bucket=bucket, key="k"))
    client.put_bucket_tags(oss.PutBucketTagsRequest(bucket=bucket, tagging=tags))
    found = client.get_bucket_tags(oss.GetBucketTagsRequest(bucket=bucket))
    assert [(tag.key, tag.value) for tag in found.tagging.tag_set.tags] == [("a", "b")]
    client.delete_bucket_tags(oss.DeleteBucketTagsRequest(bucket=bucket))


def test_the_aws_cli(server, root):
    environment, name = aws_environment(server, root), fresh("tags")

    def aws(*command):
        return run(BIN / "aws", "s3api", *command, "--bucket", name, env=environment)

    aws("create-bucket")
    aws("put-object", "--key", "k", "--tagging", "team=red")
    assert json.loads(aws("get-object-tagging", "--key", "k"))["TagSet"] == [{"Key": "team", "Value": "red"}]
    aws("put-object-tagging", "--key", "k", "--tagging", "TagSet=[{Key=a,Value=b}]")
    aws("delete-object-tagging", "--key", "k")
    aws("put-bucket-tagging", "--tagging", "TagSet=[{Key=a,Value=b}]")
    assert json.loads(aws("get-bucket-tagging"))["TagSet"] == [{"Key": "a", "Value": "b"}]
    aws("delete-bucket-tagging")
