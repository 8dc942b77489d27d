"""Secrets through the current and the legacy KMS SDKs."""

import json
import string
import uuid

import pytest
from harness import REGION, Credentials, Rpc, allow, eventually
from services import new_key, refused


@pytest.fixture
def secret(kms):
    """A new secret, gone afterwards."""
    name = f"test/{uuid.uuid4()}"
    kms("CreateSecret", SecretName=name, VersionId="v1", SecretData="one")
    yield name
    kms("DeleteSecret", SecretName=name, ForceDeleteWithoutRecovery="true")


def test_a_value_is_put_and_read(kms, secret, root):
    got = kms("GetSecretValue", SecretName=secret)
    assert (got["SecretData"], got["SecretDataType"], got["VersionId"]) == ("one", "text", "v1")
    assert got["VersionStages"]["VersionStage"] == ["ACSCurrent"]
    kms("PutSecretValue", SecretName=secret, VersionId="v2", SecretData="two")
    assert kms("GetSecretValue", SecretName=secret)["SecretData"] == "two"
    assert kms("GetSecretValue", SecretName=secret, VersionStage="ACSPrevious")["SecretData"] == "one"
    assert kms("GetSecretValue", SecretName=secret, VersionId="v1")["SecretData"] == "one"
    told = kms("DescribeSecret", SecretName=secret)
    assert told["Arn"].endswith(f":{root.account}:secret/{secret}")
    versions = kms("ListSecretVersionIds", SecretName=secret)["VersionIds"]["VersionId"]
    assert [version["VersionId"] for version in versions] == ["v1", "v2"]


def test_a_version_is_written_once(kms, secret):
    kms("PutSecretValue", SecretName=secret, VersionId="v1", SecretData="one")
    with refused("Rejected.ResourceExist", 409):
        kms("PutSecretValue", SecretName=secret, VersionId="v1", SecretData="other")
    with refused("Rejected.ResourceExist", 409):
        kms("CreateSecret", SecretName=secret, VersionId="v1", SecretData="one")


def test_own_stages(kms, secret):
    stages = json.dumps(["Pending"])
    kms("PutSecretValue", SecretName=secret, VersionId="v2", SecretData="two", VersionStages=stages)
    assert kms("GetSecretValue", SecretName=secret)["SecretData"] == "one"
    assert kms("GetSecretValue", SecretName=secret, VersionStage="Pending")["SecretData"] == "two"
    kms("UpdateSecretVersionStage", SecretName=secret, VersionStage="ACSCurrent", MoveToVersion="v2")
    assert kms("GetSecretValue", SecretName=secret)["SecretData"] == "two"


def test_a_deletion_is_called_off(kms, secret):
    planned = kms("DeleteSecret", SecretName=secret, RecoveryWindowInDays="7")
    assert planned["PlannedDeleteTime"].endswith("Z")
    with refused("Rejected.ResourceInDeleteWindow", 409):
        kms("GetSecretValue", SecretName=secret)
    kms("RestoreSecret", SecretName=secret)
    assert kms("GetSecretValue", SecretName=secret)["SecretData"] == "one"


def test_what_is_missing(kms):
    with refused("Forbidden.ResourceNotFound", 404):
        kms("GetSecretValue", SecretName="none")


def test_users_need_a_policy(kms_as, people, secret, root):
    arn = f"acs:kms:*:{root.account}:secret/{secret}"
    reader = kms_as(people.user(allow("kms:GetSecretValue", resource=arn)))
    assert reader("GetSecretValue", SecretName=secret)["SecretData"] == "one"
    with refused("Forbidden.NoPermission", 403):
        reader("PutSecretValue", SecretName=secret, VersionId="v2", SecretData="two")
    with refused("Forbidden.NoPermission", 403):
        kms_as(people.user())("GetSecretValue", SecretName=secret)


def test_passwords_are_random(kms):
    first, second = (kms("GetRandomPassword", PasswordLength="20")["RandomPassword"] for _ in range(2))
    assert len(first) == len(second) == 20 and first != second


