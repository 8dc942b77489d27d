"""Passkeys: what Yubico's library writes is taken, and what is asked for is what it reads."""

import dataclasses
import hashlib
import json
import secrets

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from expect import rpc_error
from fido2.cose import ES256, RS256, CoseKey, EdDSA
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
    PublicKeyCredentialCreationOptions,
    PublicKeyCredentialRequestOptions,
)
from harness import Credentials, Rpc, Server, fresh
from services import Tea, refused

PASSWORD = "correct horse"
ORIGIN = "http://localhost:8080"
SETTINGS = f"""
[passkeys]
rp_id = "localhost"
name = "Tests"
origins = ["{ORIGIN}"]
"""
FLAGS = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV


@dataclasses.dataclass
class Authenticator:
    """One passkey, and the browser before it."""

    key: object
    cose: CoseKey
    sign: object
    id: bytes
    origin: str = ORIGIN
    flags: int = FLAGS
    count: int = 0
    user: bytes = b""

    @classmethod
    def new(cls, algorithm: str) -> "Authenticator":
        match algorithm:
            case "ES256":
                key = ec.generate_private_key(ec.SECP256R1())
                sign, kind = lambda message: key.sign(message, ec.ECDSA(hashes.SHA256())), ES256
            case "EdDSA":
                key = ed25519.Ed25519PrivateKey.generate()
                sign, kind = key.sign, EdDSA
            case _:
                key = rsa.generate_private_key(65537, 2048)
                sign, kind = lambda message: key.sign(message, padding.PKCS1v15(), hashes.SHA256()), RS256
        return cls(key, kind.from_cryptography_key(key.public_key()), sign, secrets.token_bytes(32))

    def data(self, party: str, credential: bytes = b"") -> AuthenticatorData:
        flags = self.flags | (AuthenticatorData.FLAG.AT if credential else 0)
        return AuthenticatorData.create(hashlib.sha256(party.encode()).digest(), flags, self.count, credential)

    def create(self, options: dict, vouching=False) -> str:
        read = PublicKeyCredentialCreationOptions.from_dict(options)
        assert {one.alg for one in read.pub_key_cred_params} == {-7, -8, -257}
        assert len(read.user.id) == 32 and read.timeout == 300_000
        self.user = read.user.id
        client = CollectedClientData.create("webauthn.create", read.challenge, self.origin)
        credential = AttestedCredentialData.create(b"\0" * 16, self.id, self.cose)
        data = self.data(read.rp.id, credential)
        statement = {"alg": self.cose.ALGORITHM, "sig": self.sign(data + client.hash)} if vouching else {}
        made = AttestationObject.create("packed" if vouching else "none", data, statement)
        return self.answer(clientDataJSON=client, attestationObject=made)

    def get(self, options: dict) -> str:
        read = PublicKeyCredentialRequestOptions.from_dict(options)
        assert not read.allow_credentials
        self.count += 1
        client = CollectedClientData.create("webauthn.get", read.challenge, self.origin)
        data = self.data(read.rp_id)
        signature = self.sign(data + client.hash)
        return self.answer(clientDataJSON=client, authenticatorData=data, signature=signature, userHandle=self.user)

    def answer(self, **response: bytes) -> str:
        name = websafe_encode(self.id)
        parts = {part: websafe_encode(bytes(value)) for part, value in response.items()}
        return json.dumps(
            {"id": name, "rawId": name, "type": "public-key", "response": parts, "clientExtensionResults": {}}
        )


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    made = Server.configured(tmp_path_factory.mktemp("passkeys"), SETTINGS).start()
    yield made
    made.finish()


@pytest.fixture(scope="module")
def owner(host):
    return Rpc(host, host.root)


@pytest.fixture(scope="module")
def nobody(host):
    return Rpc(host, None)


@pytest.fixture
def person(host, owner):
    """A user who may sign in, as the newer interface names it."""
    user = fresh("user")
    owner.call("ram", "CreateUser", UserName=user)
    owner.call("ram", "CreateLoginProfile", UserName=user, Password=PASSWORD)
    return f"{user}@{host.root.account}.onaliyun.com"


@pytest.fixture
def ims(host):
    return lambda action, **given: Tea(host, host.root).call("ims", action, **given)


def register(owner, person, authenticator, vouching=False) -> dict:
    named = {"UserPrincipalName": person}
    options = owner.call("ims", "BeginPasskeyRegistration", **named)["PublicKey"]
    answer = authenticator.create(options, vouching)
    return owner.call("ims", "RegisterPasskey", PasskeyName="mine", Credential=answer, **named)["Passkey"]


