"""Lifecycle rules, through each client that has them, and applied by a server whose days are short."""

import json
import time

import alibabacloud_oss_v2 as oss
import oss2
import oss2.models
import pytest
from commands import BIN, aws_environment, run
from expect import s3_error
from harness import REGION, Server
from services import s3_client

# How long a day of the server is, in seconds.
DAY = 1


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """A server whose days are short."""
    made = Server.configured(tmp_path_factory.mktemp("lifecycle"), f"lifecycle_day_seconds = {DAY}\n").start()
    yield made
    made.kill()


@pytest.fixture
def quick_s3(quick):
    return s3_client(quick, quick.root)


def v2(server, root):
    keys = oss.credentials.StaticCredentialsProvider(root.id, root.secret)
    return oss.Client(oss.config.Config(region=REGION, endpoint=server.url, credentials_provider=keys))


def wait_for(what, seconds=30):
    """Waits until something is true."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.2)


def expire(days, prefix, **more):
    return {"ID": f"{prefix}-{days}", "Status": "Enabled", "Filter": {"Prefix": prefix}, "Expiration": {"Days": days}, **more}


def test_boto3(s3, bucket):
    rules = [
        expire(90, "logs/", Transitions=[{"Days": 30, "StorageClass": "STANDARD_IA"}]),
        {
            "ID": "versions",
            "Status": "Disabled",
            "Filter": {"And": {"Prefix": "a", "Tags": [{"Key": "k", "Value": "v"}], "ObjectSizeGreaterThan": 10}},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 3, "NewerNoncurrentVersions": 2},
        },
        {
            "ID": "parts",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        },
    ]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
    found = s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    assert found["Rules"] == rules
    written = s3.put_object(Bucket=bucket, Key="logs/x", Body=b"x")
    assert 'rule-id="logs%2F-90"' in written["Expiration"]
    assert s3.head_object(Bucket=bucket, Key="logs/x")["Expiration"] == written["Expiration"]
    with s3_error("InvalidArgument", 400):
        s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [expire(0, "a")]})
    with s3_error("NotImplemented", 501):
        cold = expire(900, "a", Transitions=[{"Days": 30, "StorageClass": "GLACIER"}])
        s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [cold]})
    s3.delete_bucket_lifecycle(Bucket=bucket)
    with s3_error("NoSuchLifecycleConfiguration", 404):
        s3.get_bucket_lifecycle_configuration(Bucket=bucket)


def test_aws_cli(server, root, bucket):
    environment = aws_environment(server, root)
    aws = lambda *arguments: run(BIN / "aws", "s3api", *arguments, "--bucket", bucket, env=environment)
    rules = json.dumps({"Rules": [expire(3, "tmp/")]})
    aws("put-bucket-lifecycle-configuration", "--lifecycle-configuration", rules)
    assert json.loads(aws("get-bucket-lifecycle-configuration"))["Rules"] == [expire(3, "tmp/")]
    aws("delete-bucket-lifecycle")


@pytest.mark.parametrize("version", ["v1", "v4"])
def test_oss2(server, root, bucket, version):
    auth = {"v1": oss2.Auth, "v4": oss2.AuthV4}[version](root.id, root.secret)
    box = oss2.Bucket(auth, server.url, bucket, region=REGION)
    models = oss2.models
    tags = models.TaggingRule()
    tags.add("team", "red")
    first = models.LifecycleRule(
        "first",
        "logs/",
        expiration=models.LifecycleExpiration(days=90),
        storage_transitions=[models.StorageTransition(days=30, storage_class=oss2.BUCKET_STORAGE_CLASS_IA)],
        tagging=models.Tagging(tags),
    )
    second = models.LifecycleRule(
        "second",
        "a/",
        status=models.LifecycleRule.DISABLED,
        abort_multipart_upload=models.AbortMultipartUpload(days=3),
        noncurrent_version_expiration=models.NoncurrentVersionExpiration(5),
        filter=models.LifecycleFilter(filter_not=[models.FilterNot("a/keep", models.FilterNotTag("x", "y"))]),
    )
    # An exception by tag says something about objects, so that it does not go with uploads.
    with pytest.raises(oss2.exceptions.InvalidArgument):
        box.put_bucket_lifecycle(models.BucketLifecycle([second]))
    second.abort_multipart_upload = None
    box.put_bucket_lifecycle(models.BucketLifecycle([first, second]))
    found = box.get_bucket_lifecycle().rules
    assert [(rule.id, rule.prefix, rule.status) for rule in found] == [
        ("first", "logs/", "Enabled"),
        ("second", "a/", "Disabled"),
    ]
    assert found[0].expiration.days == 90
    assert [(move.days, move.storage_class) for move in found[0].storage_transitions] == [(30, "IA")]
    assert found[0].tagging.tag_set.tagging_rule == {"team": "red"}
    assert found[1].noncurrent_version_expiration.noncurrent_days == 5
    assert found[1].filter.filter_not[0].tag.key == "x"
    box.put_object("logs/x", b"x", headers={"x-oss-tagging": "team=red"})
    assert 'rule-id="first"' in box.head_object("logs/x").headers["x-oss-expiration"]
    box.delete_bucket_lifecycle()
    with pytest.raises(oss2.exceptions.NoSuchLifecycle):
        box.get_bucket_lifecycle()


def test_oss_v2(server, root, bucket):
    client = v2(server, root)
    rule = oss.LifecycleRule(
        id="r", prefix="p/", status="Enabled", expiration=oss.LifecycleRuleExpiration(days=9)
    )
    configuration = oss.LifecycleConfiguration(rules=[rule])
    client.put_bucket_lifecycle(oss.PutBucketLifecycleRequest(bucket=bucket, lifecycle_configuration=configuration))
    found = client.get_bucket_lifecycle(oss.GetBucketLifecycleRequest(bucket=bucket)).lifecycle_configuration.rules
    assert [(rule.id, rule.prefix, rule.expiration.days) for rule in found] == [("r", "p/", 9)]
    overlapping = oss.LifecycleRule(
        id="s", prefix="p/q", status="Enabled", expiration=oss.LifecycleRuleExpiration(days=8)
    )
    both = oss.LifecycleConfiguration(rules=[rule, overlapping])
    with pytest.raises(oss.exceptions.OperationError):
        client.put_bucket_lifecycle(oss.PutBucketLifecycleRequest(bucket=bucket, lifecycle_configuration=both))
    client.put_bucket_lifecycle(
        oss.PutBucketLifecycleRequest(bucket=bucket, lifecycle_configuration=both, allow_same_action_overlap="true")
    )
    client.delete_bucket_lifecycle(oss.DeleteBucketLifecycleRequest(bucket=bucket))


def test_objects_uploads_and_versions_go(quick, quick_s3):
    s3 = quick_s3
    s3.create_bucket(Bucket="going")
    s3.put_bucket_versioning(Bucket="going", VersioningConfiguration={"Status": "Enabled"})
    for n in range(20):
        s3.put_object(Bucket="going", Key=f"logs/{n}", Body=b"x")
    s3.put_object(Bucket="going", Key="stays", Body=b"first")
    s3.put_object(Bucket="going", Key="stays", Body=b"second")
    s3.create_multipart_upload(Bucket="going", Key="logs/parts")
    rules = [
        expire(2, "logs/", NoncurrentVersionExpiration={"NoncurrentDays": 1}),
        {
            "ID": "parts",
            "Status": "Enabled",
            "Filter": {"Prefix": "logs/"},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
        },
    ]
    s3.put_bucket_lifecycle_configuration(Bucket="going", LifecycleConfiguration={"Rules": rules})

    def gone():
        page = s3.list_object_versions(Bucket="going")
        there = [entry["Key"] for entry in page.get("Versions", []) + page.get("DeleteMarkers", [])]
        return sorted(there) == ["stays", "stays"]

    wait_for(gone)
    wait_for(lambda: not s3.list_multipart_uploads(Bucket="going").get("Uploads"))
    assert s3.get_object(Bucket="going", Key="stays")["Body"].read() == b"second"


def test_a_pass_goes_on_after_a_kill(quick, quick_s3):
    s3 = quick_s3
    s3.create_bucket(Bucket="killed")
    for n in range(300):
        s3.put_object(Bucket="killed", Key=f"k{n:03}", Body=b"x")
    rules = {"Rules": [expire(1, "")]}
    s3.put_bucket_lifecycle_configuration(Bucket="killed", LifecycleConfiguration=rules)
    wait_for(lambda: s3.list_objects_v2(Bucket="killed")["KeyCount"] < 300)
    quick.kill()
    quick.start()
    wait_for(lambda: s3.list_objects_v2(Bucket="killed")["KeyCount"] == 0)
    quick.stop()
    assert quick.run("trail", "verify", "--data", quick.data, "--config", quick.config).returncode == 0
    quick.start()