def test_secrets_are_listed_and_described(kms, secret):
    kms("UpdateSecret", SecretName=secret, Description="of the test")
    asked = json.dumps([{"Key": "SecretName", "Values": [secret]}])
    found = kms("ListSecrets", Filters=asked, FetchTags="true", PageSize=10)
    (entry,) = found["SecretList"]["Secret"]
    assert (entry["SecretName"], entry["SecretType"], found["TotalCount"]) == (secret, "Generic", 1)
    told = kms("DescribeSecret", SecretName=secret)
    assert (told["Description"], told["AutomaticRotation"], told["PlannedDeleteTime"]) == ("of the test", "Invalid", "")
    for wrong in ("x", '[{"Key":"Colour","Values":["red"]}]'):
        with refused("InvalidParameter", 400):
            kms("ListSecrets", Filters=wrong)


def test_tags_of_secrets(kms, secret):
    kms("TagResource", SecretName=secret, Tags=json.dumps([{"TagKey": "team", "TagValue": "a"}]))
    kms("TagResources", ResourceType="secret", ResourceId=[secret], Tag=[{"Key": "more", "Value": "b"}])

    def found():
        return {tag["TagKey"]: tag["TagValue"] for tag in kms("DescribeSecret", SecretName=secret, FetchTags="true")["Tags"]["Tag"]}

    assert found() == {"team": "a", "more": "b"}
    listed = kms("ListTagResources", ResourceType="secret", ResourceId=[secret])["TagResources"]["TagResource"]
    assert {(row["ResourceId"], row["TagKey"]) for row in listed} == {(secret, "team"), (secret, "more")}
    kms("UntagResource", SecretName=secret, TagKeys='["team"]')
    kms("UntagResources", ResourceType="secret", ResourceId=[secret], TagKey=["more"])
    assert found() == {}


def test_policies_of_secrets(kms, kms_as, secret, root, second):
    arn = f"acs:kms:{REGION}:{root.account}:secret/{secret}"
    other = kms_as(second)
    with refused(("Forbidden.NoPermission", "Forbidden.ResourceNotFound")):
        other("GetSecretValue", SecretName=arn)
    guest = {"RAM": [f"acs:ram::{second.account}:root"]}
    statement = {"Effect": "Allow", "Principal": guest, "Action": ["kms:GetSecretValue"], "Resource": ["*"]}
    policy = json.dumps({"Version": "1", "Statement": [statement]})
    kms("SetSecretPolicy", SecretName=secret, Policy=policy, PolicyName="default")
    assert json.loads(kms("GetSecretPolicy", SecretName=secret)["Policy"]) == json.loads(policy)
    assert other("GetSecretValue", SecretName=arn)["SecretData"] == "one"
    with refused("Forbidden.NoPermission", 403):
        other("PutSecretValue", SecretName=arn, VersionId="v2", SecretData="two")
    with refused("MalformedPolicyDocument", 400):
        kms("SetSecretPolicy", SecretName=secret, Policy="{}")


