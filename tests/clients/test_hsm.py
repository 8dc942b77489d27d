"""Keys in an HSM: SoftHSM2."""

import base64
import hashlib
import os

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from expect import s3_error
from harness import Rpc, fresh
from services import Tea, aws_client, decoded, encoded, kms_of, new_key, refused, s3_client, version_of
from softhsm import Token

AWAY = ("ServiceUnavailableTemporary", "ServiceUnavailable")


@pytest.fixture(scope="module")
def token(tmp_path_factory):
    return Token(tmp_path_factory.mktemp("token"))


@pytest.fixture(scope="module")
def server(tmp_path_factory, token):
    """A server with a token, for tests that leave both as they were. Each makes its own keys."""
    made = token.server(tmp_path_factory.mktemp("hsm")).start()
    yield made
    made.finish()


@pytest.fixture(scope="module")
def kms(server):
    return kms_of(Tea(server, server.root))


@pytest.fixture
def served(tmp_path, own_token):
    made = own_token.server(tmp_path).start()
    yield made
    made.finish()


@pytest.fixture
def own_kms(served):
    return kms_of(Tea(served, served.root))


def hsm_key(kms, **given) -> str:
    return new_key(kms, ProtectionLevel="HSM", **given)


def public_key(kms, key):
    pem = kms("GetPublicKey", KeyId=key, KeyVersionId=version_of(kms, key))["PublicKey"]
    return serialization.load_pem_public_key(pem.encode())


def test_a_key_works_through_both_interfaces_and_a_restart(server, token, kms):
    before = token.keys()
    key = hsm_key(kms, Description="in the token")
    told = kms("DescribeKey", KeyId=key)["KeyMetadata"]
    assert (told["ProtectionLevel"], told["Origin"], told["KeySpec"]) == ("HSM", "Aliyun_KMS", "Aliyun_AES_256")
    assert token.keys() == before + 1
    context = {"a": "b"}
    sealed = kms("Encrypt", KeyId=key, Plaintext=encoded(b"hello"), EncryptionContext=context)["CiphertextBlob"]
    opened = kms("Decrypt", CiphertextBlob=sealed, EncryptionContext=context)
    assert (decoded(opened["Plaintext"]), opened["KeyId"]) == (b"hello", key)
    with refused(("InvalidCiphertext", "InvalidParameter"), 400):
        kms("Decrypt", CiphertextBlob=sealed)
    made = kms("GenerateDataKey", KeyId=key, KeySpec="AES_256")
    assert decoded(kms("Decrypt", CiphertextBlob=made["CiphertextBlob"])["Plaintext"]) == decoded(made["Plaintext"])

    aws = aws_client("kms", server, server.root)
    assert aws.describe_key(KeyId=key)["KeyMetadata"]["Origin"] == "AWS_KMS"
    again = aws.decrypt(CiphertextBlob=base64.b64decode(sealed), EncryptionContext=context)
    assert again["Plaintext"] == b"hello"
    large = os.urandom(4096)
    blob = aws.encrypt(KeyId=key, Plaintext=large)["CiphertextBlob"]

    kms("UpdateRotationPolicy", KeyId=key, EnableAutomaticRotation=True, RotationInterval="7d")
    aws.rotate_key_on_demand(KeyId=key)
    assert token.keys() == before + 2
    newer = kms("Encrypt", KeyId=key, Plaintext=encoded(b"newer"))
    assert newer["KeyVersionId"] != told["PrimaryKeyVersion"]
    other = new_key(kms)
    moved = kms("ReEncrypt", CiphertextBlob=newer["CiphertextBlob"], DestinationKeyId=other)["CiphertextBlob"]

    assert server.stop() == 0
    server.start()
    assert aws.decrypt(CiphertextBlob=blob)["Plaintext"] == large
    for text in (newer["CiphertextBlob"], moved):
        assert decoded(kms("Decrypt", CiphertextBlob=text)["Plaintext"]) == b"newer"
    kms("DisableKey", KeyId=key)
    with refused("Rejected.Disabled", 409):
        kms("Encrypt", KeyId=key, Plaintext=encoded(b"x"))
    kms("EnableKey", KeyId=key)
    kms("Encrypt", KeyId=key, Plaintext=encoded(b"x"))


