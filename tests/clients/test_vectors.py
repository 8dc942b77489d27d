"""Published vectors through the HTTP interface: the key is imported, the operation is asked for, the answer is compared.

docs/crypto-vectors.md says which files of project Wycheproof fit, how much of each, and why the others do not.
"""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import botocore.credentials
import pytest
import sm2
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from expect import rpc_error
from harness import REGION, Connections, Credentials, Rpc, RpcError, Server
from material import bring, external
from services import aws_client, decoded, der, encoded, kms_of, new_key
from wycheproof import PAGE, load, rows

ACCOUNTS = 6
# Requests under way at once.
THREADS = 8
HYBRID = {"spec": "RSA_2048", "algorithm": "RSA_AES_KEY_WRAP_SHA_256"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server with enough accounts for all the keys: each may have 200."""
    names = [f"vectors-{number}" for number in range(ACCOUNTS)]
    made, made.accounts = Server(tmp_path_factory.mktemp("vectors")).with_accounts(*names)
    yield made
    made.finish()


def caller(server, number):
    """KMS as the account of this number, over connections that stay open."""
    return kms_of(Rpc(server, server.accounts[number], Connections(THREADS)))


def each(work, things):
    """Does the work for all of them, a few at a time; the first failure is raised."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, things))


def text(hexadecimal: str) -> str:
    return encoded(bytes.fromhex(hexadecimal))


MACS = {
    "hmac_sha224": ("HMAC_SHA_224", 28),
    "hmac_sha256": ("HMAC_SHA_256", 32),
    "hmac_sha384": ("HMAC_SHA_384", 48),
    "hmac_sha512": ("HMAC_SHA_512", 64),
    "hmac_sm3": ("HMAC_SM3", 32),
}


@pytest.mark.parametrize("name", MACS)
def test_codes(server, name):
    algorithm, width = MACS[name]
    kms = caller(server, list(MACS).index(name))
    groups, count = load(name)
    keys = {}
    for group in groups:
        for test in group["tests"]:
            if not width // 2 <= len(test["key"]) // 2 <= 2 * width:
                count.leave("the key is shorter than half the code or longer than twice")
            elif not test["msg"]:
                count.leave("the message is empty")
            else:
                keys.setdefault(test["key"], []).append((test, group["tagSize"] // 8))

    def check(item):
        material, tests = item
        given = {"KeySpec": algorithm, "KeyUsage": "GENERATE_VERIFY_MAC"}
        key, _ = external(kms, bytes.fromhex(material), **given)
        for test, size in tests:
            asked = {"KeyId": key, "Algorithm": algorithm, "Message": text(test["msg"])}
            code, valid = decoded(kms("GenerateMac", **asked)["Mac"]), test["result"] == "valid"
            assert (code[:size].hex() == test["tag"]) == valid, test
            # Codes are verified whole: one that was cut is none.
            verified = kms("VerifyMac", Mac=text(test["tag"]), **asked)["Value"]
            assert verified is (valid and size == width), test
        return len(tests)

    count.ran = sum(each(check, keys.items()))
    count.done()


@pytest.mark.parametrize("spec", sorted({spec for spec, _ in MACS.values()}))
def test_keys_for_codes_have_a_length(server, spec):
    kms = caller(server, ACCOUNTS - 1)
    given = {"KeySpec": spec, "KeyUsage": "GENERATE_VERIFY_MAC", "Origin": "EXTERNAL"}
    key = new_key(kms, **given)
    width = {name: width for name, width in MACS.values()}[spec]
    for length in (width // 2 - 1, 2 * width + 1):
        with rpc_error("InvalidKeyMaterial", 400):
            bring(kms, key, bytes(length))


OAEP = [
    "rsa_oaep_2048_sha1_mgf1sha1",
    "rsa_oaep_2048_sha256_mgf1sha256",
    "rsa_oaep_3072_sha256_mgf1sha256",
    "rsa_oaep_4096_sha256_mgf1sha256",
    "rsa_oaep_misc",
]
OAEP_ALGORITHMS = {("SHA-1", "SHA-1"): "RSAES_OAEP_SHA_1", ("SHA-256", "SHA-256"): "RSAES_OAEP_SHA_256"}
SIZES = (2048, 3072, 4096)


@pytest.mark.parametrize("name", OAEP)
def test_encryption(server, name):
    kms = caller(server, ACCOUNTS - 1)
    groups, count = load(name)
    for group in groups:
        algorithm = OAEP_ALGORITHMS.get((group["sha"], group["mgfSha"]))
        if group["keySize"] not in SIZES or not algorithm:
            count.leave("a key size or a pair of hashes that there is not", len(group["tests"]))
            continue
        given = {"KeySpec": f"RSA_{group['keySize']}", "KeyUsage": "ENCRYPT/DECRYPT"}
        key, version = external(kms, bytes.fromhex(group["privateKeyPkcs8"]), **given, **HYBRID)
        for test in group["tests"]:
            if test["label"]:
                count.leave("it has a label")
                continue
            asked = {"KeyId": key, "KeyVersionId": version, "Algorithm": algorithm, "CiphertextBlob": text(test["ct"])}
            try:
                opened = decoded(kms("AsymmetricDecrypt", **asked)["Plaintext"]).hex()
            except RpcError as error:
                assert error.status == 400 and test["result"] != "valid", (test, error)
            else:
                assert (opened, test["result"] != "invalid") == (test["msg"], True), test
            count.ran += 1
    count.done()


# Some keys for encryption are also those of signatures: there the private key is known.
KNOWN = [*OAEP, "rsa_pkcs1_2048", "rsa_pkcs1_3072", "rsa_pkcs1_4096"]
RSA_SIGNATURES = [
    "rsa_pss_2048_sha256_mgf1_32",
    "rsa_pss_2048_sha384_mgf1_48",
    "rsa_pss_3072_sha256_mgf1_32",
    "rsa_pss_4096_sha256_mgf1_32",
    "rsa_pss_4096_sha384_mgf1_48",
    "rsa_pss_4096_sha512_mgf1_64",
    "rsa_signature_2048_sha256",
    "rsa_signature_2048_sha384",
    "rsa_signature_2048_sha512",
    "rsa_signature_3072_sha256",
    "rsa_signature_3072_sha384",
    "rsa_signature_3072_sha512",
    "rsa_signature_4096_sha256",
    "rsa_signature_4096_sha384",
    "rsa_signature_4096_sha512",
]


@pytest.fixture(scope="module")
def private_keys():
    """The private keys of Wycheproof's files, by modulus."""
    known = {}
    for name in KNOWN:
        for group in load(name)[0]:
            known[int(group["privateKey"]["modulus"], 16)] = bytes.fromhex(group["privateKeyPkcs8"])
    return known


@pytest.fixture(scope="module")
def signer(server, private_keys):
    """Imports a key once, and gives it back with its version, by its modulus."""
    kms, made = caller(server, ACCOUNTS - 1), {}

    def find(group):
        modulus = int(group["publicKey"]["modulus"], 16)
        if modulus not in made and modulus in private_keys:
            given = {"KeySpec": f"RSA_{group['keySize']}", "KeyUsage": "SIGN/VERIFY"}
            made[modulus] = external(kms, private_keys[modulus], **given, **HYBRID)
        return made.get(modulus)

    return find


def amazon(server, keys: Credentials):
    """Calls Amazon's interface without boto3, which would take most of the time."""
    http, signer = Connections(), SigV4Auth(botocore.credentials.Credentials(keys.id, keys.secret), "kms", REGION)

    def call(action, **given):
        headers = {"X-Amz-Target": f"TrentService.{action}", "Content-Type": "application/x-amz-json-1.1"}
        asked = AWSRequest("POST", server.url, headers, json.dumps(given).encode())
        signer.add_auth(asked)
        return http.post(server.url, asked.data, timeout=30, headers=dict(asked.headers.items())).json()

    return call


@pytest.fixture(scope="module")
def verifies(server):
    """Verifies through Alibaba's interface where it has the algorithm, else through Amazon's."""
    kms, verifies_at_amazons = caller(server, ACCOUNTS - 1), amazon(server, server.accounts[ACCOUNTS - 1])

    def verify(key, version, scheme, bits, digest, signature) -> bool:
        if bits == "256":
            asked = {"Digest": encoded(digest), "Value": encoded(signature), "Algorithm": f"RSA_{scheme}_SHA_256"}
            return kms("AsymmetricVerify", KeyId=key, KeyVersionId=version, **asked)["Value"]
        algorithm = f"RSASSA_{'PKCS1_V1_5' if scheme == 'PKCS1' else scheme}_SHA_{bits}"
        asked = {"Message": encoded(digest), "Signature": encoded(signature), "SigningAlgorithm": algorithm}
        answer = verifies_at_amazons("Verify", KeyId=key, MessageType="DIGEST", **asked)
        assert answer.get("SignatureValid") is True or answer["__type"] == "KMSInvalidSignatureException", answer
        return "SignatureValid" in answer

    return verify


@pytest.mark.parametrize("name", RSA_SIGNATURES)
def test_rsa_signatures(signer, verifies, name):
    scheme = "PSS" if name.startswith("rsa_pss") else "PKCS1"
    groups, count = load(name)
    for group in groups:
        found = signer(group)
        if not found:
            count.leave("only the public key is known", len(group["tests"]))
            continue
        bits = group["sha"].removeprefix("SHA-")
        for test in group["tests"]:
            if not test["sig"]:
                count.leave("the signature is empty")
                continue
            digest = hashlib.new(f"sha{bits}", bytes.fromhex(test["msg"])).digest()
            verified = verifies(*found, scheme, bits, digest, bytes.fromhex(test["sig"]))
            assert test["result"] == "acceptable" or verified is (test["result"] == "valid"), test
            count.ran += 1
    count.done()


CURVES = {
    "ecdsa_secp256r1_sha256": ("EC_P256", ec.SECP256R1(), "256"),
    "ecdsa_secp384r1_sha384": ("EC_P384", ec.SECP384R1(), "384"),
    "ecdsa_secp521r1_sha512": ("EC_P521", ec.SECP521R1(), "512"),
    "ecdsa_secp256k1_sha256": ("EC_P256K", ec.SECP256K1(), "256"),
}


@pytest.mark.parametrize("name", CURVES)
def test_ecdsa_signatures(server, name):
    """The private keys that everyone knows are 1 and -1: their public keys have the generator's x."""
    kms = caller(server, ACCOUNTS - 1)
    spec, curve, bits = CURVES[name]
    groups, count = load(name)
    for group in groups:
        point = group["publicKey"]
        known = [ec.derive_private_key(number, curve) for number in (1, curve.group_order - 1)]
        numbers = [key.public_key().public_numbers() for key in known]
        found = [key for key, own in zip(known, numbers) if (own.x, own.y) == (int(point["wx"], 16), int(point["wy"], 16))]
        if not found:
            count.leave("only the public key is known", len(group["tests"]))
            continue
        form = serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        key, version = external(kms, found[0].private_bytes(*form), KeySpec=spec, KeyUsage="SIGN/VERIFY", **HYBRID)
        for test in group["tests"]:
            digest = hashlib.new(f"sha{bits}", bytes.fromhex(test["msg"])).digest()
            asked = {"KeyId": key, "KeyVersionId": version, "Algorithm": f"ECDSA_SHA_{bits}"}
            verified = kms("AsymmetricVerify", Digest=encoded(digest), Value=text(test["sig"]), **asked)["Value"]
            assert verified is (test["result"] == "valid"), test
            count.ran += 1
    count.done()


def test_ed25519_signatures(server):
    """RFC 8032 §7.1, tests 2 and 3: the same key and message give the same signature."""
    kms, aws = caller(server, ACCOUNTS - 1), aws_client("kms", server, server.accounts[ACCOUNTS - 1])
    examples = [
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
    ]
    for private, message, signature in examples:
        # RFC 8410 §7.
        pkcs8 = bytes.fromhex("302e020100300506032b657004220420" + private)
        key, _ = external(kms, pkcs8, KeySpec="ED25519", **HYBRID)
        asked = {"Message": bytes.fromhex(message), "MessageType": "RAW", "SigningAlgorithm": "ED25519_SHA_512"}
        signed = aws.sign(KeyId=key, **asked)["Signature"]
        assert signed.hex() == signature
        assert aws.verify(KeyId=key, Signature=signed, **asked)["SignatureValid"]


# GB/T 32918.5 Annex A.
SM2_PRIVATE = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
SM2_PUBLIC = (
    0x09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020,
    0xCCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13,
)


def sm2_key(kms, usage) -> dict:
    given = {"KeySpec": "EC_SM2", "KeyUsage": usage}
    key, version = external(kms, sm2.private_der(SM2_PRIVATE), **given, **HYBRID)
    named = {"KeyId": key, "KeyVersionId": version}
    assert sm2.public_of(der(kms("GetPublicKey", **named)["PublicKey"])) == SM2_PUBLIC
    return named


def test_sm2_signature_of_the_standard(server):
    kms = caller(server, ACCOUNTS - 1)
    signed = sm2.digest(SM2_PUBLIC, b"message digest")
    assert signed.hex() == "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640"
    asked = {**sm2_key(kms, "SIGN/VERIFY"), "Algorithm": "SM2DSA", "Digest": encoded(signed)}
    signature = sm2.der(
        0x30,
        sm2.integer(0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3),
        sm2.integer(0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA),
    )
    assert sm2.verify(SM2_PUBLIC, signed, signature)
    assert kms("AsymmetricVerify", Value=encoded(signature), **asked)["Value"] is True
    ours = decoded(kms("AsymmetricSign", **asked)["Value"])
    assert sm2.verify(SM2_PUBLIC, signed, ours) and ours != signature
    other = {**asked, "Digest": encoded(sm2.digest(SM2_PUBLIC, b"message digest", b"somebody else"))}
    assert kms("AsymmetricVerify", Value=encoded(signature), **other)["Value"] is False


def test_sm2_ciphertext_of_the_standard(server):
    kms = caller(server, ACCOUNTS - 1)
    asked = {**sm2_key(kms, "ENCRYPT/DECRYPT"), "Algorithm": "SM2PKE"}
    sealed = sm2.der(
        0x30,
        sm2.integer(0x04EBFC718E8D1798620432268E77FEB6415E2EDE0E073C0F4F640ECD2E149A73),
        sm2.integer(0xE858F9D81E5430A57B36DAAB8F950A3C64E6EE6A63094D99283AFF767E124DF0),
        sm2.der(0x04, bytes.fromhex("59983C18F809E262923C53AEC295D30383B54E39D609D160AFCB1908D0BD8766")),
        sm2.der(0x04, bytes.fromhex("21886CA989CA9C7D58087307CA93092D651EFA")),
    )
    assert sm2.decrypt(SM2_PRIVATE, sealed) == b"encryption standard"
    assert decoded(kms("AsymmetricDecrypt", CiphertextBlob=encoded(sealed), **asked)["Plaintext"]) == b"encryption standard"
    ours = decoded(kms("AsymmetricEncrypt", Plaintext=encoded(b"encryption standard"), **asked)["CiphertextBlob"])
    assert sm2.decrypt(SM2_PRIVATE, ours) == b"encryption standard"


def bound(account, key, version, context) -> bytes:
    """What a ciphertext is bound to (docs/formats/keys.md, "Ciphertexts")."""
    texts = [text.encode() for pair in sorted(context.items()) for text in pair]
    canonical = b"".join(len(text).to_bytes(4, "big") + text for text in texts)
    place = int(account).to_bytes(8, "big") + bytes([len(REGION)]) + REGION.encode()
    return b"bailee/kms/ciphertext/v1\0" + place + key.encode() + version.encode() + canonical


def open_cobblestone(material, context, message) -> bytes:
    """docs/formats/sealing.md, for less than a chunk."""
    salt, commitment, chunk = message[:24], message[24:56], message[56:]
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + context
    derived = HKDFExpand(hashes.SHA512(), 76, info).derive(material)
    assert derived[44:] == commitment
    return AESGCM(derived[:32]).decrypt(derived[32:44], chunk, None)


def open_small(hash_, cipher, number, material, context, message) -> bytes:
    """docs/formats/keys.md, "small message"."""
    salt, commitment, sealed = message[:24], message[24:56], message[56:]

    def mac(purpose):
        code = hmac.HMAC(material, hash_)
        code.update(b"bailee/message/v1\0" + bytes([number, purpose]) + salt)
        return code.finalize()

    assert mac(2) == commitment
    opener = Cipher(cipher(mac(1)[: len(material)]), modes.GCM(bytes(12), sealed[-16:])).decryptor()
    opener.authenticate_additional_data(context)
    return opener.update(sealed[:-16]) + opener.finalize()


def test_the_page_tells_of_these_files_and_no_others():
    """That each row is what ran is asked where the file runs."""
    told = rows()
    assert list(told) == [*MACS, *OAEP, *RSA_SIGNATURES, *CURVES]
    assert f"\n{sum(row.ran for row in told.values()):,} tests in {len(told)} files." in PAGE.read_text()


SYMMETRIC = {
    "Aliyun_AES_256": (32, open_cobblestone),
    "Aliyun_AES_192": (24, partial(open_small, hashes.SHA256(), algorithms.AES, 2)),
    "Aliyun_AES_128": (16, partial(open_small, hashes.SHA256(), algorithms.AES, 1)),
    "Aliyun_SM4": (16, partial(open_small, hashes.SM3(), algorithms.SM4, 4)),
}


@pytest.mark.parametrize("spec", SYMMETRIC)
def test_symmetric_ciphertexts_open_with_another_implementation(server, spec):
    """Nonces are the server's, so no published vector can be asked for; but who has the key and the format's page has
    the plaintext."""
    kms, account = caller(server, ACCOUNTS - 1), server.accounts[ACCOUNTS - 1].account
    length, opens = SYMMETRIC[spec]
    material, context = bytes(range(length)), {"b": "ü", "a": "1"}
    key, version = external(kms, material, KeySpec=spec)
    given = {"Plaintext": encoded(b"hello"), "EncryptionContext": json.dumps(context)}
    blob = decoded(kms("Encrypt", KeyId=key, **given)["CiphertextBlob"])
    assert blob[:36].decode() == version and blob[36] == (1 if length == 32 else 2)
    assert opens(material, bound(account, key, version, context), blob[37:]) == b"hello"
