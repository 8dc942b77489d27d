"""What is not in test_kms.py of the KMS actions, through each SDK that has them."""

import json
import os
import time

import pytest
import sm2
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from expect import rpc_error
from harness import REGION, People, Rpc, allow, fresh
from material import HASHES, WRAPPINGS, bring, external, oaep, wrap
from services import decoded, der, encoded, kms_of, new_key, refused, version_of

LOST = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def kms(sdk, server):
    """Each SDK in turn, as the account for tests with many keys."""
    return kms_of(sdk(server, server.third))


@pytest.fixture
def newer_kms(newer_sdk, server):
    """The legacy SDK has no codes."""
    return kms_of(newer_sdk(server, server.third))


@pytest.fixture(scope="module")
def pairs(server):
    """Keys of every spec and usage that pairs have, made on first use: their parameters and their public keys."""
    kms, made = kms_of(Rpc(server, server.third)), {}

    def find(spec, usage):
        if (spec, usage) not in made:
            key = new_key(kms, KeySpec=spec, KeyUsage=usage)
            made[spec, usage] = {"KeyId": key, "KeyVersionId": version_of(kms, key)}
        return made[spec, usage]

    return find


def public_key(shown: dict):
    """The key that GetPublicKey shows, in PEM; a point if it is one of SM2's, which `cryptography` lacks."""
    pem = shown["PublicKey"]
    spki = der(pem)
    return sm2.public_of(spki) if sm2.ALGORITHM in spki else serialization.load_pem_public_key(pem.encode())


SIGNATURES = [
    *[(f"RSA_{size}", f"RSA_{scheme}_SHA_256") for size in (2048, 3072, 4096) for scheme in ("PSS", "PKCS1")],
    ("EC_P256", "ECDSA_SHA_256"),
    ("EC_P384", "ECDSA_SHA_384"),
    ("EC_P521", "ECDSA_SHA_512"),
    ("EC_P256K", "ECDSA_SHA_256"),
    ("EC_SM2", "SM2DSA"),
]
SHA = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


def hashed(message: bytes, hash_) -> bytes:
    digest = hashes.Hash(hash_)
    digest.update(message)
    return digest.finalize()


def verify_outside(public, algorithm: str, signature: bytes, digest: bytes):
    """Raises if the signature is not one, with the public key alone."""
    if algorithm == "SM2DSA":
        assert sm2.verify(public, digest, signature)
        return
    hash_ = utils.Prehashed(SHA[algorithm[-3:]])
    if algorithm.startswith("ECDSA"):
        public.verify(signature, digest, ec.ECDSA(hash_))
    elif "PSS" in algorithm:
        public.verify(signature, digest, padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH), hash_)
    else:
        public.verify(signature, digest, padding.PKCS1v15(), hash_)


@pytest.mark.parametrize(("spec", "algorithm"), SIGNATURES)
def test_signatures(kms, pairs, spec, algorithm):
    pair = pairs(spec, "SIGN/VERIFY")
    public = public_key(kms("GetPublicKey", **pair))
    if spec == "EC_SM2":
        digest = sm2.digest(public, b"message")
    else:
        digest = hashed(b"message", SHA[algorithm[-3:]])
    signed = kms("AsymmetricSign", **pair, Algorithm=algorithm, Digest=encoded(digest))
    assert (signed["KeyId"], signed["KeyVersionId"]) == (pair["KeyId"], pair["KeyVersionId"])
    verify_outside(public, algorithm, decoded(signed["Value"]), digest)
    asked = {**pair, "Algorithm": algorithm, "Value": signed["Value"]}
    assert kms("AsymmetricVerify", **asked, Digest=encoded(digest))["Value"] is True
    assert kms("AsymmetricVerify", **asked, Digest=encoded(bytes(len(digest))))["Value"] is False
    with refused("InvalidParameter", 400):
        kms("AsymmetricSign", **pair, Algorithm=algorithm, Digest=encoded(digest + b"x"))
    with refused("Unsupported.KeyUsage", 400):
        kms("AsymmetricDecrypt", **pair, Algorithm="RSAES_OAEP_SHA_1", CiphertextBlob=encoded(bytes(256)))