def test_an_own_key(kms, kms_as, people, root):
    key, name = new_key(kms), f"test/{uuid.uuid4()}"
    given = {"SecretData": "YWJj", "SecretDataType": "binary", "EncryptionKeyId": key}
    kms("CreateSecret", SecretName=name, VersionId="v1", **given)
    assert kms("DescribeSecret", SecretName=name)["EncryptionKeyId"] == key
    got = kms("GetSecretValue", SecretName=name)
    assert (got["SecretData"], got["SecretDataType"]) == ("YWJj", "binary")
    # Who may read the secret but not use its key gets nothing.
    reader = kms_as(people.user(allow("kms:GetSecretValue")))
    with refused("Forbidden.NoPermission", 403):
        reader("GetSecretValue", SecretName=name)
    kms("DisableKey", KeyId=key)
    with refused("Rejected.Disabled", 409):
        kms("GetSecretValue", SecretName=name)
    kms("DeleteSecret", SecretName=name, ForceDeleteWithoutRecovery="true")
    kms("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)


def test_an_access_key_rotates(kms, people, server):
    user = people.user()
    name = f"acs/ram/user/{user.user}"
    value = json.dumps({"AccessKeyId": user.id, "AccessKeySecret": user.secret})
    given = {"SecretType": "RAMCredentials", "ExtendedConfig": {"UserName": user.user}}
    kms("CreateSecret", SecretName=name, VersionId="v1", SecretData=value, **given)
    kms("RotateSecret", SecretName=name, VersionId="v2")

    def newer():
        got = kms("GetSecretValue", SecretName=name)
        return got if got["VersionId"] != "v1" else None

    # Rotations are done by a worker.
    got = eventually(newer, 30)
    made = json.loads(got["SecretData"])
    assert got["VersionId"] == "v2" and made["AccessKeyId"] != user.id
    for pair in (made, json.loads(value)):
        who = Rpc(server, Credentials(pair["AccessKeyId"], pair["AccessKeySecret"])).call("sts", "GetCallerIdentity")
        assert who["Arn"].endswith(user.user)
    kms("UpdateSecretRotationPolicy", SecretName=name, EnableAutomaticRotation=True, RotationInterval="7d")
    told = kms("DescribeSecret", SecretName=name)
    assert (told["AutomaticRotation"], told["RotationInterval"]) == ("Enabled", "604800s") and told["NextRotationDate"]
    kms("UpdateSecretRotationPolicy", SecretName=name, EnableAutomaticRotation=False)
    for wrong in ("5h", "366d", "x"):
        with refused("InvalidParameter", 400):
            kms("UpdateSecretRotationPolicy", SecretName=name, EnableAutomaticRotation=True, RotationInterval=wrong)
    kms("DeleteSecret", SecretName=name, ForceDeleteWithoutRecovery="true")


def test_generic_secrets_rotate_by_put_alone(kms, secret):
    with refused("InvalidParameter", 400):
        kms("RotateSecret", SecretName=secret, VersionId="v2")
    with refused("InvalidParameter", 400):
        kms("UpdateSecretRotationPolicy", SecretName=secret, EnableAutomaticRotation=True, RotationInterval="7d")


def test_many_at_once(newer_kms):
    """The legacy SDK has no such action."""
    names = [f"test/{uuid.uuid4()}" for _ in range(3)]
    for number, secret in enumerate(names):
        newer_kms("CreateSecret", SecretName=secret, VersionId="v1", SecretData=f"value {number}")
    wanted = [{"SecretName": secret} for secret in (*names, "none")]
    got = newer_kms("BatchGetSecretValue", SecretsList=wanted)
    assert [value["SecretData"] for value in got["SecretValues"]] == ["value 0", "value 1", "value 2"]
    # What is refused is said beside what is given.
    with refused("Forbidden.ResourceNotFound", 404):
        newer_kms("BatchGetSecretValue", SecretsList=[{"SecretName": "none"}])
    for wrong in ([], [{"SecretName": names[0]}] * 21):
        with refused("InvalidParameter", 400):
            newer_kms("BatchGetSecretValue", SecretsList=wrong)
    for secret in names:
        newer_kms("DeleteSecret", SecretName=secret, ForceDeleteWithoutRecovery="true")


@pytest.mark.parametrize(
    ("given", "letters"),
    [
        ({}, string.ascii_letters + string.digits + string.punctuation),
        ({"ExcludePunctuation": "true", "ExcludeNumbers": "true"}, string.ascii_letters),
        ({"ExcludeLowercase": "true", "ExcludePunctuation": "true"}, string.ascii_uppercase + string.digits),
        ({"ExcludeUppercase": "true", "ExcludePunctuation": "true", "ExcludeCharacters": "abc"}, string.ascii_lowercase[3:] + string.digits),
    ],
)
def test_passwords_are_of_what_is_asked(kms, given, letters):
    made = kms("GetRandomPassword", **given)["RandomPassword"]
    assert len(made) == 32 and set(made) <= set(letters)
    for wrong in ("7", "129", "x"):
        with refused("InvalidParameter", 400):
            kms("GetRandomPassword", PasswordLength=wrong)
