"""Retention through the SDKs: object lock, legal hold, bypass, and a bucket's own policy. What is locked stays behind in the
server's data, as it must."""

import datetime
import json
import time

import alibabacloud_oss_v2 as ossv2
import oss2
import pytest
from commands import BIN, aws_environment, run
from expect import oss_error, ossv2_error, s3_error
from harness import REGION, fresh
from services import s3_client

GOVERNANCE, COMPLIANCE = "GOVERNANCE", "COMPLIANCE"


def ahead(**by) -> datetime.datetime:
    """A moment from now, in whole seconds."""
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(**by)


@pytest.fixture
def vault(s3):
    """A new bucket whose versions can be locked."""
    name = fresh("vault")
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    return name


@pytest.fixture(params=["v1", "v4"])
def client(server, root, request):
    """A client of alibabacloud-oss-v2, with either signature."""
    keys = ossv2.credentials.StaticCredentialsProvider(root.id, root.secret)
    given = {"region": REGION, "endpoint": server.url, "credentials_provider": keys, "retry_max_attempts": 1}
    return ossv2.Client(ossv2.config.Config(signature_version=request.param, **given))


@pytest.fixture(params=["v1", "v4"])
def box(server, root, request):
    """A new bucket through oss2, with either signature."""
    auth = {"v1": oss2.Auth, "v4": oss2.AuthV4}[request.param](root.id, root.secret)
    made = oss2.Bucket(auth, server.url, fresh("worm"), region=REGION)
    made.create_bucket()
    return made


def stays(s3, vault, key, version, bypass=True):
    """No call of the root of the account makes the version go."""
    for _ in range(2):
        with s3_error("AccessDenied", 403):
            s3.delete_object(Bucket=vault, Key=key, VersionId=version, BypassGovernanceRetention=bypass)
    many = {"Objects": [{"Key": key, "VersionId": version}]}
    done = s3.delete_objects(Bucket=vault, Delete=many, BypassGovernanceRetention=bypass)
    assert [error["Code"] for error in done["Errors"]] == ["AccessDenied"]
    s3.put_object(Bucket=vault, Key=key, Body=b"newer")
    assert s3.delete_object(Bucket=vault, Key=key)["DeleteMarker"]
    with s3_error("InvalidBucketState", 409):
        s3.put_bucket_versioning(Bucket=vault, VersioningConfiguration={"Status": "Suspended"})
    with s3_error("BucketNotEmpty", 409):
        s3.delete_bucket(Bucket=vault)
    assert s3.get_object(Bucket=vault, Key=key, VersionId=version)["Body"].read() == b"kept"


def test_boto3_locks_by_headers(s3, vault):
    until = ahead(days=1)
    lock = {"ObjectLockMode": COMPLIANCE, "ObjectLockRetainUntilDate": until}
    version = s3.put_object(Bucket=vault, Key="a", Body=b"kept", ObjectLockLegalHoldStatus="ON", **lock)["VersionId"]
    for seen in (s3.get_object(Bucket=vault, Key="a"), s3.head_object(Bucket=vault, Key="a", VersionId=version)):
        assert {name: seen[name] for name in lock} == lock and seen["ObjectLockLegalHoldStatus"] == "ON"
    stays(s3, vault, "a", version)
    source = {"Bucket": vault, "Key": "a", "VersionId": version}
    plain = s3.copy_object(Bucket=vault, Key="plain", CopySource=source)["VersionId"]
    assert "ObjectLockMode" not in s3.head_object(Bucket=vault, Key="plain")
    s3.delete_object(Bucket=vault, Key="plain", VersionId=plain)
    locked = s3.copy_object(Bucket=vault, Key="copy", CopySource=source, **lock)["VersionId"]
    stays(s3, vault, "copy", locked)
    upload = s3.create_multipart_upload(Bucket=vault, Key="big", **lock)["UploadId"]
    part = s3.upload_part(Bucket=vault, Key="big", UploadId=upload, PartNumber=1, Body=b"kept")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    done = s3.complete_multipart_upload(Bucket=vault, Key="big", UploadId=upload, MultipartUpload=parts)
    stays(s3, vault, "big", done["VersionId"])


