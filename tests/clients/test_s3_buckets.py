"""Buckets through boto3."""

import datetime

import pytest
import requests
from expect import s3_error
from harness import REGION, fresh


def test_a_bucket_is_made_listed_located_and_removed(s3):
    name = fresh("bucket")
    made = s3.create_bucket(Bucket=name)
    assert made["ResponseMetadata"]["HTTPHeaders"]["x-amz-request-id"]
    s3.head_bucket(Bucket=name)
    listed = {found["Name"]: found for found in s3.list_buckets()["Buckets"]}
    age = datetime.datetime.now(datetime.UTC) - listed[name]["CreationDate"]
    assert abs(age) < datetime.timedelta(minutes=5)
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] == REGION
    s3.delete_bucket(Bucket=name)
    with s3_error("404", 404):
        s3.head_bucket(Bucket=name)
    assert name not in [found["Name"] for found in s3.list_buckets()["Buckets"]]


def test_a_region_of_ours_may_be_named(s3):
    name = fresh("bucket")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.delete_bucket(Bucket=name)


def test_a_bucket_with_objects_stays(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"a")
    with s3_error("BucketNotEmpty", 409):
        s3.delete_bucket(Bucket=bucket)
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"a"


def test_a_name_belongs_to_one_account(make_s3, second, bucket, s3):
    with s3_error("BucketAlreadyExists", 409):
        make_s3(second).create_bucket(Bucket=bucket)
    with s3_error("BucketAlreadyOwnedByYou", 409):
        s3.create_bucket(Bucket=bucket)


def test_missing_buckets_are_named_as_such(s3):
    with s3_error("NoSuchBucket", 404):
        s3.list_objects_v2(Bucket=fresh("none"))
    with s3_error("NoSuchBucket", 404):
        s3.delete_bucket(Bucket=fresh("none"))
    with s3_error("NoSuchBucket", 404):
        s3.put_object(Bucket=fresh("none"), Key="a", Body=b"")


@pytest.mark.parametrize("name", ["ab", "UPPER-case", "under_score", "-dash", "dash-", "a" * 64])
def test_bad_names_are_refused(make_s3, root, name):
    with s3_error("InvalidBucketName", 400):
        client = make_s3(root, parameter_validation=False)
        client.create_bucket(Bucket=name)


def test_what_is_not_supported_says_so(s3, bucket):
    with s3_error("NotImplemented", 501):
        s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})


def test_an_unknown_method_is_refused(server, bucket):
    answer = requests.request("PROPFIND", f"{server.url}/{bucket}", timeout=30)
    assert answer.status_code in (400, 403, 405), answer.text
    assert "<Code>" in answer.text


def test_default_encryption_is_kept_and_applied(s3, bucket):
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    kept = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert kept[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert s3.put_object(Bucket=bucket, Key="a", Body=b"a")["ServerSideEncryption"] == "AES256"
    assert s3.head_object(Bucket=bucket, Key="a")["ServerSideEncryption"] == "AES256"
    s3.delete_bucket_encryption(Bucket=bucket)
