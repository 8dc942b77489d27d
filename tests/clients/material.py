"""Bringing key material of one's own: wrapped for the key that a service gives, as its documents say."""

import os

import sm2
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.keywrap import aes_key_wrap_with_padding
from services import decoded, encoded, new_key, version_of

HASHES = {"1": hashes.SHA1(), "256": hashes.SHA256()}
# By the words of GetParametersForImport; the last two carry private keys.
WRAPPINGS = [
    ("RSA_2048", "RSAES_PKCS1_V1_5"),
    ("RSA_2048", "RSAES_OAEP_SHA_1"),
    ("RSA_2048", "RSAES_OAEP_SHA_256"),
    ("EC_SM2", "SM2PKE"),
    ("RSA_2048", "RSA_AES_KEY_WRAP_SHA_1"),
    ("RSA_2048", "RSA_AES_KEY_WRAP_SHA_256"),
]


def oaep(algorithm: str):
    hash_ = HASHES[algorithm.rsplit("_", 1)[1]]
    return padding.OAEP(padding.MGF1(hash_), hash_, None)


def wrap(public: bytes, algorithm: str, plain: bytes) -> bytes:
    """Wraps material for a public key in DER."""
    if algorithm == "SM2PKE":
        return sm2.encrypt(sm2.public_of(public), plain)
    key = serialization.load_der_public_key(public)
    if algorithm == "RSAES_PKCS1_V1_5":
        return key.encrypt(plain, padding.PKCS1v15())
    if algorithm.startswith("RSAES_OAEP"):
        return key.encrypt(plain, oaep(algorithm))
    # An AES key in front, by OAEP, and the material under it (RFC 5649).
    between = os.urandom(32)
    return key.encrypt(between, oaep(algorithm)) + aes_key_wrap_with_padding(between, plain)


def bring(kms, key: str, plain: bytes, spec: str = "EC_SM2", algorithm: str = "SM2PKE", **more):
    """Imports material for a key whose origin is EXTERNAL."""
    given = kms("GetParametersForImport", KeyId=key, WrappingKeySpec=spec, WrappingAlgorithm=algorithm)
    wrapped = encoded(wrap(decoded(given["PublicKey"]), algorithm, plain))
    kms("ImportKeyMaterial", KeyId=key, ImportToken=given["ImportToken"], EncryptedKeyMaterial=wrapped, **more)


def external(kms, plain: bytes, spec: str = "EC_SM2", algorithm: str = "SM2PKE", **given) -> tuple[str, str]:
    """A new key with brought material: its id, and that of its only version."""
    key = new_key(kms, Origin="EXTERNAL", **given)
    bring(kms, key, plain, spec, algorithm)
    return key, version_of(kms, key)