def test_boto3_changes_locks(s3, vault):
    version = s3.put_object(Bucket=vault, Key="a", Body=b"kept")["VersionId"]
    place = {"Bucket": vault, "Key": "a", "VersionId": version}
    with s3_error("NoSuchObjectLockConfiguration", 404):
        s3.get_object_retention(**place)
    retention = {"Mode": GOVERNANCE, "RetainUntilDate": ahead(days=2)}
    s3.put_object_retention(**place, Retention=retention)
    assert s3.get_object_retention(**place)["Retention"] == retention
    stays(s3, vault, "a", version, bypass=False)
    shorter = {"Mode": GOVERNANCE, "RetainUntilDate": ahead(days=1)}
    firmer = {"Mode": COMPLIANCE, "RetainUntilDate": ahead(days=3)}
    for less in (shorter, firmer, {}):
        with s3_error("AccessDenied", 403):
            s3.put_object_retention(**place, Retention=less)
    s3.put_object_retention(**place, Retention=shorter, BypassGovernanceRetention=True)
    with s3_error("InvalidArgument", 400):
        s3.put_object_retention(
            **place, Retention={"Mode": GOVERNANCE, "RetainUntilDate": ahead(days=-1)}, BypassGovernanceRetention=True
        )
    s3.put_object_legal_hold(**place, LegalHold={"Status": "ON"})
    assert s3.get_object_legal_hold(**place)["LegalHold"] == {"Status": "ON"}
    stays(s3, vault, "a", version)
    s3.put_object_legal_hold(**place, LegalHold={"Status": "OFF"})
    s3.delete_object(**place, BypassGovernanceRetention=True)
    with s3_error("NoSuchVersion", 404):
        s3.get_object(**place)


def test_boto3_never_weakens_compliance(s3, vault):
    """floci-io/floci#2598."""
    retention = {"Mode": COMPLIANCE, "RetainUntilDate": ahead(days=2)}
    version = s3.put_object(Bucket=vault, Key="a", Body=b"kept")["VersionId"]
    place = {"Bucket": vault, "Key": "a", "VersionId": version}
    s3.put_object_retention(**place, Retention=retention)
    for less in (
        {"Mode": GOVERNANCE, "RetainUntilDate": ahead(days=900)},
        {"Mode": COMPLIANCE, "RetainUntilDate": ahead(days=1)},
        {},
    ):
        with s3_error("AccessDenied", 403):
            s3.put_object_retention(**place, Retention=less, BypassGovernanceRetention=True)
    s3.put_object_retention(**place, Retention={"Mode": COMPLIANCE, "RetainUntilDate": ahead(days=3)})
    stays(s3, vault, "a", version)


def test_retention_ends(s3, vault):
    version = s3.put_object(
        Bucket=vault, Key="a", Body=b"kept", ObjectLockMode=COMPLIANCE, ObjectLockRetainUntilDate=ahead(seconds=4)
    )["VersionId"]
    stays(s3, vault, "a", version)
    time.sleep(5)
    s3.delete_object(Bucket=vault, Key="a", VersionId=version)


def test_boto3_sets_defaults(s3, bucket, vault):
    assert s3.get_object_lock_configuration(Bucket=vault)["ObjectLockConfiguration"] == {"ObjectLockEnabled": "Enabled"}
    rule = {"DefaultRetention": {"Mode": GOVERNANCE, "Days": 7}}
    configuration = {"ObjectLockEnabled": "Enabled", "Rule": rule}
    s3.put_object_lock_configuration(Bucket=vault, ObjectLockConfiguration=configuration)
    assert s3.get_object_lock_configuration(Bucket=vault)["ObjectLockConfiguration"] == configuration
    version = s3.put_object(Bucket=vault, Key="a", Body=b"kept")["VersionId"]
    found = s3.get_object_retention(Bucket=vault, Key="a")["Retention"]
    assert found["Mode"] == GOVERNANCE and ahead(days=6) < found["RetainUntilDate"] <= ahead(days=7, seconds=2)
    stays(s3, vault, "a", version, bypass=False)
    with s3_error("InvalidRetentionPeriod", 400):
        rule["DefaultRetention"]["Days"] = 0
        s3.put_object_lock_configuration(Bucket=vault, ObjectLockConfiguration=configuration)
    with s3_error("ObjectLockConfigurationNotFoundError", 404):
        s3.get_object_lock_configuration(Bucket=bucket)
    with s3_error("InvalidBucketState", 409):
        s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"})
    with s3_error("InvalidRequest", 400):
        s3.put_object(Bucket=bucket, Key="a", ObjectLockLegalHoldStatus="ON")


