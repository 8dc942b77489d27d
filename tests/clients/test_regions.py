"""Two regions in one process: what is in one is nowhere else, and who asks in the wrong one is told which is right."""

import oss2
import pytest
import requests
from conftest import empty
from expect import oss_error, rpc_error, s3_error
from harness import Rpc, Server, fresh, pattern
from services import aws_client

FIRST, SECOND = "eu-1", "eu-2"
CONFIG = f"""
[[region]]
name = "{FIRST}"

[[region]]
name = "{SECOND}"
data = "SECOND_DISK"
"""


@pytest.fixture(scope="module")
def regions(tmp_path_factory):
    folder = tmp_path_factory.mktemp("regions")
    second_disk = folder / "second-disk"
    made = Server.configured(folder, CONFIG.replace("SECOND_DISK", str(second_disk))).start()
    made.second_disk = second_disk
    yield made
    made.finish()
    verified = made.run("trail", "verify", "--data", made.data, "--config", made.config)
    assert verified.stdout.startswith("ok: "), verified.stdout


def s3(server, region):
    return aws_client("s3", server, server.root, region, s3={"addressing_style": "path"})


@pytest.fixture(params=[FIRST, SECOND])
def placed(request, regions):
    """A bucket in one of the regions: the region, a client signing for it, and the bucket."""
    client, name = s3(regions, request.param), fresh("placed")
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": request.param})
    yield request.param, client, name
    empty(client, name)
    client.delete_bucket(Bucket=name)


def other(region):
    return {FIRST: SECOND, SECOND: FIRST}[region]


def test_what_is_in_a_region_is_there_alone(regions, placed):
    region, client, name = placed
    body = pattern(1_000_000)
    client.put_object(Bucket=name, Key="a", Body=body)
    assert client.get_object(Bucket=name, Key="a")["Body"].read() == body
    assert client.get_bucket_location(Bucket=name)["LocationConstraint"] == region
    names = {which: [b["Name"] for b in s3(regions, which).list_buckets()["Buckets"]] for which in (FIRST, SECOND)}
    assert name in names[region] and name not in names[other(region)]
    folder = regions.data / "regions" / FIRST if region == FIRST else regions.second_disk
    assert any((folder / "blobs").rglob("*")), "the content lies in its region's folder"


def test_who_signs_for_the_other_region_is_told_the_right_one(regions, placed):
    region, client, name = placed
    client.put_object(Bucket=name, Key="a", Body=b"a")
    wrong = s3(regions, other(region))
    raw = requests.get(wrong.generate_presigned_url("get_object", Params={"Bucket": name, "Key": "a"}), timeout=30)
    assert (raw.status_code, raw.headers["x-amz-bucket-region"]) == (400, region), raw.text
    assert "<Code>AuthorizationHeaderMalformed</Code>" in raw.text and f"<Region>{region}</Region>" in raw.text
    # The SDK learns from that answer, and signs again for the right one.
    assert wrong.get_object(Bucket=name, Key="a")["Body"].read() == b"a"
    assert wrong.head_object(Bucket=name, Key="a")["ContentLength"] == 1
    with s3_error("NoSuchBucket", 404):
        wrong.get_object(Bucket=fresh("nowhere"), Key="a")


def test_nobody_need_say_the_region(regions, placed):
    _, client, name = placed
    client.put_object(Bucket=name, Key="open", Body=b"open", ACL="public-read")
    for headers in ({}, {"x-amz-date": "x"}):
        assert requests.get(f"{regions.url}/{name}/open", headers=headers, timeout=30).text == "open"


def test_a_region_that_is_not_there(regions, placed):
    raw = s3(regions, "us-east-9").generate_presigned_url("list_buckets")
    answer = requests.get(raw, timeout=30)
    assert answer.status_code == 400 and f"<Region>{FIRST}</Region>" in answer.text
    with oss_error("InvalidArgument", 400):
        auth = oss2.AuthV4(regions.root.id, regions.root.secret)
        oss2.Bucket(auth, regions.url, placed[2], region="us-east-9").get_bucket_info()


def test_the_older_dialect(regions, placed):
    region, client, name = placed
    client.put_object(Bucket=name, Key="a", Body=b"a")
    key = regions.root.id, regions.root.secret
    # Signatures without a region go where the bucket is.
    for auth in (oss2.Auth(*key), oss2.AuthV2(*key)):
        assert oss2.Bucket(auth, regions.url, name).get_object("a").read() == b"a"
    assert oss2.Bucket(oss2.AuthV4(*key), regions.url, name, region=region).get_object("a").read() == b"a"
    with oss_error("InvalidArgument", 400) as refused:
        oss2.Bucket(oss2.AuthV4(*key), regions.url, name, region=other(region)).get_object("a")
    assert refused.value.details["ExpectedRegion"] == region
    described = oss2.Service(oss2.Auth(*key), regions.url).describe_regions()
    assert [found.region for found in described.regions] == [f"oss-{FIRST}", f"oss-{SECOND}"]


def test_keys_stay_in_their_region(regions):
    rpc = Rpc(regions, regions.root)
    key = rpc.call("kms", "CreateKey", RegionId=SECOND)["KeyMetadata"]
    assert f":{SECOND}:" in key["Arn"]
    assert rpc.call("kms", "DescribeKey", RegionId=SECOND, KeyId=key["KeyId"])["KeyMetadata"]["KeyId"] == key["KeyId"]
    with rpc_error("Forbidden.KeyNotFound", 404):
        rpc.call("kms", "DescribeKey", RegionId=FIRST, KeyId=key["KeyId"])


def test_amazons_keys_stay_in_their_region(regions):
    here, there = (aws_client("kms", regions, regions.root, region) for region in (SECOND, FIRST))
    key = here.create_key()["KeyMetadata"]
    assert key["Arn"] == f"arn:aws:kms:{SECOND}:{regions.root.account}:key/{key['KeyId']}"
    blob = here.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    assert here.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    for refused, code in (
        (lambda: there.describe_key(KeyId=key["KeyId"]), "NotFoundException"),
        (lambda: there.decrypt(CiphertextBlob=blob), "NotFoundException"),
        (lambda: there.describe_key(KeyId=key["Arn"]), "InvalidArnException"),
        (lambda: aws_client("kms", regions, regions.root, "nowhere-1").list_keys(), "InvalidSignatureException"),
    ):
        with s3_error(code, 400):
            refused()