@pytest.mark.parametrize("curve, spec", [("EC_P256", 256), ("EC_P384", 384), ("EC_P521", 512)])
def test_ecdsa_in_the_token_verifies_elsewhere(kms, curve, spec):
    key = hsm_key(kms, KeySpec=curve)
    digest = hashlib.new(f"sha{spec}", b"message").digest()
    named = {"KeyId": key, "KeyVersionId": version_of(kms, key), "Algorithm": f"ECDSA_SHA_{spec}"}
    signature = kms("AsymmetricSign", Digest=encoded(digest), **named)["Value"]
    algorithm = ec.ECDSA(utils.Prehashed(getattr(hashes, f"SHA{spec}")()))
    public_key(kms, key).verify(decoded(signature), digest, algorithm)
    assert kms("AsymmetricVerify", Digest=encoded(digest), Value=signature, **named)["Value"] is True


@pytest.mark.parametrize("spec", ["RSA_2048", "RSA_3072", "RSA_4096"])
def test_rsa_in_the_token_verifies_elsewhere(kms, spec):
    key = hsm_key(kms, KeySpec=spec)
    public = public_key(kms, key)
    assert public.key_size == int(spec[4:])
    digest = hashlib.sha256(b"message").digest()
    schemes = {
        "RSA_PSS_SHA_256": padding.PSS(padding.MGF1(hashes.SHA256()), 32),
        "RSA_PKCS1_SHA_256": padding.PKCS1v15(),
    }
    for name, scheme in schemes.items():
        named = {"KeyId": key, "KeyVersionId": version_of(kms, key), "Algorithm": name}
        signature = kms("AsymmetricSign", Digest=encoded(digest), **named)["Value"]
        public.verify(decoded(signature), digest, scheme, utils.Prehashed(hashes.SHA256()))


def test_what_was_encrypted_elsewhere_is_decrypted_in_the_token(kms):
    key = hsm_key(kms, KeySpec="RSA_2048", KeyUsage="ENCRYPT/DECRYPT")
    public, sha1 = public_key(kms, key), hashes.SHA1()
    named = {"KeyId": key, "KeyVersionId": version_of(kms, key), "Algorithm": "RSAES_OAEP_SHA_1"}
    sealed = public.encrypt(b"hello", padding.OAEP(padding.MGF1(sha1), sha1, None))
    assert decoded(kms("AsymmetricDecrypt", CiphertextBlob=encoded(sealed), **named)["Plaintext"]) == b"hello"
    ours = kms("AsymmetricEncrypt", Plaintext=encoded(b"ours"), **named)["CiphertextBlob"]
    assert decoded(kms("AsymmetricDecrypt", CiphertextBlob=ours, **named)["Plaintext"]) == b"ours"
    for wrong in (os.urandom(256), sealed[:-1]):
        with refused(("InvalidCiphertext", "InvalidParameter"), 400):
            kms("AsymmetricDecrypt", CiphertextBlob=encoded(wrong), **named)
    # This token has not the other hash: what it could not decrypt is not encrypted.
    with refused("InvalidParameter", 400):
        kms("AsymmetricEncrypt", Plaintext=encoded(b"x"), **{**named, "Algorithm": "RSAES_OAEP_SHA_256"})


def test_codes_are_made_in_the_token(server, kms):
    key = hsm_key(kms, KeySpec="HMAC_SHA_256")
    aws = aws_client("kms", server, server.root)
    named = {"KeyId": key, "MacAlgorithm": "HMAC_SHA_256"}
    mac = aws.generate_mac(Message=b"message", **named)["Mac"]
    assert aws.verify_mac(Message=b"message", Mac=mac, **named)["MacValid"]
    with s3_error("KMSInvalidMacException", 400):
        aws.verify_mac(Message=b"other", Mac=mac, **named)


