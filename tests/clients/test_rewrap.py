"""What is under a rotated key is brought under its new version; then the old one is retired."""

import time

import pytest
from expect import s3_error
from harness import Rpc, RpcError, allow, fresh, pattern
from services import aws_client, encoded, s3_client

LARGE = pattern(200_000)
PART = pattern(5 * 1024 * 1024)
COUNT = 150


def refused(code, status):
    return pytest.raises(RpcError, check=lambda e: (e.code, e.status) == (code, status))


def version_of(rpc, key):
    return rpc.call("kms", "DescribeKey", KeyId=key)["KeyMetadata"]["PrimaryKeyVersion"]


def ended(rpc, key):
    """The rewrap of a key, when it is over."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        told = rpc.call("kms", "GetKeyRewrap", KeyId=key)["KeyRewrap"]
        if told["Status"] != "Running":
            return told
        time.sleep(0.1)
    pytest.fail("the rewrap does not end")


def rewrapped(rpc, key):
    rpc.call("kms", "StartKeyRewrap", KeyId=key)
    told = ended(rpc, key)
    assert (told["Status"], told["Error"]) == ("Done", "") and told["FinishDate"]
    return told


class Filled:
    """Things under a key, all of them under its first version."""

    def __init__(self, server, credentials):
        self.rpc, self.s3 = Rpc(server, credentials), s3_client(server, credentials)
        self.aws = aws_client("kms", server, credentials)
        self.key = self.rpc.call("kms", "CreateKey")["KeyMetadata"]["KeyId"]
        self.first = version_of(self.rpc, self.key)
        self.bucket, self.secret = fresh("bucket"), fresh("secret")
        under = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self.key}
        self.s3.create_bucket(Bucket=self.bucket)
        for n in range(COUNT):
            self.s3.put_object(Bucket=self.bucket, Key=f"it-{n}", Body=f"content {n}".encode(), **under)
        self.s3.put_object(Bucket=self.bucket, Key="large", Body=LARGE, **under)
        self.place = {"Bucket": self.bucket, "Key": "parts"}
        self.upload = self.s3.create_multipart_upload(**self.place, **under)["UploadId"]
        self.parts = [self.part(1, PART)]
        self.rpc.call("kms", "CreateSecret", SecretName=self.secret, VersionId="v1", SecretData="hush",
                      EncryptionKeyId=self.key)
        self.blob = self.rpc.call("kms", "Encrypt", KeyId=self.key, Plaintext=encoded(b"outside"))["CiphertextBlob"]

    def part(self, number, body):
        given = {"UploadId": self.upload, "PartNumber": number, "Body": body}
        return {"PartNumber": number, "ETag": self.s3.upload_part(**self.place, **given)["ETag"]}

    def read(self, name):
        return self.s3.get_object(Bucket=self.bucket, Key=name)["Body"].read()

    def check(self):
        assert all(self.read(f"it-{n}") == f"content {n}".encode() for n in range(COUNT))
        assert self.read("large") == LARGE
        assert self.rpc.call("kms", "GetSecretValue", SecretName=self.secret)["SecretData"] == "hush"

    def rotate(self):
        self.aws.rotate_key_on_demand(KeyId=self.key)

    def retire(self, version=None):
        given = {"KeyId": self.key, "KeyVersionId": version or self.first}
        return self.rpc.call("kms", "RetireKeyVersion", **given)["KeyVersion"]

    def complete(self):
        """One part more, small as only the last may be, whose data key is the upload's."""
        self.parts.append(self.part(2, LARGE))
        self.s3.complete_multipart_upload(**self.place, UploadId=self.upload, MultipartUpload={"Parts": self.parts})
        assert self.read("parts") == PART + LARGE