ENCRYPTIONS = [
    *[(f"RSA_{size}", f"RSAES_OAEP_SHA_{bits}") for size in (2048, 3072, 4096) for bits in ("1", "256")],
    ("EC_SM2", "SM2PKE"),
]


@pytest.mark.parametrize(("spec", "algorithm"), ENCRYPTIONS)
def test_encryption_to_a_public_key(kms, pairs, spec, algorithm):
    pair = pairs(spec, "ENCRYPT/DECRYPT")
    shown = kms("GetPublicKey", **pair)
    public = public_key(shown)
    most = 6047 if spec == "EC_SM2" else public.key_size // 8 - 2 - 2 * HASHES[algorithm.rsplit("_", 1)[1]].digest_size
    spki = sm2.public_der(public) if spec == "EC_SM2" else der(shown["PublicKey"])
    for plain in (b"x", os.urandom(most)):
        outside = encoded(wrap(spki, algorithm, plain)) if spec == "EC_SM2" else encoded(public.encrypt(plain, oaep(algorithm)))
        inside = kms("AsymmetricEncrypt", **pair, Algorithm=algorithm, Plaintext=encoded(plain))["CiphertextBlob"]
        for sealed in (outside, inside):
            opened = kms("AsymmetricDecrypt", **pair, Algorithm=algorithm, CiphertextBlob=sealed)
            assert decoded(opened["Plaintext"]) == plain and opened["KeyVersionId"] == pair["KeyVersionId"]
    with refused("InvalidParameter", 400):
        kms("AsymmetricEncrypt", **pair, Algorithm=algorithm, Plaintext=encoded(bytes(most + 1)))
    damaged = bytearray(decoded(inside))
    damaged[-1] ^= 1
    with refused("InvalidParameter", 400):
        kms("AsymmetricDecrypt", **pair, Algorithm=algorithm, CiphertextBlob=encoded(bytes(damaged)))
    with refused("Unsupported.KeyUsage", 400):
        kms("AsymmetricSign", **pair, Algorithm="RSA_PSS_SHA_256", Digest=encoded(bytes(32)))


CODES = {
    "HMAC_SHA_224": hashes.SHA224(),
    "HMAC_SHA_256": hashes.SHA256(),
    "HMAC_SHA_384": hashes.SHA384(),
    "HMAC_SHA_512": hashes.SHA512(),
    "HMAC_SM3": hashes.SM3(),
}


@pytest.mark.parametrize("algorithm", CODES)
def test_codes(newer_kms, algorithm):
    material = os.urandom(CODES[algorithm].digest_size)
    key, _ = external(newer_kms, material, KeySpec=algorithm, KeyUsage="GENERATE_VERIFY_MAC")
    code = hmac.HMAC(material, CODES[algorithm])
    code.update(b"message")
    asked = {"KeyId": key, "Algorithm": algorithm, "Message": encoded(b"message")}
    made = newer_kms("GenerateMac", **asked)
    assert (decoded(made["Mac"]), made["KeyId"], made["Algorithm"]) == (code.finalize(), key, algorithm)
    assert newer_kms("VerifyMac", **asked, Mac=made["Mac"])["Value"] is True
    assert newer_kms("VerifyMac", **{**asked, "Message": encoded(b"massage")}, Mac=made["Mac"])["Value"] is False
    other = "HMAC_SM3" if algorithm != "HMAC_SM3" else "HMAC_SHA_256"
    with refused("InvalidParameter", 400):
        newer_kms("GenerateMac", **{**asked, "Algorithm": other})


def state(kms, key):
    return kms("DescribeKey", KeyId=key)["KeyMetadata"]["KeyState"]


