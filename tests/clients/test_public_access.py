"""Shutting public access off, whether a policy is public, and buckets without access control lists."""

import json

import alibabacloud_oss_v2 as oss
import oss2
import pytest
import requests
from expect import s3_error
from harness import REGION, fresh

SWITCHES = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def block(*on):
    return {name: name in on for name in SWITCHES}


def public_policy(bucket, **condition):
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement | condition]})


def anonymous(server, bucket, key="k"):
    return requests.get(f"{server.url}/{bucket}/{key}", timeout=20).status_code


@pytest.fixture
def open_bucket(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    yield bucket


def test_boto3(server, s3, open_bucket):
    bucket = open_bucket
    with s3_error("NoSuchPublicAccessBlockConfiguration", 404):
        s3.get_public_access_block(Bucket=bucket)
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")
    assert anonymous(server, bucket) == 200
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block("IgnorePublicAcls", "BlockPublicAcls"))
    shown = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert shown == block("IgnorePublicAcls", "BlockPublicAcls")
    assert anonymous(server, bucket) == 403
    with s3_error("AccessDenied", 403):
        s3.put_object(Bucket=bucket, Key="other", Body=b"x", ACL="public-read")
    with s3_error("AccessDenied", 403):
        s3.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    s3.put_bucket_acl(Bucket=bucket, ACL="private")

    s3.put_bucket_policy(Bucket=bucket, Policy=public_policy(bucket))
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"] is True
    assert anonymous(server, bucket) == 200
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block("RestrictPublicBuckets", "BlockPublicPolicy"))
    assert anonymous(server, bucket) == 403
    with s3_error("AccessDenied", 403):
        s3.put_bucket_policy(Bucket=bucket, Policy=public_policy(bucket))
    narrow = public_policy(bucket, Condition={"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}})
    s3.put_bucket_policy(Bucket=bucket, Policy=narrow)
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"] is False
    assert anonymous(server, bucket) == 200
    s3.delete_public_access_block(Bucket=bucket)
    with s3_error("NoSuchPublicAccessBlockConfiguration", 404):
        s3.get_public_access_block(Bucket=bucket)


def test_other_accounts(server, s3, make_s3, second, open_bucket):
    s3.put_bucket_policy(Bucket=open_bucket, Policy=public_policy(open_bucket))
    stranger = make_s3(second)
    assert stranger.get_object(Bucket=open_bucket, Key="k")["Body"].read() == b"x"
    s3.put_public_access_block(Bucket=open_bucket, PublicAccessBlockConfiguration=block("RestrictPublicBuckets"))
    with s3_error("AccessDenied", 403):
        stranger.get_object(Bucket=open_bucket, Key="k")
    with s3_error("AccessDenied", 403):
        stranger.put_public_access_block(Bucket=open_bucket, PublicAccessBlockConfiguration=block())
    assert s3.get_object(Bucket=open_bucket, Key="k")["Body"].read() == b"x"


def test_ownership(server, s3, bucket):
    with s3_error("OwnershipControlsNotFoundError", 404):
        s3.get_bucket_ownership_controls(Bucket=bucket)
    rules = lambda ownership: {"Rules": [{"ObjectOwnership": ownership}]}  # noqa: E731
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", ACL="public-read")
    assert anonymous(server, bucket) == 200
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=rules("BucketOwnerEnforced"))
    assert s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"] == rules("BucketOwnerEnforced")
    assert anonymous(server, bucket) == 403
    with s3_error("AccessControlListNotSupported", 400):
        s3.put_object_acl(Bucket=bucket, Key="k", ACL="public-read")
    s3.put_object(Bucket=bucket, Key="k", Body=b"y", ACL="bucket-owner-full-control")
    with s3_error("NotImplemented", 501):
        s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=rules("ObjectWriter"))
    s3.delete_bucket_ownership_controls(Bucket=bucket)
    made = fresh("owned")
    s3.create_bucket(Bucket=made, ObjectOwnership="BucketOwnerEnforced")
    with s3_error("AccessControlListNotSupported", 400):
        s3.put_bucket_acl(Bucket=made, ACL="private")
    s3.delete_bucket(Bucket=made)


def test_who_pays(s3, bucket, server, root):
    s3.put_bucket_request_payment(Bucket=bucket, RequestPaymentConfiguration={"Payer": "BucketOwner"})
    assert s3.get_bucket_request_payment(Bucket=bucket)["Payer"] == "BucketOwner"
    with s3_error("NotImplemented", 501):
        s3.put_bucket_request_payment(Bucket=bucket, RequestPaymentConfiguration={"Payer": "Requester"})
    box = oss2.Bucket(oss2.AuthV4(root.id, root.secret), server.url, bucket, region=REGION)
    box.put_bucket_request_payment("BucketOwner")
    assert box.get_bucket_request_payment().payer == "BucketOwner"
    with pytest.raises(oss2.exceptions.ServerError, match="NotImplemented"):
        box.put_bucket_request_payment("Requester")


def test_oss_v2(server, s3, root, open_bucket):
    bucket = open_bucket
    keys = oss.credentials.StaticCredentialsProvider(root.id, root.secret)
    client = oss.Client(oss.config.Config(region=REGION, endpoint=server.url, credentials_provider=keys))
    on = oss.PublicAccessBlockConfiguration(block_public_access=True)
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")
    assert anonymous(server, bucket) == 200
    client.put_bucket_public_access_block(
        oss.PutBucketPublicAccessBlockRequest(bucket=bucket, public_access_block_configuration=on)
    )
    shown = client.get_bucket_public_access_block(oss.GetBucketPublicAccessBlockRequest(bucket=bucket))
    assert shown.public_access_block_configuration.block_public_access is True
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"] == block(*SWITCHES)
    assert anonymous(server, bucket) == 403
    client.delete_bucket_public_access_block(oss.DeleteBucketPublicAccessBlockRequest(bucket=bucket))
    assert anonymous(server, bucket) == 200
    policy = public_policy(bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    status = client.get_bucket_policy_status(oss.GetBucketPolicyStatusRequest(bucket=bucket))
    assert status.policy_status.is_public is True


def test_a_whole_account(own_server):
    """On a server of its own: what is shut off for an account is shut off for every other test of that account."""
    server = own_server
    keys = oss.credentials.StaticCredentialsProvider(server.root.id, server.root.secret)
    client = oss.Client(oss.config.Config(region=REGION, endpoint=server.url, credentials_provider=keys))
    client.put_bucket(oss.PutBucketRequest(bucket="box", acl="public-read"))
    client.put_object(oss.PutObjectRequest(bucket="box", key="k", body=b"x"))
    assert anonymous(server, "box") == 200
    on = oss.PublicAccessBlockConfiguration(block_public_access=True)
    client.put_public_access_block(oss.PutPublicAccessBlockRequest(public_access_block_configuration=on))
    shown = client.get_public_access_block(oss.GetPublicAccessBlockRequest())
    assert shown.public_access_block_configuration.block_public_access is True
    assert anonymous(server, "box") == 403
    with pytest.raises(oss.exceptions.OperationError, match="AccessDenied"):
        client.put_bucket(oss.PutBucketRequest(bucket="other-box", acl="public-read"))
    client.delete_public_access_block(oss.DeletePublicAccessBlockRequest())
    assert anonymous(server, "box") == 200
