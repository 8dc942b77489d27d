"""Keys through the current and the legacy KMS SDKs."""

import base64
import os

import pytest
from harness import Credentials, allow, fresh
from services import encoded, new_key, refused

# Alibaba's documents name no code of its own for a ciphertext that does not open.
DAMAGED = ("InvalidCiphertext", "InvalidParameter")


def test_a_key_is_made_and_described(kms, key, root):
    told = kms("DescribeKey", KeyId=key)["KeyMetadata"]
    assert told["KeyId"] == key
    assert told["Arn"].endswith(f":{root.account}:key/{key}")
    assert (told["KeyState"], told["KeyUsage"], told["Origin"]) == ("Enabled", "ENCRYPT/DECRYPT", "Aliyun_KMS")
    assert (told["KeySpec"], told["ProtectionLevel"]) == ("Aliyun_AES_256", "SOFTWARE")
    assert (told["Description"], told["DeleteDate"]) == ("test", "")
    assert told["CreationDate"].endswith("Z") and told["PrimaryKeyVersion"]
    assert kms("DescribeKey", KeyId=told["Arn"])["KeyMetadata"]["KeyId"] == key


def test_keys_are_listed_by_pages(kms, key):
    first = kms("ListKeys", PageNumber=1, PageSize=1)
    total = first["TotalCount"]
    assert (first["PageNumber"], first["PageSize"], len(first["Keys"]["Key"])) == (1, 1, 1)
    assert isinstance(total, int) and total >= 1
    pages = [kms("ListKeys", PageNumber=number, PageSize=100) for number in range(1, total // 100 + 2)]
    listed = [found for page in pages for found in page["Keys"]["Key"]]
    assert key in [found["KeyId"] for found in listed]
    assert all(found["KeyArn"].endswith(found["KeyId"]) for found in listed)


@pytest.mark.parametrize("size", [1, 32, 6144])
def test_what_is_encrypted_is_decrypted(kms, key, size):
    plain = os.urandom(size)
    sealed = kms("Encrypt", KeyId=key, Plaintext=encoded(plain))
    assert sealed["KeyId"] == key and sealed["KeyVersionId"]
    # The key version stands in front of the ciphertext.
    assert base64.b64decode(sealed["CiphertextBlob"])[:36].decode() == sealed["KeyVersionId"]
    opened = kms("Decrypt", CiphertextBlob=sealed["CiphertextBlob"])
    assert base64.b64decode(opened["Plaintext"]) == plain
    assert (opened["KeyId"], opened["KeyVersionId"]) == (key, sealed["KeyVersionId"])


def test_too_much_is_refused(kms, key):
    with refused("InvalidParameter", 400):
        kms("Encrypt", KeyId=key, Plaintext=encoded(bytes(6145)))


def test_the_encryption_context_binds(kms, key):
    context = {"Purpose": "te st", "b c": "1/2*~é"}
    sealed = kms("Encrypt", KeyId=key, Plaintext=encoded(b"abc"), EncryptionContext=context)["CiphertextBlob"]
    reordered = dict(reversed(context.items()))
    assert kms("Decrypt", CiphertextBlob=sealed, EncryptionContext=reordered)["Plaintext"] == encoded(b"abc")
    for wrong in ({}, {"Purpose": "te st"}, {**context, "Purpose": "other"}, {**context, "more": "x"}):
        given = {"EncryptionContext": wrong} if wrong else {}
        with refused(DAMAGED, 400):
            kms("Decrypt", CiphertextBlob=sealed, **given)


def test_a_changed_ciphertext_does_not_open(kms, key):
    sealed = base64.b64decode(kms("Encrypt", KeyId=key, Plaintext=encoded(b"abc"))["CiphertextBlob"])
    for at in (40, len(sealed) - 1):
        changed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with refused(DAMAGED, 400):
            kms("Decrypt", CiphertextBlob=encoded(changed))
    for nonsense in ("AAAA", "not base64!", encoded(bytes(100))):
        with refused((*DAMAGED, "Forbidden.KeyNotFound", "Forbidden.KeyVersionNotFound")):
            kms("Decrypt", CiphertextBlob=nonsense)


@pytest.mark.parametrize(("asked", "size"), [({}, 32), ({"KeySpec": "AES_128"}, 16), ({"NumberOfBytes": 100}, 100)])
def test_data_keys(kms, key, asked, size):
    context = {"a": "b"}
    made = kms("GenerateDataKey", KeyId=key, EncryptionContext=context, **asked)
    plain = base64.b64decode(made["Plaintext"])
    assert len(plain) == size
    opened = kms("Decrypt", CiphertextBlob=made["CiphertextBlob"], EncryptionContext=context)
    assert base64.b64decode(opened["Plaintext"]) == plain
    blind = kms("GenerateDataKeyWithoutPlaintext", KeyId=key, **asked)
    assert "Plaintext" not in blind
    assert len(base64.b64decode(kms("Decrypt", CiphertextBlob=blind["CiphertextBlob"])["Plaintext"])) == size


def test_aliases(kms, key):
    name = f"alias/{fresh('a')}"
    kms("CreateAlias", AliasName=name, KeyId=key)
    assert kms("DescribeKey", KeyId=name)["KeyMetadata"]["KeyId"] == key
    sealed = kms("Encrypt", KeyId=name, Plaintext=encoded(b"abc"))
    assert sealed["KeyId"] == key
    listed = kms("ListAliasesByKeyId", KeyId=key)["Aliases"]["Alias"]
    assert [(found["AliasName"], found["KeyId"]) for found in listed] == [(name, key)]
    assert listed[0]["AliasArn"].endswith(name)
    assert kms("ListAliases", PageSize=100)["TotalCount"] >= 1
    with refused("AliasAlreadyExists", 400):
        kms("CreateAlias", AliasName=name, KeyId=key)
    other = new_key(kms)
    kms("UpdateAlias", AliasName=name, KeyId=other)
    assert kms("DescribeKey", KeyId=name)["KeyMetadata"]["KeyId"] == other
    kms("DeleteAlias", AliasName=name)
    with refused("Forbidden.AliasNotFound", 404):
        kms("DescribeKey", KeyId=name)
    assert kms("Decrypt", CiphertextBlob=sealed["CiphertextBlob"])["Plaintext"] == encoded(b"abc")
    kms("ScheduleKeyDeletion", KeyId=other, PendingWindowInDays=7)


def test_a_disabled_key_does_nothing_until_enabled(kms, key):
    sealed = kms("Encrypt", KeyId=key, Plaintext=encoded(b"abc"))["CiphertextBlob"]
    kms("DisableKey", KeyId=key)
    kms("DisableKey", KeyId=key)
    assert kms("DescribeKey", KeyId=key)["KeyMetadata"]["KeyState"] == "Disabled"
    for action, given in (
        ("Encrypt", {"KeyId": key, "Plaintext": encoded(b"abc")}),
        ("Decrypt", {"CiphertextBlob": sealed}),
        ("GenerateDataKey", {"KeyId": key}),
        ("GenerateDataKeyWithoutPlaintext", {"KeyId": key}),
    ):
        with refused("Rejected.Disabled", 409):
            kms(action, **given)
    with refused("Rejected.StateModifiedFailed", 409):
        kms("CancelKeyDeletion", KeyId=key)
    kms("EnableKey", KeyId=key)
    kms("EnableKey", KeyId=key)
    assert kms("Decrypt", CiphertextBlob=sealed)["Plaintext"] == encoded(b"abc")


def test_a_key_pending_deletion_does_nothing_until_cancelled(kms, key):
    sealed = kms("Encrypt", KeyId=key, Plaintext=encoded(b"abc"))["CiphertextBlob"]
    kms("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    told = kms("DescribeKey", KeyId=key)["KeyMetadata"]
    assert told["KeyState"] == "PendingDeletion" and told["DeleteDate"].endswith("Z")
    for action, given in (
        ("Encrypt", {"KeyId": key, "Plaintext": encoded(b"abc")}),
        ("Decrypt", {"CiphertextBlob": sealed}),
        ("GenerateDataKey", {"KeyId": key}),
    ):
        with refused("Rejected.PendingDeletion", 409):
            kms(action, **given)
    for action, given in (
        ("EnableKey", {}),
        ("DisableKey", {}),
        ("ScheduleKeyDeletion", {"PendingWindowInDays": 8}),
        ("CreateAlias", {"AliasName": f"alias/{fresh('a')}"}),
    ):
        with refused("Rejected.StateModifiedFailed", 409):
            kms(action, KeyId=key, **given)
    kms("CancelKeyDeletion", KeyId=key)
    told = kms("DescribeKey", KeyId=key)["KeyMetadata"]
    assert (told["KeyState"], told["DeleteDate"]) == ("Enabled", "")
    assert kms("Decrypt", CiphertextBlob=sealed)["Plaintext"] == encoded(b"abc")


@pytest.mark.parametrize("days", [6, 367])
def test_the_window_has_bounds(kms, key, days):
    with refused("InvalidParameter", 400):
        kms("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=days)


def test_missing_and_wrong_things_are_named(kms):
    with refused("Forbidden.KeyNotFound", 404):
        kms("DescribeKey", KeyId="00000000-0000-4000-8000-000000000000")
    with refused("Forbidden.AliasNotFound", 404):
        kms("Encrypt", KeyId="alias/none", Plaintext=encoded(b"abc"))
    with refused(("MissingParameter", "MissingKeyId", "InvalidParameter"), 400):
        kms("Encrypt", Plaintext=encoded(b"abc"))


def test_users_need_a_policy(kms, kms_as, people, root, key):
    arn = f"acs:kms:*:{root.account}:key/{key}"
    encrypter = kms_as(people.user(allow("kms:Encrypt", resource=arn)))
    nobody = kms_as(people.user())
    sealed = encrypter("Encrypt", KeyId=key, Plaintext=encoded(b"abc"))["CiphertextBlob"]
    forbidden = ("Forbidden.NoPermission", "Forbidden.RAM", "NoPermission")
    with refused(forbidden, 403):
        encrypter("Decrypt", CiphertextBlob=sealed)
    with refused(forbidden, 403):
        nobody("Encrypt", KeyId=key, Plaintext=encoded(b"abc"))
    with refused(forbidden, 403):
        nobody("CreateKey")
    other = new_key(kms)
    with refused(forbidden, 403):
        encrypter("Encrypt", KeyId=other, Plaintext=encoded(b"abc"))
    crypto = kms_as(people.user(system=("AliyunKMSCryptoAccess",)))
    assert crypto("Decrypt", CiphertextBlob=sealed)["Plaintext"] == encoded(b"abc")
    kms("ScheduleKeyDeletion", KeyId=other, PendingWindowInDays=7)


def test_another_account_cannot_use_a_key(kms, kms_as, second, key):
    other = kms_as(second)
    sealed = kms("Encrypt", KeyId=key, Plaintext=encoded(b"abc"))["CiphertextBlob"]
    hidden = ("Forbidden.KeyNotFound", "Forbidden.NoPermission", "Forbidden.RAM", "NoPermission")
    for action, given in (
        ("DescribeKey", {"KeyId": key}),
        ("Encrypt", {"KeyId": key, "Plaintext": encoded(b"abc")}),
        ("Decrypt", {"CiphertextBlob": sealed}),
        ("DisableKey", {"KeyId": key}),
        ("ScheduleKeyDeletion", {"KeyId": key, "PendingWindowInDays": 7}),
    ):
        with refused((*hidden, *DAMAGED, "Forbidden.KeyVersionNotFound")):
            other(action, **given)
    pages = range(1, other("ListKeys")["TotalCount"] // 100 + 2)
    listed = [found["KeyId"] for page in pages for found in other("ListKeys", PageNumber=page, PageSize=100)["Keys"]["Key"]]
    assert key not in listed


def test_wrong_keys(kms_as, root):
    # The legacy SDK renames the error when the server's string to sign equals its own.
    with refused(("SignatureDoesNotMatch", "InvalidAccessKeySecret"), 400):
        kms_as(Credentials(root.id, "wrong"))("ListKeys")
    with refused("InvalidAccessKeyId.NotFound", 404):
        kms_as(Credentials("LTAIunknownunknown", "wrong"))("ListKeys")
