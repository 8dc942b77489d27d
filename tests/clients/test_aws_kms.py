"""Keys through Amazon's interface: boto3, AWS CLI, the AWS Encryption SDK, sops. The same keys as through Alibaba's."""

import base64
import functools
import hashlib
import json
import os

import aws_encryption_sdk
import botocore.session
import pytest
import requests
from aws_encryption_sdk.identifiers import CommitmentPolicy
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding
from cryptography.hazmat.primitives.keywrap import aes_key_wrap_with_padding
from commands import BIN, aws_environment, run
from expect import s3_error
from harness import REGION, Credentials, Rpc, allow, deny, fresh
from services import aws_client

NOWHERE = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def make_kms(server):
    return lambda credentials: aws_client("kms", server, credentials)


@pytest.fixture(scope="module")
def kms(server, root):
    return aws_client("kms", server, root)


@pytest.fixture(scope="module")
def make_key(kms):
    """Makes keys that are scheduled for deletion afterwards."""
    made = []

    def make(**given):
        made.append(kms.create_key(**given)["KeyMetadata"])
        return made[-1]

    yield make
    for key in made:
        if kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] != "PendingDeletion":
            kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)


@pytest.fixture
def key(make_key):
    return make_key(Description="test")["Arn"]


def test_a_key_lives(kms, make_key, root):
    told = make_key(Description="one", Tags=[{"TagKey": "team", "TagValue": "a"}])
    arn = f"arn:aws:kms:{REGION}:{root.account}:key/{told['KeyId']}"
    assert (told["Arn"], told["AWSAccountId"], told["KeyManager"]) == (arn, root.account, "CUSTOMER")
    assert (told["KeyState"], told["Enabled"], told["KeyUsage"]) == ("Enabled", True, "ENCRYPT_DECRYPT")
    assert (told["KeySpec"], told["Origin"], told["MultiRegion"]) == ("SYMMETRIC_DEFAULT", "AWS_KMS", False)
    assert told["EncryptionAlgorithms"] == ["SYMMETRIC_DEFAULT"] and told["CreationDate"].year > 2020
    alias = f"alias/{fresh('a')}"
    kms.create_alias(AliasName=alias, TargetKeyId=told["KeyId"])
    for name in (told["KeyId"], arn, alias, f"arn:aws:kms:{REGION}:{root.account}:{alias}"):
        assert kms.describe_key(KeyId=name)["KeyMetadata"]["Arn"] == arn
    kms.update_key_description(KeyId=arn, Description="two")
    assert kms.describe_key(KeyId=alias)["KeyMetadata"]["Description"] == "two"
    kms.disable_key(KeyId=arn)
    with pytest.raises(kms.exceptions.DisabledException):
        kms.encrypt(KeyId=arn, Plaintext=b"x")
    kms.enable_key(KeyId=arn)
    kms.encrypt(KeyId=arn, Plaintext=b"x")
    gone = kms.schedule_key_deletion(KeyId=arn)
    assert (gone["KeyId"], gone["KeyState"], gone["PendingWindowInDays"]) == (arn, "PendingDeletion", 30)
    assert kms.describe_key(KeyId=arn)["KeyMetadata"]["DeletionDate"] == gone["DeletionDate"]
    with pytest.raises(kms.exceptions.KMSInvalidStateException):
        kms.encrypt(KeyId=arn, Plaintext=b"x")
    assert kms.cancel_key_deletion(KeyId=arn)["KeyId"] == arn
    assert kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] == "Disabled"
    kms.delete_alias(AliasName=alias)
    with pytest.raises(kms.exceptions.NotFoundException):
        kms.describe_key(KeyId=alias)