def test_an_aws_cli_script(server, root, s3, tmp_path):
    """The script of seaweedfs/seaweedfs#7194: three locks, none of which stopped anything."""
    environment, name = aws_environment(server, root), fresh("vault")

    def aws(*arguments):
        return json.loads(run(BIN / "aws", "s3api", *arguments, "--bucket", name, env=environment) or "{}")

    aws("create-bucket", "--object-lock-enabled-for-bucket")
    (tmp_path / "body").write_bytes(b"kept")
    versions = {}
    for key in ("governed", "firm", "held"):
        versions[key] = aws("put-object", "--key", key, "--body", str(tmp_path / "body"))["VersionId"]
    until = ahead(days=1).isoformat()
    for key, mode in (("governed", GOVERNANCE), ("firm", COMPLIANCE)):
        retention = json.dumps({"Mode": mode, "RetainUntilDate": until})
        aws("put-object-retention", "--key", key, "--retention", retention)
    aws("put-object-legal-hold", "--key", "held", "--legal-hold", "Status=ON")
    for key, version in versions.items():
        stays(s3, name, key, version, bypass=key != "governed")
    assert aws("get-object-retention", "--key", "firm", "--version-id", versions["firm"])["Retention"]["Mode"] == COMPLIANCE
    aws("delete-object", "--key", "governed", "--version-id", versions["governed"], "--bypass-governance-retention")