@pytest.mark.parametrize(("spec", "algorithm"), WRAPPINGS)
def test_material_is_brought_and_taken(kms, spec, algorithm):
    key_spec, material = ("Aliyun_SM4", os.urandom(16)) if spec == "EC_SM2" else ("Aliyun_AES_256", os.urandom(32))
    key = new_key(kms, KeySpec=key_spec, Origin="EXTERNAL")
    asked = {"KeyId": key, "Plaintext": encoded(b"abc")}
    assert state(kms, key) == "PendingImport"
    with refused("Rejected.PendingImport", 409):
        kms("Encrypt", **asked)
    bring(kms, key, material, spec, algorithm)
    assert state(kms, key) == "Enabled"
    sealed = kms("Encrypt", **asked)["CiphertextBlob"]
    kms("DeleteKeyMaterial", KeyId=key)
    kms("DeleteKeyMaterial", KeyId=key)
    assert state(kms, key) == "PendingImport"
    with refused("Rejected.PendingImport", 409):
        kms("Decrypt", CiphertextBlob=sealed)
    for wrong in (bytes(len(material)), material[1:], material + b"x"):
        with refused("InvalidKeyMaterial", 400):
            bring(kms, key, wrong, spec, algorithm)
    until = int(time.time()) + 3600
    bring(kms, key, material, spec, algorithm, KeyMaterialExpireUnix=until)
    told = kms("DescribeKey", KeyId=key)["KeyMetadata"]
    assert told["MaterialExpireTime"] == time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(until))
    assert kms("Decrypt", CiphertextBlob=sealed)["Plaintext"] == encoded(b"abc")


@pytest.mark.parametrize("algorithm", ["RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256"])
def test_private_keys_are_brought(kms, algorithm):
    private = ec.generate_private_key(ec.SECP256R1())
    form = serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    key, version = external(kms, private.private_bytes(*form), "RSA_2048", algorithm, KeySpec="EC_P256")
    shown = kms("GetPublicKey", KeyId=key, KeyVersionId=version)
    assert public_key(shown) == private.public_key()
    with refused("Rejected.StateModifiedFailed", 409):
        kms("CancelKeyDeletion", KeyId=key)


def test_what_is_wrong_with_an_import(kms, key):
    asked = {"WrappingKeySpec": "EC_SM2", "WrappingAlgorithm": "SM2PKE"}
    with refused("Unsupported.Origin", 400):
        kms("GetParametersForImport", KeyId=key, **asked)
    with refused("Unsupported.Origin", 400):
        kms("DeleteKeyMaterial", KeyId=key)
    one, other = (new_key(kms, Origin="EXTERNAL") for _ in range(2))
    given = kms("GetParametersForImport", KeyId=one, **asked)
    assert given["TokenExpireTime"].endswith("Z") and given["KeyId"] == one
    wrapped = encoded(wrap(decoded(given["PublicKey"]), "SM2PKE", bytes(range(32))))
    for key_id, token in ((other, given["ImportToken"]), (one, encoded(b"nonsense"))):
        with refused("InvalidImportToken", 400):
            kms("ImportKeyMaterial", KeyId=key_id, ImportToken=token, EncryptedKeyMaterial=wrapped)
    good = {"KeyId": one, "ImportToken": given["ImportToken"], "EncryptedKeyMaterial": wrapped}
    with refused("InvalidKeyMaterial", 400):
        kms("ImportKeyMaterial", **{**good, "EncryptedKeyMaterial": encoded(b"nonsense")})
    for until in (int(time.time()) - 10, -1):
        with refused("InvalidParameter", 400):
            kms("ImportKeyMaterial", **good, KeyMaterialExpireUnix=until)
    with refused("InvalidParameter", 400):
        kms("GetParametersForImport", KeyId=one, WrappingKeySpec="EC_SM2", WrappingAlgorithm="RSAES_OAEP_SHA_256")
    assert state(kms, one) == state(kms, other) == "PendingImport"
    # The token is good for its 24 hours, however often.
    for _ in range(2):
        kms("ImportKeyMaterial", **good)
    assert state(kms, one) == "Enabled"