def test_listings_come_in_parts(kms, make_key, root):
    made = {make_key()["KeyId"] for _ in range(5)}
    pages = list(kms.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 2}))
    assert len(pages) > 2 and all(len(page["Keys"]) <= 2 for page in pages)
    listed = [found["KeyId"] for page in pages for found in page["Keys"]]
    assert len(listed) == len(set(listed)) and made <= set(listed)
    key, names = made.pop(), {f"alias/{fresh('a')}" for _ in range(3)}
    for name in names:
        kms.create_alias(AliasName=name, TargetKeyId=key)
    found = kms.get_paginator("list_aliases").paginate(KeyId=key, PaginationConfig={"PageSize": 2}).build_full_result()
    assert {alias["AliasName"] for alias in found["Aliases"]} == names
    assert all(alias["TargetKeyId"] == key for alias in found["Aliases"])
    assert found["Aliases"][0]["AliasArn"].startswith(f"arn:aws:kms:{REGION}:{root.account}:alias/")
    other = made.pop()
    moved = names.pop()
    kms.update_alias(AliasName=moved, TargetKeyId=other)
    assert kms.describe_key(KeyId=moved)["KeyMetadata"]["KeyId"] == other
    with pytest.raises(kms.exceptions.AlreadyExistsException):
        kms.create_alias(AliasName=moved, TargetKeyId=key)
    with pytest.raises(kms.exceptions.InvalidMarkerException):
        kms.list_keys(Marker="nonsense")
    with pytest.raises(kms.exceptions.InvalidAliasNameException):
        kms.create_alias(AliasName="alias/aws/mine", TargetKeyId=key)


def test_what_is_encrypted_opens_again(kms, key, make_key):
    context = {"purpose": "test", "ü": "é"}
    sealed = kms.encrypt(KeyId=key, Plaintext=b"hello", EncryptionContext=context)
    assert (sealed["KeyId"], sealed["EncryptionAlgorithm"]) == (key, "SYMMETRIC_DEFAULT")
    blob = sealed["CiphertextBlob"]
    opened = kms.decrypt(CiphertextBlob=blob, EncryptionContext=dict(reversed(context.items())))
    assert (opened["Plaintext"], opened["KeyId"]) == (b"hello", key)
    for changed in ({}, {**context, "more": ""}):
        with pytest.raises(kms.exceptions.InvalidCiphertextException):
            kms.decrypt(CiphertextBlob=blob, EncryptionContext=changed)
    for at in (len(blob) - 1, 40):
        damaged = blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :]
        with pytest.raises(kms.exceptions.InvalidCiphertextException):
            kms.decrypt(CiphertextBlob=damaged, EncryptionContext=context)
    other = make_key()["Arn"]
    with pytest.raises(kms.exceptions.IncorrectKeyException):
        kms.decrypt(CiphertextBlob=blob, EncryptionContext=context, KeyId=other)
    moved = kms.re_encrypt(
        CiphertextBlob=blob, SourceEncryptionContext=context, SourceKeyId=key, DestinationKeyId=other
    )
    assert (moved["SourceKeyId"], moved["KeyId"]) == (key, other)
    assert kms.decrypt(CiphertextBlob=moved["CiphertextBlob"], KeyId=other)["Plaintext"] == b"hello"
    with s3_error("ValidationException", 400):
        kms.encrypt(KeyId=key, Plaintext=b"x" * 4097)
    with pytest.raises(kms.exceptions.DryRunOperationException):
        kms.encrypt(KeyId=key, Plaintext=b"x", DryRun=True)