def test_objects_and_secrets_under_such_a_key(server, kms):
    key, bucket, secret = hsm_key(kms), fresh("bucket"), fresh("secret")
    s3 = s3_client(server, server.root)
    s3.create_bucket(Bucket=bucket)
    contents = {"small": b"small", "large": os.urandom(300_000)}
    for name, content in contents.items():
        s3.put_object(Bucket=bucket, Key=name, Body=content, ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    kms("CreateSecret", SecretName=secret, VersionId="1", SecretData="hidden", EncryptionKeyId=key)
    assert server.stop() == 0
    server.start()
    for name, content in contents.items():
        got = s3.get_object(Bucket=bucket, Key=name)
        assert (got["Body"].read(), got["SSEKMSKeyId"].split("/")[-1]) == (content, key)
    assert kms("GetSecretValue", SecretName=secret)["SecretData"] == "hidden"


def test_events_say_where_a_key_was_made(server, kms):
    made = kms("CreateKey", ProtectionLevel="HSM")["RequestId"]
    events = Rpc(server, server.root).call("actiontrail", "LookupEvents", MaxResults="50")["Events"]
    (created,) = [event for event in events if event["requestId"] == made]
    assert (created["eventName"], created["requestParameters"]["ProtectionLevel"]) == ("CreateKey", "Hsm")


def test_a_token_that_goes_away_and_comes_back(served, own_token, own_kms):
    kms, key, software = own_kms, hsm_key(own_kms), new_key(own_kms)
    s3 = s3_client(served, served.root)
    s3.create_bucket(Bucket="kept")
    under = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    s3.put_object(Bucket="kept", Key="a", Body=b"a", **under)
    s3.put_object(Bucket="kept", Key="plain", Body=b"plain")
    sealed = kms("Encrypt", KeyId=key, Plaintext=encoded(b"hello"))["CiphertextBlob"]
    aws = aws_client("kms", served, served.root)
    for _ in range(2):
        with own_token.away():
            with refused(AWAY, 503) as caught:
                kms("Decrypt", CiphertextBlob=sealed)
            assert "HSM" in str(caught.value) and "softhsm" not in str(caught.value).lower()
            with s3_error("DependencyTimeoutException", 503) as caught:
                aws.encrypt(KeyId=key, Plaintext=b"x")
            assert "HSM" in str(caught.value)
            with refused(AWAY, 503):
                hsm_key(kms)
            with s3_error(None, 503):
                s3.put_object(Bucket="kept", Key="b", Body=b"b", **under)
            # Nothing else stops.
            kms("Encrypt", KeyId=software, Plaintext=encoded(b"x"))
            assert s3.get_object(Bucket="kept", Key="plain")["Body"].read() == b"plain"
            assert kms("DescribeKey", KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"
        assert decoded(kms("Decrypt", CiphertextBlob=sealed)["Plaintext"]) == b"hello"
        assert s3.get_object(Bucket="kept", Key="a")["Body"].read() == b"a"
    assert "no token labelled" in served.log.read_text()


def test_a_server_starts_without_its_token(served, own_token, own_kms):
    key = hsm_key(own_kms)
    sealed = own_kms("Encrypt", KeyId=key, Plaintext=encoded(b"hello"))["CiphertextBlob"]
    assert served.stop() == 0
    with own_token.away():
        served.start()
        with refused(AWAY, 503):
            own_kms("Decrypt", CiphertextBlob=sealed)
    assert decoded(own_kms("Decrypt", CiphertextBlob=sealed)["Plaintext"]) == b"hello"


def test_what_cannot_be_in_the_token_is_refused(kms, token):
    before = token.keys()
    for spec in ("Aliyun_SM4", "EC_SM2", "EC_P256K", "HMAC_SM3"):
        with refused("Unsupported.KeySpec", 400):
            hsm_key(kms, KeySpec=spec)
    with refused("Unsupported.Origin", 400):
        hsm_key(kms, Origin="EXTERNAL")
    assert token.keys() == before


def test_without_a_token_the_level_is_refused(own_server):
    kms = kms_of(Tea(own_server, own_server.root))
    with refused("Unsupported.ProtectionLevel", 400) as caught:
        hsm_key(kms)
    assert "no HSM" in str(caught.value)


def test_the_seal_and_keys_share_a_token(served, own_token, own_kms):
    key = hsm_key(own_kms)
    sealed = own_kms("Encrypt", KeyId=key, Plaintext=encoded(b"hello"))["CiphertextBlob"]
    for command in (("migrate", "--to", "pkcs11"), ("epoch",)):
        served.run("seal", *command, "--data", served.data)
    assert own_token.keys() == 2
    assert decoded(own_kms("Decrypt", CiphertextBlob=sealed)["Plaintext"]) == b"hello"
    assert served.stop() == 0
    served.start()
    assert decoded(own_kms("Decrypt", CiphertextBlob=sealed)["Plaintext"]) == b"hello"
