"""Secrets through the current and the legacy KMS SDKs."""

import json
import uuid

import pytest
from harness import allow
from services import refused


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