def test_re_encryption_between_a_pair_and_a_key(kms, key):
    made = kms.create_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")["KeyMetadata"]["KeyId"]
    algorithm = "RSAES_OAEP_SHA_256"
    blob = kms.encrypt(KeyId=key, Plaintext=b"hello")["CiphertextBlob"]
    to = kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=made, DestinationEncryptionAlgorithm=algorithm)
    assert (to["SourceEncryptionAlgorithm"], to["DestinationEncryptionAlgorithm"]) == ("SYMMETRIC_DEFAULT", algorithm)
    sealed = to["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=sealed, KeyId=made, EncryptionAlgorithm=algorithm)["Plaintext"] == b"hello"
    given = {"CiphertextBlob": sealed, "SourceEncryptionAlgorithm": algorithm, "DestinationKeyId": key}
    back = kms.re_encrypt(**given, SourceKeyId=made)
    assert kms.decrypt(CiphertextBlob=back["CiphertextBlob"])["Plaintext"] == b"hello"
    with s3_error("ValidationException", 400):
        kms.re_encrypt(**given)
    with s3_error("ValidationException", 400):
        kms.re_encrypt(**given, SourceKeyId=made, SourceEncryptionContext={"a": "b"})


@pytest.mark.parametrize("given", [{"KeySpec": "AES_256"}, {"KeySpec": "AES_128"}, {"NumberOfBytes": 100}])
def test_data_keys(kms, key, given):
    made = kms.generate_data_key(KeyId=key, EncryptionContext={"a": "b"}, **given)
    length = given.get("NumberOfBytes") or int(given["KeySpec"][4:]) // 8
    assert len(made["Plaintext"]) == length and made["KeyId"] == key
    opened = kms.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext={"a": "b"})
    assert opened["Plaintext"] == made["Plaintext"]
    hidden = kms.generate_data_key_without_plaintext(KeyId=key, **given)
    assert "Plaintext" not in hidden
    assert len(kms.decrypt(CiphertextBlob=hidden["CiphertextBlob"])["Plaintext"]) == length


@pytest.mark.parametrize("spec", ["RSA_2048", "RSA_4096", "ECC_NIST_P256", "ECC_NIST_P521", "ECC_SECG_P256K1"])
def test_data_key_pairs(kms, key, spec):
    made = kms.generate_data_key_pair(KeyId=key, KeyPairSpec=spec, EncryptionContext={"a": "b"})
    private = serialization.load_der_private_key(made["PrivateKeyPlaintext"], None)
    public = serialization.load_der_public_key(made["PublicKey"])
    assert private.public_key() == public and made["KeyPairSpec"] == spec
    opened = kms.decrypt(CiphertextBlob=made["PrivateKeyCiphertextBlob"], EncryptionContext={"a": "b"})
    assert opened["Plaintext"] == made["PrivateKeyPlaintext"]
    hidden = kms.generate_data_key_pair_without_plaintext(KeyId=key, KeyPairSpec=spec)
    assert "PrivateKeyPlaintext" not in hidden
    private = serialization.load_der_private_key(
        kms.decrypt(CiphertextBlob=hidden["PrivateKeyCiphertextBlob"])["Plaintext"], None
    )
    assert private.public_key() == serialization.load_der_public_key(hidden["PublicKey"])


def test_random_bytes(kms):
    drawn = {kms.generate_random(NumberOfBytes=32)["Plaintext"] for _ in range(5)}
    assert len(drawn) == 5 and all(len(one) == 32 for one in drawn)
    with s3_error("ValidationException", 400):
        kms.generate_random(NumberOfBytes=1025)


SHA = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


def check_outside(public, algorithm, signature, message):
    """Verifies a signature with the public key alone."""
    if isinstance(public, ed25519.Ed25519PublicKey):
        return public.verify(signature, message)
    hash_ = SHA[algorithm[-3:]]
    if isinstance(public, ec.EllipticCurvePublicKey):
        return public.verify(signature, message, ec.ECDSA(hash_))
    pss = padding.PSS(padding.MGF1(hash_), padding.PSS.DIGEST_LENGTH)
    return public.verify(signature, message, pss if "PSS" in algorithm else padding.PKCS1v15(), hash_)