def outside_key(spec):
    """A key outside: its public key in DER, and how it opens what is encrypted to it."""
    if spec == "EC_SM2":
        private = 1 + int.from_bytes(os.urandom(31), "big")
        return sm2.public_der(sm2.multiply(private, sm2.G)), lambda sealed, _: sm2.decrypt(private, sealed)
    private = rsa.generate_private_key(65537, 2048)
    form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    public = private.public_key().public_bytes(*form)
    return public, lambda sealed, algorithm: private.decrypt(sealed, oaep(algorithm))


@pytest.mark.parametrize(
    ("spec", "algorithm"), [("RSA_2048", "RSAES_OAEP_SHA_1"), ("RSA_2048", "RSAES_OAEP_SHA_256"), ("EC_SM2", "SM2PKE")]
)
def test_data_keys_for_outside(kms, key, spec, algorithm):
    public, opens = outside_key(spec)
    to = {"PublicKeyBlob": encoded(public), "WrappingKeySpec": spec, "WrappingAlgorithm": algorithm}
    context = {"a": "b"}
    made = kms("GenerateDataKey", KeyId=key, EncryptionContext=context)
    exported = kms("ExportDataKey", CiphertextBlob=made["CiphertextBlob"], EncryptionContext=context, **to)
    assert opens(decoded(exported["ExportedDataKey"]), algorithm) == decoded(made["Plaintext"])
    assert (exported["KeyId"], exported["KeyVersionId"]) == (key, made["KeyVersionId"])
    with refused("InvalidParameter", 400):
        kms("ExportDataKey", CiphertextBlob=made["CiphertextBlob"], **to)
    both = kms("GenerateAndExportDataKey", KeyId=key, NumberOfBytes=100, EncryptionContext=context, **to)
    plain = kms("Decrypt", CiphertextBlob=both["CiphertextBlob"], EncryptionContext=context)["Plaintext"]
    assert opens(decoded(both["ExportedDataKey"]), algorithm) == decoded(plain) and len(decoded(plain)) == 100


def test_a_ciphertext_moves_to_another_key(kms, key):
    other = new_key(kms)
    sealed = kms("Encrypt", KeyId=key, Plaintext=encoded(b"abc"), EncryptionContext={"a": "b"})
    given = {"SourceEncryptionContext": {"a": "b"}, "DestinationEncryptionContext": {"c": "d"}}
    moved = kms("ReEncrypt", CiphertextBlob=sealed["CiphertextBlob"], DestinationKeyId=other, **given)
    # The answer names the source.
    assert (moved["KeyId"], moved["KeyVersionId"]) == (key, sealed["KeyVersionId"])
    opened = kms("Decrypt", CiphertextBlob=moved["CiphertextBlob"], EncryptionContext={"c": "d"})
    assert (opened["Plaintext"], opened["KeyId"]) == (encoded(b"abc"), other)
    with refused("InvalidParameter", 400):
        kms("ReEncrypt", CiphertextBlob=sealed["CiphertextBlob"], DestinationKeyId=other)
    kms("DisableKey", KeyId=other)
    with refused("Rejected.Disabled", 409):
        kms("ReEncrypt", CiphertextBlob=sealed["CiphertextBlob"], DestinationKeyId=other, **given)