def enter(nobody, authenticator) -> dict:
    options = nobody.call("sts", "BeginPasskeySignIn")["PublicKey"]
    assert options["userVerification"] == "required"
    return nobody.call("sts", "SignInWithPasskey", Credential=authenticator.get(options))


@pytest.mark.parametrize("vouching", [False, True])
@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA", "RS256"])
def test_a_passkey_signs_its_user_in(host, owner, nobody, person, algorithm, vouching):
    register(owner, person, authenticator := Authenticator.new(algorithm), vouching)
    made = enter(nobody, authenticator)
    user = person.split("@")[0]
    assert (made["User"]["UserName"], made["MFAAuthenticated"]) == (user, True)
    session = Rpc(host, Credentials.lent(made["Credentials"]))
    assert session.call("sts", "GetCallerIdentity")["Arn"].endswith(f":user/{user}")
    assert len(session.call("ims", "ListPasskeys")["Passkeys"]) == 1


def test_they_are_listed_renamed_and_deleted(owner, nobody, person, ims):
    named = {"UserPrincipalName": person}
    first, second = Authenticator.new("ES256"), Authenticator.new("EdDSA")
    ids = [register(owner, person, one)["PasskeyId"] for one in (first, second)]
    enter(nobody, first)
    ims("UpdatePasskey", PasskeyId=ids[0], PasskeyName="the blue one", **named)
    told = {one["PasskeyId"]: one for one in ims("ListPasskeys", **named)["Passkeys"]}
    assert told[ids[0]]["PasskeyName"] == "the blue one" and told[ids[0]]["LastUseDate"]
    assert told.keys() == set(ids) and "LastUseDate" not in told[ids[1]]
    ims("DeletePasskey", PasskeyId=ids[0], **named)
    assert [one["PasskeyId"] for one in ims("ListPasskeys", **named)["Passkeys"]] == [ids[1]]
    with refused("EntityNotExist.Passkey", 404):
        ims("DeletePasskey", PasskeyId=ids[0], **named)
    with rpc_error("AuthenticationFail", 403):
        enter(nobody, first)
    with refused("DeleteConflict.User.Passkey", 409):
        owner.call("ram", "DeleteLoginProfile", UserName=person.split("@")[0])
        ims("DeleteUser", **named)


def test_a_passkey_beside_a_password(host, owner, nobody, person):
    register(owner, person, authenticator := Authenticator.new("ES256"))
    given = {"AccountAlias": host.root.account, "UserName": person.split("@")[0], "Password": PASSWORD}
    with rpc_error("AuthenticationFail", 403):
        nobody.call("sts", "SignIn", **given)
    options = nobody.call("sts", "BeginPasskeySignIn", SecondFactor="true")["PublicKey"]
    assert options["userVerification"] == "discouraged"
    authenticator.flags = AuthenticatorData.FLAG.UP
    answer = authenticator.get(options)
    assert nobody.call("sts", "SignIn", Passkey=answer, **given)["MFAAuthenticated"]
    with rpc_error("AuthenticationFail", 403):
        nobody.call("sts", "SignIn", Passkey=answer, **given)


def test_what_attackers_have_does_not_do(owner, nobody, person):
    register(owner, person, authenticator := Authenticator.new("ES256"))
    options = nobody.call("sts", "BeginPasskeySignIn")["PublicKey"]
    answer = authenticator.get(options)
    nobody.call("sts", "SignInWithPasskey", Credential=answer)

    def refuses(text):
        with rpc_error("AuthenticationFail", 403):
            nobody.call("sts", "SignInWithPasskey", Credential=text)

    refuses(answer)
    for change in (
        {"origin": "https://evil.test"},
        {"flags": AuthenticatorData.FLAG.UP},
        {"user": secrets.token_bytes(32)},
        {"count": 0},
        {"id": secrets.token_bytes(32)},
        {"sign": Authenticator.new("ES256").sign},
    ):
        bad = dataclasses.replace(authenticator, **change)
        refuses(bad.get(nobody.call("sts", "BeginPasskeySignIn")["PublicKey"]))
    assert enter(nobody, authenticator)["MFAAuthenticated"]


def test_without_a_domain_there_are_none(server, rpc):
    with rpc_error("UnsupportedOperation", 400):
        Rpc(server, None).call("sts", "BeginPasskeySignIn")