@pytest.mark.parametrize(
    "spec",
    ["RSA_2048", "RSA_3072", "ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1", "ECC_NIST_EDWARDS25519"],
)
def test_signatures(kms, make_key, spec):
    told = make_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")
    key, shown = told["KeyId"], kms.get_public_key(KeyId=told["KeyId"])
    assert shown["KeyId"] == told["Arn"] and shown["SigningAlgorithms"] == told["SigningAlgorithms"]
    public = serialization.load_der_public_key(shown["PublicKey"])
    message = b"sign me" * 100
    for algorithm in told["SigningAlgorithms"]:
        signed = kms.sign(KeyId=key, Message=message, SigningAlgorithm=algorithm)
        check_outside(public, algorithm, signed["Signature"], message)
        with pytest.raises(InvalidSignature):
            check_outside(public, algorithm, signed["Signature"], message + b"!")
        given = {"KeyId": key, "Signature": signed["Signature"], "SigningAlgorithm": algorithm}
        assert kms.verify(Message=message, **given)["SignatureValid"]
        if not algorithm.startswith("ED25519"):
            digest = hashlib.new(f"sha{algorithm[-3:]}", message).digest()
            assert kms.verify(Message=digest, MessageType="DIGEST", **given)["SignatureValid"]
            with s3_error("ValidationException", 400):
                kms.verify(Message=digest[1:], MessageType="DIGEST", **given)
        with pytest.raises(kms.exceptions.KMSInvalidSignatureException):
            kms.verify(Message=message + b"!", **given)
    with pytest.raises(kms.exceptions.InvalidKeyUsageException):
        kms.encrypt(KeyId=key, Plaintext=b"x")


def test_encryption_to_a_public_key(kms, make_key):
    told = make_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
    assert told["EncryptionAlgorithms"] == ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"]
    public = serialization.load_der_public_key(kms.get_public_key(KeyId=told["KeyId"])["PublicKey"])
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    for blob in (
        public.encrypt(b"hello", oaep),
        kms.encrypt(KeyId=told["Arn"], Plaintext=b"hello", EncryptionAlgorithm="RSAES_OAEP_SHA_256")["CiphertextBlob"],
    ):
        given = {"CiphertextBlob": blob, "EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
        assert kms.decrypt(KeyId=told["Arn"], **given)["Plaintext"] == b"hello"
        with s3_error("ValidationException", 400):
            kms.decrypt(**given)


@pytest.mark.parametrize("size", ["224", "256", "384", "512"])
def test_authentication_codes(kms, make_key, size):
    told = make_key(KeySpec=f"HMAC_{size}", KeyUsage="GENERATE_VERIFY_MAC")
    algorithm = f"HMAC_SHA_{size}"
    assert told["MacAlgorithms"] == [algorithm]
    given = {"KeyId": told["Arn"], "Message": b"hello", "MacAlgorithm": algorithm}
    made = kms.generate_mac(**given)
    assert len(made["Mac"]) == int(size) // 8 and made["KeyId"] == told["Arn"]
    assert kms.verify_mac(Mac=made["Mac"], **given)["MacValid"]
    with pytest.raises(kms.exceptions.KMSInvalidMacException):
        kms.verify_mac(Mac=made["Mac"], **{**given, "Message": b"hallo"})


def test_rotation(kms, key):
    sealed = kms.encrypt(KeyId=key, Plaintext=b"old")["CiphertextBlob"]
    assert not kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=90)
    status = kms.get_key_rotation_status(KeyId=key)
    assert status["KeyRotationEnabled"] and status["RotationPeriodInDays"] == 90
    assert status["NextRotationDate"] > kms.describe_key(KeyId=key)["KeyMetadata"]["CreationDate"]
    kms.disable_key_rotation(KeyId=key)
    assert not kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
    assert kms.list_key_rotations(KeyId=key)["Rotations"] == []
    for _ in range(2):
        assert kms.rotate_key_on_demand(KeyId=key)["KeyId"] == key
    first, second = kms.list_key_rotations(KeyId=key)["Rotations"]
    assert first["RotationDate"] <= second["RotationDate"] and first["RotationType"] == "ON_DEMAND"
    assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"old"
    assert kms.encrypt(KeyId=key, Plaintext=b"new")["CiphertextBlob"][:36] != sealed[:36]