def test_everything_reads_after_its_version_is_retired(server, root):
    filled = Filled(server, root)
    rpc = filled.rpc
    with refused("Forbidden.KeyRewrapNotFound", 404):
        rpc.call("kms", "GetKeyRewrap", KeyId=filled.key)
    filled.rotate()
    with refused("Rejected.KeyVersionInUse", 409):
        filled.retire()
    told = rewrapped(rpc, filled.key)
    # The objects, the large one, the upload and the secret.
    assert told["Rewrapped"] == COUNT + 3 and told["LookedAt"] >= COUNT + 3
    assert told["OlderKeyVersions"]["KeyVersionId"] == [filled.first]
    with refused("InvalidParameter", 400):
        filled.retire(version_of(rpc, filled.key))
    with refused("MissingParameter", 400):
        rpc.call("kms", "RetireKeyVersion", KeyId=filled.key)
    filled.check()
    assert rpc.call("kms", "Decrypt", CiphertextBlob=filled.blob)["KeyVersionId"] == filled.first
    assert filled.retire()["RetirementDate"]
    filled.check()
    filled.complete()
    with refused("Rejected.KeyVersionRetired", 409):
        rpc.call("kms", "Decrypt", CiphertextBlob=filled.blob)
    with refused("Rejected.KeyVersionRetired", 409):
        rpc.call("kms", "ReEncrypt", CiphertextBlob=filled.blob, DestinationKeyId=filled.key)
    listed = rpc.call("kms", "ListKeyVersions", KeyId=filled.key)["KeyVersions"]["KeyVersion"]
    assert {v["KeyVersionId"]: "RetirementDate" in v for v in listed}[filled.first]
    assert len(filled.aws.list_key_rotations(KeyId=filled.key)["Rotations"]) == 1
    # Nothing is left to do, and a new version begins it anew.
    assert rewrapped(rpc, filled.key)["Rewrapped"] == 0
    filled.rotate()
    assert rewrapped(rpc, filled.key)["Rewrapped"] == COUNT + 3


def test_a_key_that_is_off_stops_it(server, root):
    filled = Filled(server, root)
    filled.rotate()
    filled.rpc.call("kms", "DisableKey", KeyId=filled.key)
    with refused("Rejected.Disabled", 409):
        filled.rpc.call("kms", "StartKeyRewrap", KeyId=filled.key)
    filled.rpc.call("kms", "EnableKey", KeyId=filled.key)
    rewrapped(filled.rpc, filled.key)
    filled.retire()
    filled.rpc.call("kms", "DisableKey", KeyId=filled.key)
    with s3_error("KMS.DisabledException"):
        filled.read("large")
    filled.rpc.call("kms", "EnableKey", KeyId=filled.key)
    filled.check()


def test_only_who_may_rewraps_and_retires(server, people, root, second):
    rpc = Rpc(server, root)
    key = rpc.call("kms", "CreateKey")["KeyMetadata"]["KeyId"]
    arn = f"acs:kms:*:{root.account}:key/{key}"
    given = {"KeyId": key, "KeyVersionId": version_of(rpc, key)}
    nobody, other = Rpc(server, people.user(allow("kms:GetKeyRewrap", resource=arn))), Rpc(server, second)
    for action in ["StartKeyRewrap", "RetireKeyVersion"]:
        with pytest.raises(RpcError, check=lambda e: e.status == 403):
            nobody.call("kms", action, **given)
    with refused("Forbidden.KeyRewrapNotFound", 404):
        nobody.call("kms", "GetKeyRewrap", KeyId=key)
    for action in ["StartKeyRewrap", "GetKeyRewrap", "RetireKeyVersion"]:
        with pytest.raises(RpcError, check=lambda e: e.status in (403, 404)):
            other.call("kms", action, **given)


def test_it_goes_on_after_a_crash(own_server):
    filled = Filled(own_server, own_server.root)
    filled.rotate()
    filled.rpc.call("kms", "StartKeyRewrap", KeyId=filled.key)
    own_server.kill()
    own_server.start()
    told = ended(filled.rpc, filled.key)
    assert (told["Status"], told["Rewrapped"]) == ("Done", COUNT + 3)
    filled.retire()
    own_server.kill()
    own_server.start()
    filled.check()
    filled.complete()
    with refused("Rejected.KeyVersionRetired", 409):
        filled.rpc.call("kms", "Decrypt", CiphertextBlob=filled.blob)
