"""What is under a rotated key is brought under its new version; then the old one is retired."""

from expect import rpc_error, s3_error
from harness import Rpc, allow, eventually, fresh, pattern
from services import aws_client, encoded, kms_of, new_key, s3_client

LARGE = pattern(200_000)
PART = pattern(5 * 1024 * 1024)
COUNT = 150


def primary_version(kms, key):
    return kms("DescribeKey", KeyId=key)["KeyMetadata"]["PrimaryKeyVersion"]


def ended(kms, key):
    """The rewrap of a key, when it is over."""

    def look():
        told = kms("GetKeyRewrap", KeyId=key)["KeyRewrap"]
        return told if told["Status"] != "Running" else None

    return eventually(look, 60)


def rewrapped(kms, key):
    kms("StartKeyRewrap", KeyId=key)
    told = ended(kms, key)
    assert (told["Status"], told["Error"]) == ("Done", "") and told["FinishDate"]
    return told


class Filled:
    """Things under a key, all of them under its first version."""

    def __init__(self, server, credentials):
        self.kms, self.s3 = kms_of(Rpc(server, credentials)), s3_client(server, credentials)
        self.aws = aws_client("kms", server, credentials)
        self.key = new_key(self.kms)
        self.first = primary_version(self.kms, self.key)
        self.bucket, self.secret = fresh("bucket"), fresh("secret")
        under = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self.key}
        self.s3.create_bucket(Bucket=self.bucket)
        for n in range(COUNT):
            self.s3.put_object(Bucket=self.bucket, Key=f"it-{n}", Body=f"content {n}".encode(), **under)
        self.s3.put_object(Bucket=self.bucket, Key="large", Body=LARGE, **under)
        self.place = {"Bucket": self.bucket, "Key": "parts"}
        self.upload = self.s3.create_multipart_upload(**self.place, **under)["UploadId"]
        self.parts = [self.part(1, PART)]
        under_key = {"SecretData": "hush", "EncryptionKeyId": self.key}
        self.kms("CreateSecret", SecretName=self.secret, VersionId="v1", **under_key)
        self.blob = self.kms("Encrypt", KeyId=self.key, Plaintext=encoded(b"outside"))["CiphertextBlob"]

    def part(self, number, body):
        given = {"UploadId": self.upload, "PartNumber": number, "Body": body}
        return {"PartNumber": number, "ETag": self.s3.upload_part(**self.place, **given)["ETag"]}

    def read(self, name):
        return self.s3.get_object(Bucket=self.bucket, Key=name)["Body"].read()

    def check(self):
        assert all(self.read(f"it-{n}") == f"content {n}".encode() for n in range(COUNT))
        assert self.read("large") == LARGE
        assert self.kms("GetSecretValue", SecretName=self.secret)["SecretData"] == "hush"

    def rotate(self):
        self.aws.rotate_key_on_demand(KeyId=self.key)

    def retire(self, version=None):
        given = {"KeyId": self.key, "KeyVersionId": version or self.first}
        return self.kms("RetireKeyVersion", **given)["KeyVersion"]

    def complete(self):
        """One part more, small as only the last may be, whose data key is the upload's."""
        self.parts.append(self.part(2, LARGE))
        self.s3.complete_multipart_upload(**self.place, UploadId=self.upload, MultipartUpload={"Parts": self.parts})
        assert self.read("parts") == PART + LARGE


def test_everything_reads_after_its_version_is_retired(server, root):
    filled = Filled(server, root)
    kms = filled.kms
    with rpc_error("Forbidden.KeyRewrapNotFound", 404):
        kms("GetKeyRewrap", KeyId=filled.key)
    filled.rotate()
    with rpc_error("Rejected.KeyVersionInUse", 409):
        filled.retire()
    told = rewrapped(kms, filled.key)
    # The objects, the large one, the upload and the secret.
    assert told["Rewrapped"] == COUNT + 3 and told["LookedAt"] >= COUNT + 3
    assert told["OlderKeyVersions"]["KeyVersionId"] == [filled.first]
    with rpc_error("InvalidParameter", 400):
        filled.retire(primary_version(kms, filled.key))
    with rpc_error("MissingParameter", 400):
        kms("RetireKeyVersion", KeyId=filled.key)
    filled.check()
    assert kms("Decrypt", CiphertextBlob=filled.blob)["KeyVersionId"] == filled.first
    assert filled.retire()["RetirementDate"]
    filled.check()
    filled.complete()
    with rpc_error("Rejected.KeyVersionRetired", 409):
        kms("Decrypt", CiphertextBlob=filled.blob)
    with rpc_error("Rejected.KeyVersionRetired", 409):
        kms("ReEncrypt", CiphertextBlob=filled.blob, DestinationKeyId=filled.key)
    listed = kms("ListKeyVersions", KeyId=filled.key)["KeyVersions"]["KeyVersion"]
    assert {v["KeyVersionId"]: "RetirementDate" in v for v in listed}[filled.first]
    assert len(filled.aws.list_key_rotations(KeyId=filled.key)["Rotations"]) == 1
    # Nothing is left to do, and a new version begins it anew.
    assert rewrapped(kms, filled.key)["Rewrapped"] == 0
    filled.rotate()
    assert rewrapped(kms, filled.key)["Rewrapped"] == COUNT + 3


def test_a_key_that_is_off_stops_it(server, root):
    filled = Filled(server, root)
    filled.rotate()
    filled.kms("DisableKey", KeyId=filled.key)
    with rpc_error("Rejected.Disabled", 409):
        filled.kms("StartKeyRewrap", KeyId=filled.key)
    filled.kms("EnableKey", KeyId=filled.key)
    rewrapped(filled.kms, filled.key)
    filled.retire()
    filled.kms("DisableKey", KeyId=filled.key)
    with s3_error("KMS.DisabledException"):
        filled.read("large")
    filled.kms("EnableKey", KeyId=filled.key)
    filled.check()


def test_only_who_may_rewraps_and_retires(server, people, root, second):
    kms = kms_of(Rpc(server, root))
    key = new_key(kms)
    arn = f"acs:kms:*:{root.account}:key/{key}"
    given = {"KeyId": key, "KeyVersionId": primary_version(kms, key)}
    nobody = kms_of(Rpc(server, people.user(allow("kms:GetKeyRewrap", resource=arn))))
    other = kms_of(Rpc(server, second))
    for action in ["StartKeyRewrap", "RetireKeyVersion"]:
        with rpc_error(None, 403):
            nobody(action, **given)
    with rpc_error("Forbidden.KeyRewrapNotFound", 404):
        nobody("GetKeyRewrap", KeyId=key)
    for action in ["StartKeyRewrap", "GetKeyRewrap", "RetireKeyVersion"]:
        with rpc_error(None, (403, 404)):
            other(action, **given)


def test_it_goes_on_after_a_crash(own_server):
    filled = Filled(own_server, own_server.root)
    filled.rotate()
    filled.kms("StartKeyRewrap", KeyId=filled.key)
    own_server.kill()
    own_server.start()
    told = ended(filled.kms, filled.key)
    assert (told["Status"], told["Rewrapped"]) == ("Done", COUNT + 3)
    filled.retire()
    own_server.kill()
    own_server.start()
    filled.check()
    filled.complete()
    with rpc_error("Rejected.KeyVersionRetired", 409):
        filled.kms("Decrypt", CiphertextBlob=filled.blob)