def test_material_that_is_brought(kms, make_key):
    told = make_key(Origin="EXTERNAL")
    key = told["KeyId"]
    assert (told["KeyState"], told["Origin"]) == ("PendingImport", "EXTERNAL")
    with pytest.raises(kms.exceptions.KMSInvalidStateException):
        kms.encrypt(KeyId=key, Plaintext=b"x")
    material = os.urandom(32)

    def bring(algorithm, **more):
        given = kms.get_parameters_for_import(KeyId=key, WrappingAlgorithm=algorithm, WrappingKeySpec="RSA_2048")
        public = serialization.load_der_public_key(given["PublicKey"])
        oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
        if algorithm == "RSA_AES_KEY_WRAP_SHA_256":
            wrapping = os.urandom(32)
            wrapped = public.encrypt(wrapping, oaep) + aes_key_wrap_with_padding(wrapping, material)
        else:
            wrapped = public.encrypt(material, oaep)
        kms.import_key_material(KeyId=key, ImportToken=given["ImportToken"], EncryptedKeyMaterial=wrapped, **more)
        return given["ParametersValidTo"]

    until = bring("RSAES_OAEP_SHA_256", ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE")
    told = kms.describe_key(KeyId=key)["KeyMetadata"]
    assert (told["KeyState"], told["ExpirationModel"]) == ("Enabled", "KEY_MATERIAL_DOES_NOT_EXPIRE")
    sealed = kms.encrypt(KeyId=key, Plaintext=b"mine")["CiphertextBlob"]
    kms.delete_imported_key_material(KeyId=key)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingImport"
    bring("RSA_AES_KEY_WRAP_SHA_256", ValidTo=until)
    told = kms.describe_key(KeyId=key)["KeyMetadata"]
    assert (told["ExpirationModel"], told["ValidTo"]) == ("KEY_MATERIAL_EXPIRES", until)
    assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"mine"
    material = os.urandom(32)
    with pytest.raises(kms.exceptions.IncorrectKeyMaterialException):
        bring("RSAES_OAEP_SHA_256", ValidTo=until)
    with pytest.raises(kms.exceptions.InvalidImportTokenException):
        kms.import_key_material(KeyId=key, ImportToken=b"x", EncryptedKeyMaterial=b"x", ValidTo=until)


def test_tags(kms, key):
    kms.tag_resource(KeyId=key, Tags=[{"TagKey": name, "TagValue": "x"} for name in "abc"])
    kms.untag_resource(KeyId=key, TagKeys=["b", "none"])
    listed = kms.get_paginator("list_resource_tags").paginate(KeyId=key, PaginationConfig={"PageSize": 1})
    tags = [tag for page in listed for tag in page["Tags"]]
    assert tags == [{"TagKey": "a", "TagValue": "x"}, {"TagKey": "c", "TagValue": "x"}]
    with pytest.raises(kms.exceptions.TagException):
        kms.tag_resource(KeyId=key, Tags=[{"TagKey": "aws:x", "TagValue": "x"}])


def of_account(account):
    arn = f"arn:aws:iam::{account}:root"
    return {"Sid": "own", "Effect": "Allow", "Principal": {"AWS": arn}, "Action": "kms:*", "Resource": "*"}


def test_key_policies(kms, make_key, make_kms, people, root, second):
    user = people.user()
    arn = f"arn:aws:iam::{root.account}:user/{user.user}"
    use = {"Effect": "Allow", "Principal": {"AWS": arn}, "Action": ["kms:Encrypt", "kms:DescribeKey"], "Resource": "*"}
    share = {**use, "Principal": {"AWS": f"arn:aws:iam::{second.account}:root"}, "Action": ["kms:Encrypt", "kms:Decrypt"]}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [of_account(root.account), use, share]}, indent=2)
    key = make_key(Policy=policy)["Arn"]
    assert kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"] == policy
    assert kms.list_key_policies(KeyId=key)["PolicyNames"] == ["default"]
    theirs = make_kms(user)
    blob = theirs.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    with s3_error("AccessDeniedException", 400):
        theirs.decrypt(CiphertextBlob=blob)
    # The other account uses the key by its ARN.
    foreign = make_kms(second)
    blob = foreign.encrypt(KeyId=key, Plaintext=b"shared")["CiphertextBlob"]
    assert foreign.decrypt(CiphertextBlob=blob, KeyId=key)["Plaintext"] == b"shared"
    with s3_error("AccessDeniedException", 400):
        foreign.describe_key(KeyId=key)
    kms.put_key_policy(KeyId=key, Policy=json.dumps({"Version": "2012-10-17", "Statement": [of_account(root.account)]}))
    with s3_error("AccessDeniedException", 400):
        theirs.encrypt(KeyId=key, Plaintext=b"x")
    for wrong in ([use], [of_account(root.account), {**use, "Action": "kms:ReplicateKey"}], "x"):
        with pytest.raises(kms.exceptions.MalformedPolicyDocumentException):
            kms.put_key_policy(KeyId=key, Policy=json.dumps({"Version": "2012-10-17", "Statement": wrong}))