def test_what_was_encrypted_to_a_pair_comes_under_a_key(kms, key, pairs):
    pair = pairs("RSA_2048", "ENCRYPT/DECRYPT")
    sealed = kms("AsymmetricEncrypt", **pair, Algorithm="RSAES_OAEP_SHA_256", Plaintext=encoded(b"abc"))
    given = {
        "CiphertextBlob": sealed["CiphertextBlob"], "DestinationKeyId": key, "SourceKeyId": pair["KeyId"],
        "SourceKeyVersionId": pair["KeyVersionId"], "SourceEncryptionAlgorithm": "RSAES_OAEP_SHA_256",
    }
    moved = kms("ReEncrypt", **given)
    assert (moved["KeyId"], moved["KeyVersionId"]) == (pair["KeyId"], pair["KeyVersionId"])
    opened = kms("Decrypt", CiphertextBlob=moved["CiphertextBlob"])
    assert (opened["Plaintext"], opened["KeyId"]) == (encoded(b"abc"), key)
    for missing in ("SourceKeyId", "SourceKeyVersionId", "SourceEncryptionAlgorithm"):
        with refused("MissingParameter", 400):
            kms("ReEncrypt", **{name: value for name, value in given.items() if name != missing})
    for wrong in (
        {"SourceEncryptionAlgorithm": "NONE"}, {"SourceKeyVersionId": "x"}, {"SourceEncryptionContext": {"a": "b"}},
        {"SourceEncryptionAlgorithm": "SM2PKE"},
    ):
        with refused("InvalidParameter", 400):
            kms("ReEncrypt", **{**given, **wrong})


def test_versions(kms, key, pairs):
    primary = kms("DescribeKey", KeyId=key)["KeyMetadata"]["PrimaryKeyVersion"]
    listed = kms("ListKeyVersions", KeyId=key, PageNumber=1, PageSize=10)
    (version,) = listed["KeyVersions"]["KeyVersion"]
    assert (version["KeyId"], version["KeyVersionId"], listed["TotalCount"]) == (key, primary, 1)
    assert version["CreationDate"].endswith("Z")
    assert kms("DescribeKeyVersion", KeyId=key, KeyVersionId=primary)["KeyVersion"] == version
    with refused("Forbidden.KeyVersionNotFound", 404):
        kms("DescribeKeyVersion", KeyId=key, KeyVersionId=LOST)
    pair = pairs("EC_P256", "SIGN/VERIFY")
    # Seven days have to lie between two, and only pairs get versions by hand.
    with refused("Rejected.LimitExceeded", 400):
        kms("CreateKeyVersion", KeyId=pair["KeyId"])
    with refused("Unsupported.KeySpec", 400):
        kms("CreateKeyVersion", KeyId=key)


def test_rotation(kms, key):
    kms("UpdateRotationPolicy", KeyId=key, EnableAutomaticRotation=True, RotationInterval="30d")
    told = kms("DescribeKey", KeyId=key)["KeyMetadata"]
    assert (told["AutomaticRotation"], told["RotationInterval"]) == ("Enabled", "2592000s") and told["NextRotationDate"]
    kms("DisableKey", KeyId=key)
    assert kms("DescribeKey", KeyId=key)["KeyMetadata"]["AutomaticRotation"] == "Suspended"
    with refused("Rejected.Disabled", 409):
        kms("UpdateRotationPolicy", KeyId=key, EnableAutomaticRotation=False)
    kms("EnableKey", KeyId=key)
    kms("UpdateRotationPolicy", KeyId=key, EnableAutomaticRotation=False)
    told = kms("DescribeKey", KeyId=key)["KeyMetadata"]
    assert (told["AutomaticRotation"], told["RotationInterval"], told["NextRotationDate"]) == ("Disabled", "", "")
    for wrong in ("6d", "2561d", "x", "-1d", "1w"):
        with refused("InvalidParameter", 400):
            kms("UpdateRotationPolicy", KeyId=key, EnableAutomaticRotation=True, RotationInterval=wrong)