def test_ossv2_locks_objects(client, s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    default = ossv2.ObjectWormConfigurationRuleDefaultRetention(mode=GOVERNANCE, days=1)
    rule = ossv2.ObjectWormConfigurationRule(default_retention=default)
    configuration = ossv2.ObjectWormConfiguration(object_worm_enabled="Enabled", rule=rule)
    client.put_bucket_object_worm_configuration(
        ossv2.PutBucketObjectWormConfigurationRequest(bucket=bucket, object_worm_configuration=configuration)
    )
    shown = client.get_bucket_object_worm_configuration(
        ossv2.GetBucketObjectWormConfigurationRequest(bucket=bucket)
    ).object_worm_configuration
    assert shown.object_worm_enabled == "Enabled"
    assert (shown.rule.default_retention.mode, shown.rule.default_retention.days) == (GOVERNANCE, 1)
    until = ahead(days=3).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    put = ossv2.PutObjectRequest(
        bucket=bucket,
        key="a",
        body=b"kept",
        object_worm_mode=GOVERNANCE,
        object_worm_retain_until_date=until,
        object_worm_legal_hold="ON",
    )
    version = client.put_object(put).version_id
    seen = client.head_object(ossv2.HeadObjectRequest(bucket=bucket, key="a"))
    assert (seen.object_worm_mode, seen.object_worm_retain_until_date) == (GOVERNANCE, until)
    assert seen.object_worm_legal_hold == "ON"
    place = {"bucket": bucket, "key": "a", "version_id": version}
    shown = client.get_object_retention(ossv2.GetObjectRetentionRequest(**place)).retention
    assert (shown.mode, shown.retain_until_date) == (GOVERNANCE, until)
    assert client.get_object_legal_hold(ossv2.GetObjectLegalHoldRequest(**place)).legal_hold.status == "ON"
    erase = ossv2.DeleteObjectRequest(**place, bypass_governance_retention=True)
    with ossv2_error("FileImmutable", 409):
        client.delete_object(erase)
    client.put_object_legal_hold(
        ossv2.PutObjectLegalHoldRequest(**place, legal_hold=ossv2.LegalHold(status="OFF"))
    )
    with ossv2_error("FileImmutable", 409):
        client.delete_object(ossv2.DeleteObjectRequest(**place))
    shorter = ossv2.Retention(mode=GOVERNANCE, retain_until_date=ahead(days=2).strftime("%Y-%m-%dT%H:%M:%S.000Z"))
    with ossv2_error("FileImmutable", 409):
        client.put_object_retention(ossv2.PutObjectRetentionRequest(**place, retention=shorter))
    client.put_object_retention(
        ossv2.PutObjectRetentionRequest(**place, retention=shorter, bypass_governance_retention=True)
    )
    client.delete_object(erase)
    with ossv2_error("NoSuchVersion", 404):
        client.get_object(ossv2.GetObjectRequest(**place))


def test_ossv2_a_buckets_policy(client):
    bucket = fresh("worm")
    client.put_bucket(ossv2.PutBucketRequest(bucket=bucket))
    client.put_object(ossv2.PutObjectRequest(bucket=bucket, key="a", body=b"kept"))

    def begin(days):
        configuration = ossv2.InitiateWormConfiguration(retention_period_in_days=days)
        request = ossv2.InitiateBucketWormRequest(bucket=bucket, initiate_worm_configuration=configuration)
        return client.initiate_bucket_worm(request).worm_id

    begin(1)
    client.abort_bucket_worm(ossv2.AbortBucketWormRequest(bucket=bucket))
    with ossv2_error("NoSuchWORMConfiguration", 404):
        client.get_bucket_worm(ossv2.GetBucketWormRequest(bucket=bucket))
    worm = begin(1)
    client.complete_bucket_worm(ossv2.CompleteBucketWormRequest(bucket=bucket, worm_id=worm))
    longer = ossv2.ExtendWormConfiguration(retention_period_in_days=2)
    client.extend_bucket_worm(
        ossv2.ExtendBucketWormRequest(bucket=bucket, worm_id=worm, extend_worm_configuration=longer)
    )
    shown = client.get_bucket_worm(ossv2.GetBucketWormRequest(bucket=bucket)).worm_configuration
    assert (shown.worm_id, shown.state, shown.retention_period_in_days) == (worm, "Locked", 2)
    with ossv2_error("FileImmutable", 409):
        client.delete_object(ossv2.DeleteObjectRequest(bucket=bucket, key="a"))
    with ossv2_error("FileImmutable", 409):
        client.put_object(ossv2.PutObjectRequest(bucket=bucket, key="a", body=b"newer"))
    with ossv2_error("BucketNotEmpty", 409):
        client.delete_bucket(ossv2.DeleteBucketRequest(bucket=bucket))
    assert client.get_object(ossv2.GetObjectRequest(bucket=bucket, key="a")).body.read() == b"kept"


def test_oss2_a_buckets_policy(box, s3):
    box.put_object("a", b"kept")
    with oss_error("NoSuchWORMConfiguration", 404):
        box.get_bucket_worm()
    worm = box.init_bucket_worm(1).worm_id
    shown = box.get_bucket_worm()
    assert (shown.worm_id, shown.state, shown.retention_period_days) == (worm, "InProgress", 1)
    assert shown.creation_date
    with oss_error("FileImmutable", 409):
        box.delete_object("a")
    with oss_error("InvalidWORMConfiguration", 400):
        box.extend_bucket_worm(worm, 2)
    box.abort_bucket_worm()
    box.delete_object("a")
    box.put_object("a", b"kept")
    worm = box.init_bucket_worm(1).worm_id
    box.complete_bucket_worm(worm)
    box.extend_bucket_worm(worm, 2)
    with oss_error("WORMConfigurationLocked", 403):
        box.abort_bucket_worm()
    assert (box.get_bucket_worm().state, box.get_bucket_worm().retention_period_days) == ("Locked", 2)
    for attempt in (lambda: box.put_object("a", b"newer"), lambda: box.batch_delete_objects(["a"])):
        with oss_error("FileImmutable", 409):
            attempt()
    # The other dialect is no way round it.
    with s3_error("AccessDenied", 403):
        s3.delete_object(Bucket=box.bucket_name, Key="a")
    with s3_error("AccessDenied", 403):
        s3.copy_object(Bucket=box.bucket_name, Key="a", CopySource=f"{box.bucket_name}/a", MetadataDirective="REPLACE")
    assert box.get_object("a").read() == b"kept"


def test_a_restart_changes_nothing(own_server):
    s3 = s3_client(own_server, own_server.root)
    s3.create_bucket(Bucket="vault", ObjectLockEnabledForBucket=True)
    version = s3.put_object(
        Bucket="vault", Key="a", Body=b"kept", ObjectLockMode=COMPLIANCE, ObjectLockRetainUntilDate=ahead(days=1)
    )["VersionId"]
    own_server.kill()
    own_server.start()
    stays(s3, "vault", "a", version)