def test_identity_policies(kms, key, make_kms, people, root):
    own = f"acs:kms:*:{root.account}:{key.split(':')[-1]}"
    user = make_kms(people.user(allow("kms:*", resource=own), deny("kms:Decrypt")))
    blob = user.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    with s3_error("AccessDeniedException", 400):
        user.decrypt(CiphertextBlob=blob)
    with s3_error("AccessDeniedException", 400):
        user.list_keys()
    with s3_error("AccessDeniedException", 400):
        user.describe_key(KeyId=NOWHERE)


def test_grants(kms, key, make_kms, people, root):
    user, keeper = people.user(), people.user()
    arn = lambda who: f"arn:aws:iam::{root.account}:user/{who.user}"
    given = {
        "KeyId": key,
        "GranteePrincipal": arn(user),
        "RetiringPrincipal": arn(keeper),
        "Operations": ["Encrypt", "Decrypt", "GenerateDataKey"],
        "Constraints": {"EncryptionContextSubset": {"team": "a"}},
    }
    made = kms.create_grant(**given)
    theirs, context = make_kms(user), {"team": "a", "more": "b"}
    sealed = theirs.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=context, GrantTokens=[made["GrantToken"]])
    assert theirs.decrypt(CiphertextBlob=sealed["CiphertextBlob"], EncryptionContext=context)["Plaintext"] == b"x"
    with s3_error("AccessDeniedException", 400):
        theirs.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext={"team": "b"})
    with s3_error("InvalidGrantTokenException", 400):
        theirs.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=context, GrantTokens=["x"])
    (listed,) = kms.list_grants(KeyId=key)["Grants"]
    assert listed["GrantId"] == made["GrantId"] and listed["Operations"] == ["Decrypt", "Encrypt", "GenerateDataKey"]
    assert listed["GranteePrincipal"] == arn(user) and listed["Constraints"] == given["Constraints"]
    retirable = kms.list_retirable_grants(RetiringPrincipal=arn(keeper))["Grants"]
    assert [grant["GrantId"] for grant in retirable] == [made["GrantId"]]
    make_kms(keeper).retire_grant(GrantToken=made["GrantToken"])
    with s3_error("AccessDeniedException", 400):
        theirs.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=context)
    again = kms.create_grant(**given)
    kms.revoke_grant(KeyId=key, GrantId=again["GrantId"])
    assert kms.list_grants(KeyId=key)["Grants"] == []
    with pytest.raises(kms.exceptions.NotFoundException):
        kms.revoke_grant(KeyId=key, GrantId=again["GrantId"])


def test_both_vendors_interfaces_have_the_same_keys(kms, key, rpc):
    id_ = key.split("/")[-1]
    theirs = rpc.call("kms", "DescribeKey", KeyId=id_)["KeyMetadata"]
    assert (theirs["KeySpec"], theirs["Description"]) == ("Aliyun_AES_256", "test")
    plain = base64.b64encode(b"hello").decode()
    blob = rpc.call("kms", "Encrypt", KeyId=id_, Plaintext=plain, EncryptionContext='{"a":"b"}')["CiphertextBlob"]
    opened = kms.decrypt(CiphertextBlob=base64.b64decode(blob), EncryptionContext={"a": "b"})
    assert (opened["Plaintext"], opened["KeyId"]) == (b"hello", key)
    made = rpc.call("kms", "CreateKey", KeySpec="Aliyun_SM4")["KeyMetadata"]
    assert kms.describe_key(KeyId=made["Arn"])["KeyMetadata"]["KeySpec"] == "SM4"
    blob = kms.encrypt(KeyId=made["KeyId"], Plaintext=b"hello")["CiphertextBlob"]
    opened = rpc.call("kms", "Decrypt", CiphertextBlob=base64.b64encode(blob).decode())
    assert base64.b64decode(opened["Plaintext"]) == b"hello"
    rpc.call("kms", "ScheduleKeyDeletion", KeyId=made["KeyId"], PendingWindowInDays=7)