def test_descriptions_and_protection(kms, key, server):
    kms("UpdateKeyDescription", KeyId=key, Description="other")
    assert kms("DescribeKey", KeyId=key)["KeyMetadata"]["Description"] == "other"
    with refused("InvalidParameter", 400):
        kms("UpdateKeyDescription", KeyId=key, Description="x" * 8193)
    arn = f"acs:kms:{REGION}:{server.third.account}:key/{key}"
    given = {"ProtectedResourceArn": arn, "DeletionProtectionDescription": "in use"}
    kms("SetDeletionProtection", **given, EnableDeletionProtection=True)
    told = kms("DescribeKey", KeyId=key)["KeyMetadata"]
    assert (told["DeletionProtection"], told["DeletionProtectionDescription"]) == ("Enabled", "in use")
    with refused("Rejected.DeletionProtected", 409):
        kms("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    kms("SetDeletionProtection", ProtectedResourceArn=arn, EnableDeletionProtection=False)
    assert kms("DescribeKey", KeyId=key)["KeyMetadata"]["DeletionProtection"] == "Disabled"


def test_key_policies(kms, sdk, server, second, key):
    default = json.loads(kms("GetKeyPolicy", KeyId=key, PolicyName="default")["Policy"])
    assert default["Statement"][0]["Principal"] == {"RAM": [f"acs:ram::{server.third.account}:*"]}
    other, arn = kms_of(sdk(server, second)), f"acs:kms:{REGION}:{server.third.account}:key/{key}"
    for name, code in ((arn, "Forbidden.NoPermission"), (key, "Forbidden.KeyNotFound")):
        with refused(code):
            other("GenerateDataKey", KeyId=name)
    owner, guest = ({"RAM": [f"acs:ram::{account}:root"]} for account in (server.third.account, second.account))
    statement = {"Effect": "Allow", "Resource": ["*"]}
    policy = {
        "Version": "1",
        "Statement": [
            {**statement, "Principal": owner, "Action": ["kms:*"]},
            {**statement, "Principal": guest, "Action": ["kms:GenerateDataKey"]},
        ],
    }
    kms("SetKeyPolicy", KeyId=key, Policy=json.dumps(policy), PolicyName="default")
    assert json.loads(kms("GetKeyPolicy", KeyId=key)["Policy"]) == policy
    made = other("GenerateDataKey", KeyId=arn)
    assert kms("Decrypt", CiphertextBlob=made["CiphertextBlob"])["Plaintext"] == made["Plaintext"]
    with refused("Forbidden.NoPermission", 403):
        other("Encrypt", KeyId=arn, Plaintext=encoded(b"abc"))
    with refused("Forbidden.KeyNotFound", 404):
        other("GenerateDataKey", KeyId=key)
    with refused("InvalidParameter", 400):
        kms("SetKeyPolicy", KeyId=key, Policy=json.dumps(policy), PolicyName="other")
    with refused("MalformedPolicyDocument", 400):
        kms("SetKeyPolicy", KeyId=key, Policy="{}")


def test_tags(kms, key):
    kms("TagResource", KeyId=key, Tags=json.dumps([{"TagKey": "team", "TagValue": "a"}, {"TagKey": "no", "TagValue": ""}]))
    listed = kms("ListResourceTags", KeyId=key)["Tags"]["Tag"]
    assert {(tag["TagKey"], tag["TagValue"], tag["KeyId"]) for tag in listed} == {("team", "a", key), ("no", "", key)}
    kms("UntagResource", KeyId=key, TagKeys='["no"]')
    other = new_key(kms, Tags='[{"TagKey":"team","TagValue":"b"}]')
    both = {"ResourceType": "key", "ResourceId": [key, other]}
    kms("TagResources", **both, Tag=[{"Key": "more", "Value": "x"}])

    def found(**asked):
        rows = kms("ListTagResources", **{**both, **asked})["TagResources"]["TagResource"]
        return {(row["ResourceId"], row["TagKey"], row["TagValue"]) for row in rows}

    assert found() == {(key, "team", "a"), (other, "team", "b"), (key, "more", "x"), (other, "more", "x")}
    assert {row[0] for row in found(Tag=[{"Key": "team", "Value": "b"}])} == {other}
    kms("UntagResources", **both, TagKey=["more"])
    assert found() == {(key, "team", "a"), (other, "team", "b")}
    kms("UntagResources", **both, All=True)
    assert found() == set()
    for name in ("aliyun", "acs:x", "", "k" * 129):
        with refused("InvalidParameter", 400):
            kms("TagResource", KeyId=key, Tags=json.dumps([{"TagKey": name, "TagValue": "v"}]))
    many = json.dumps([{"TagKey": f"k{number}", "TagValue": ""} for number in range(21)])
    with refused("Rejected.LimitExceeded", 400):
        kms("TagResource", KeyId=key, Tags=many)
    assert kms("ListResourceTags", KeyId=key)["Tags"]["Tag"] == []


def test_the_service_says_where_it_is(kms):
    regions = kms("DescribeRegions")["Regions"]["Region"]
    assert [region["RegionId"] for region in regions] == [REGION]
    assert kms("DescribeAccountKmsStatus")["AccountStatus"] == "Enabled"
    kms("OpenKmsService")


def test_a_dry_run_does_nothing(kms, key, sdk, server):
    with refused("DryRunOperationError", 400):
        kms("Encrypt", KeyId=key, Plaintext=encoded(b"abc"), DryRun="true")
    with refused("ValidationError", 400):
        kms("Encrypt", KeyId=key, Plaintext=encoded(bytes(6145)), DryRun="true")
    with refused("Forbidden.KeyNotFound", 404):
        kms("Encrypt", KeyId=LOST, Plaintext=encoded(b"abc"), DryRun="true")
    user = kms_of(sdk(server, People(Rpc(server, server.third)).user(allow("kms:ListKeys"))))
    with refused("AccessDeniedError", 403):
        user("GenerateDataKey", KeyId=key, DryRun="true")


def test_filters(kms, key):
    kms("DisableKey", KeyId=key)

    def found(*filters):
        asked = json.dumps([{"Key": name, "Values": values} for name, values in filters])
        return {entry["KeyId"] for entry in kms("ListKeys", PageSize=100, Filters=asked)["Keys"]["Key"]}

    assert key in found(("KeyState", ["Disabled"]), ("KeySpec", ["Aliyun_AES_256", "Aliyun_SM4"]))
    assert key not in found(("KeyState", ["Enabled"])) and key not in found(("KeySpec", ["RSA_2048"]))
    for wrong in ("x", "{}", '[{"Key":"Colour","Values":["red"]}]', '[{"Key":"KeyState","Values":["Tired"]}]'):
        with refused("InvalidParameter", 400):
            kms("ListKeys", Filters=wrong)


def test_an_alias_is_not_an_id_everywhere(kms, key):
    name = f"alias/{fresh('a')}"
    kms("CreateAlias", AliasName=name, KeyId=key)
    for action, given in (
        ("EnableKey", {}),
        ("DisableKey", {}),
        ("ScheduleKeyDeletion", {"PendingWindowInDays": 7}),
        ("UpdateKeyDescription", {"Description": "x"}),
        ("ListKeyVersions", {}),
        ("UpdateRotationPolicy", {"EnableAutomaticRotation": False}),
        ("GetParametersForImport", {"WrappingKeySpec": "EC_SM2", "WrappingAlgorithm": "SM2PKE"}),
    ):
        with refused("Unsupported.Alias", 400):
            kms(action, KeyId=name, **given)


def test_what_would_be_lost_with_a_key(server):
    """An action of Bailee's own, which no SDK has."""
    kms = kms_of(Rpc(server, server.third))
    key, name, secret = new_key(kms), f"alias/{fresh('a')}", fresh("secret")
    kms("CreateAlias", AliasName=name, KeyId=key)
    kms("CreateSecret", SecretName=secret, VersionId="v1", SecretData="x", EncryptionKeyId=key)
    told = kms("GetKeyInventory", KeyId=key)
    assert (told["Aliases"]["Alias"], told["Secrets"]["Secret"]) == ([name], [secret])
    assert (told["Objects"], told["ObjectBytes"], told["Buckets"]["Bucket"]) == (0, 0, [])
    with rpc_error("Forbidden.KeyNotFound", 404):
        kms("GetKeyInventory", KeyId=LOST)