def test_an_object_under_a_key(s3, kms, key, bucket):
    s3.put_object(Bucket=bucket, Key="o", Body=b"hello", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    got = s3.get_object(Bucket=bucket, Key="o")
    assert got["Body"].read() == b"hello" and got["ServerSideEncryption"] == "aws:kms"
    assert got["SSEKMSKeyId"].endswith(key.split("/")[-1])
    kms.disable_key(KeyId=key)
    with s3_error(("KMS.DisabledException", "AccessDenied"), 400):
        s3.get_object(Bucket=bucket, Key="o")
    kms.enable_key(KeyId=key)
    assert s3.get_object(Bucket=bucket, Key="o")["Body"].read() == b"hello"


def test_what_is_not_supported_is_said(kms, key):
    with pytest.raises(kms.exceptions.UnsupportedOperationException):
        kms.replicate_key(KeyId=key, ReplicaRegion="eu-1")
    with pytest.raises(kms.exceptions.UnsupportedOperationException):
        kms.describe_custom_key_stores()
    with s3_error("ValidationException", 400):
        kms.create_key(MultiRegion=True)
    with s3_error("ValidationException", 400):
        kms.create_key(KeySpec="ML_DSA_44", KeyUsage="SIGN_VERIFY")
    with s3_error("ValidationException", 400):
        kms.create_key(KeySpec="RSA_2048")
    with pytest.raises(kms.exceptions.InvalidArnException):
        kms.describe_key(KeyId="arn:aws:kms:nonsense")


def test_who_calls(server, kms, make_kms, people, root, rpc):
    with s3_error("InvalidSignatureException", 400):
        make_kms(Credentials(root.id, "wrong")).list_keys()
    with s3_error("UnrecognizedClientException", 400):
        make_kms(Credentials("LTAInobodyatall", "wrong")).list_keys()
    user = people.user(allow("sts:AssumeRole"))
    role = people.role(allow("kms:*"))
    session = Rpc(server, user).assume(role)
    assert make_kms(session).list_keys()["Keys"] is not None
    with s3_error("UnrecognizedClientException", 400):
        make_kms(Credentials(session.id, session.secret)).list_keys()
    unsigned = requests.post(server.url, data="{}", headers={"X-Amz-Target": "TrentService.ListKeys"}, timeout=30)
    assert (unsigned.status_code, unsigned.json()["__type"]) == (400, "MissingAuthenticationTokenException")
    # A signed URL is no call of this service.
    keys = botocore.session.get_session()
    keys.set_credentials(root.id, root.secret)
    request = AWSRequest("POST", server.url, data="{}", headers={"X-Amz-Target": "TrentService.ListKeys"})
    SigV4QueryAuth(keys.get_credentials(), "kms", REGION).add_auth(request)
    signed = requests.post(request.url, data="{}", headers={"X-Amz-Target": "TrentService.ListKeys"}, timeout=30)
    assert (signed.status_code, signed.json()["__type"]) == (400, "IncompleteSignatureException")


def test_each_call_is_an_event(kms, key, rpc):
    answer = kms.encrypt(KeyId=key, Plaintext=b"x")
    request = answer["ResponseMetadata"]["RequestId"].upper()
    given = {"LookupAttribute.1.Key": "EventName", "LookupAttribute.1.Value": "Encrypt", "MaxResults": "50"}
    events = [event for event in rpc.call("actiontrail", "LookupEvents", **given)["Events"] if event["requestId"] == request]
    assert [(event["serviceName"], event["eventSource"]) for event in events] == [("Kms", "kms.amazonaws.com")]


def test_aws_cli(aws_cli, tmp_path):
    def aws(*arguments):
        printed = aws_cli("kms", *arguments)
        return json.loads(printed) if printed.strip() else None

    key = aws("create-key", "--description", "from the CLI", "--tags", "TagKey=a,TagValue=b")["KeyMetadata"]["KeyId"]
    alias = f"alias/{fresh('cli')}"
    aws("create-alias", "--alias-name", alias, "--target-key-id", key)
    (tmp_path / "plain").write_bytes(b"hello")
    made = aws("encrypt", "--key-id", alias, "--plaintext", f"fileb://{tmp_path}/plain", "--encryption-context", "a=b")
    (tmp_path / "sealed").write_bytes(base64.b64decode(made["CiphertextBlob"]))
    opened = aws("decrypt", "--ciphertext-blob", f"fileb://{tmp_path}/sealed", "--encryption-context", "a=b")
    assert base64.b64decode(opened["Plaintext"]) == b"hello"
    assert aws("describe-key", "--key-id", alias)["KeyMetadata"]["Description"] == "from the CLI"
    assert aws("list-resource-tags", "--key-id", key)["Tags"] == [{"TagKey": "a", "TagValue": "b"}]
    assert key in [found["KeyId"] for found in aws("list-keys")["Keys"]]
    aws("enable-key-rotation", "--key-id", key)
    assert aws("get-key-rotation-status", "--key-id", key)["RotationPeriodInDays"] == 365
    assert "NotFoundException" in aws_cli("kms", "describe-key", "--key-id", NOWHERE, fails=True)
    assert aws("schedule-key-deletion", "--key-id", key, "--pending-window-in-days", "7")["KeyState"] == "PendingDeletion"


def test_the_encryption_sdk(server, root, key, make_key, monkeypatch):
    for name, value in (("AWS_ENDPOINT_URL_KMS", server.url), ("AWS_EC2_METADATA_DISABLED", "true")):
        monkeypatch.setenv(name, value)
    session = botocore.session.Session()
    session.set_credentials(root.id, root.secret)
    other = make_key()["Arn"]
    provider = lambda *keys: aws_encryption_sdk.StrictAwsKmsMasterKeyProvider(key_ids=keys, botocore_session=session)
    for policy in (CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT, CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT):
        client = aws_encryption_sdk.EncryptionSDKClient(commitment_policy=policy)
        plain = os.urandom(100_000)
        sealed, _ = client.encrypt(source=plain, key_provider=provider(key, other), encryption_context={"a": "b"})
        # Either of the two keys opens it, and a key that did not make it does not.
        for one in (key, other):
            opened, header = client.decrypt(source=sealed, key_provider=provider(one))
            assert opened == plain and header.encryption_context["a"] == "b"
        discovered, _ = client.decrypt(
            source=sealed, key_provider=aws_encryption_sdk.DiscoveryAwsKmsMasterKeyProvider(botocore_session=session)
        )
        assert discovered == plain
        with pytest.raises(aws_encryption_sdk.exceptions.DecryptKeyError):
            client.decrypt(source=sealed, key_provider=provider(make_key()["Arn"]))


def test_sops(server, root, key, tmp_path):
    secrets = tmp_path / "secrets.yaml"
    secrets.write_text("password: hush\nlist:\n    - one\n    - two\n")
    sops = functools.partial(run, BIN / "sops", env=aws_environment(server, root))
    sealed = tmp_path / "sealed.yaml"
    sealed.write_text(sops("encrypt", "--kms", key, "--encryption-context", "team:a", secrets))
    text = sealed.read_text()
    assert "hush" not in text and key in text
    assert sops("decrypt", sealed) == secrets.read_text()
    assert sops("decrypt", "--extract", '["password"]', sealed) == "hush"
    sops("set", sealed, '["password"]', '"other"')
    assert "password: other" in sops("decrypt", sealed)
    sops("rotate", "--in-place", sealed)
    assert "password: other" in sops("decrypt", sealed)
    sealed.write_text(sealed.read_text().replace("team: a", "team: b"))
    sops("decrypt", sealed, fails=True)
