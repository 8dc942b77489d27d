"""Roles assumed by what an identity provider says: pysaml2, which signs with xmlsec1, against the official SDKs and boto3."""

import base64
import datetime
import json
import pathlib
import re

import botocore.exceptions
import pytest
import services
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from harness import Credentials, Rpc, RpcError, allow, fresh
from saml2 import BINDING_HTTP_POST, config, server as saml_server
from saml2.metadata import entity_descriptor
from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID
from services import Tea, aws_client, decoded, encoded, refused

services.TEA_PACKAGES.setdefault("ims", "alibabacloud_ims20190815")

SHA256 = {
    "sign_alg": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    "digest_alg": "http://www.w3.org/2001/04/xmlenc#sha256",
}
SHA1 = {
    "sign_alg": "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
    "digest_alg": "http://www.w3.org/2000/09/xmldsig#sha1",
}
ALIBABA = ("urn:alibaba:cloudcomputing", "https://signin.aliyun.com/saml-role/sso")
AMAZON = ("urn:amazon:webservices", "https://signin.aws.amazon.com/saml")
INVALID, EXPIRED = "AuthenticationFail.SAMLAssertion.Invalid", "AuthenticationFail.SAMLAssertion.Expired"


def service_provider(audience: str, recipient: str) -> str:
    return f"""<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{audience}">
<md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<md:AssertionConsumerService Binding="{BINDING_HTTP_POST}" Location="{recipient}" index="0"/>
</md:SPSSODescriptor></md:EntityDescriptor>"""


class Idp:
    """An identity provider with a key of its own."""

    ENTITY = "https://idp.example/metadata"

    def __init__(self, folder: pathlib.Path, *meant_for: tuple, fresh_key: bool = True):
        """`meant_for`: whom it knows besides, each as audience and recipient."""
        self.folder, self.known, self.minutes = folder, (ALIBABA, AMAZON, *meant_for), {}
        if fresh_key:
            self.make_key()

    def make_key(self):
        key = rsa.generate_private_key(65537, 2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.example")])
        now = datetime.datetime.now(datetime.UTC)
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
        certificate = builder.not_valid_after(now + datetime.timedelta(days=30)).sign(key, hashes.SHA256())
        (self.folder / "key.pem").write_bytes(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()))
        (self.folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def configuration(self, minutes: int):
        return config.IdPConfig().load({
            "entityid": self.ENTITY,
            "key_file": str(self.folder / "key.pem"),
            "cert_file": str(self.folder / "cert.pem"),
            "xmlsec_binary": "/usr/bin/xmlsec1",
            "metadata": {"inline": [service_provider(*known) for known in self.known]},
            "service": {"idp": {
                "endpoints": {"single_sign_on_service": [("https://idp.example/sso", BINDING_HTTP_POST)]},
                "policy": {"default": {"lifetime": {"minutes": minutes}, "attribute_restrictions": None,
                                       "name_form": "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified"}},
            }},
        })

    def metadata(self) -> str:
        return str(entity_descriptor(self.configuration(5)))

    def respond(self, attributes: dict, meant_for=ALIBABA, assertion=True, response=False, minutes=5, name="alice",
                **more) -> str:
        """A response about someone, as the browser would have it."""
        if minutes not in self.minutes:
            self.minutes[minutes] = saml_server.Server(config=self.configuration(minutes))
        audience, recipient = meant_for
        made = self.minutes[minutes].create_authn_response(
            attributes, None, more.pop("recipient", recipient), audience,
            name_id=NameID(format=NAMEID_FORMAT_PERSISTENT, text=name),
            authn={"class_ref": "urn:oasis:names:tc:SAML:2.0:ac:classes:Password", "authn_auth": self.ENTITY},
            sign_assertion=assertion, sign_response=response, **(more or SHA256))
        return str(made)


@pytest.fixture(scope="module")
def idp(tmp_path_factory):
    return Idp(tmp_path_factory.mktemp("idp"))


@pytest.fixture
def ims(server, root):
    client = Tea(server, root)
    return lambda action, **given: client.call("ims", action, **given)


@pytest.fixture
def provider(ims, idp):
    """The name of a registered provider."""
    name = fresh("idp")
    ims("CreateSAMLProvider", SAMLProviderName=name, EncodedSAMLMetadataDocument=encoded(idp.metadata().encode()))
    return name


@pytest.fixture
def role(rpc, root, people, provider):
    """The ARN of a role that trusts the provider, and may list keys."""
    name = fresh("role")
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Federated": [f"acs:ram::{root.account}:saml-provider/{provider}"]},
        "Condition": {"StringEquals": {"saml:recipient": ALIBABA[1]}},
    }
    document = json.dumps({"Version": "1", "Statement": [trust]})
    made = rpc.call("ram", "CreateRole", RoleName=name, AssumeRolePolicyDocument=document)
    attach = {"PolicyType": "Custom", "PolicyName": people.policy(allow("kms:ListKeys")), "RoleName": name}
    rpc.call("ram", "AttachPolicyToRole", **attach)
    return made["Role"]["Arn"]


def attributes(role: str, provider: str, **more) -> dict:
    prefix = "https://www.aliyun.com/SAML-Role/Attributes"
    return {f"{prefix}/Role": [f"{role},{provider}"], f"{prefix}/RoleSessionName": ["alice"], **more}


@pytest.fixture
def assume(server, root, role, provider):
    """Assumes the role through the SDK, which does not sign this call."""

    def done(response: str, **more) -> tuple[Credentials, dict]:
        answer = Tea(server, Credentials("nobody", "nothing")).call(
            "sts", "AssumeRoleWithSAML", RoleArn=role, SAMLProviderArn=f"acs:ram::{root.account}:saml-provider/{provider}",
            SAMLAssertion=encoded(response.encode()), **more)
        made = answer["Credentials"]
        return Credentials(made["AccessKeyId"], made["AccessKeySecret"], made["SecurityToken"]), answer

    return done


@pytest.fixture
def said(role, root, provider):
    return attributes(role, f"acs:ram::{root.account}:saml-provider/{provider}")


def test_providers(ims, idp, root):
    name = fresh("idp")
    metadata = idp.metadata()
    given = {"SAMLProviderName": name, "EncodedSAMLMetadataDocument": encoded(metadata.encode())}
    made = ims("CreateSAMLProvider", Description="ours", **given)["SAMLProvider"]
    assert (made["SAMLProviderName"], made["Description"]) == (name, "ours")
    assert made["Arn"] == f"acs:ram::{root.account}:saml-provider/{name}"
    with refused("EntityAlreadyExists.SAMLProvider", 409):
        ims("CreateSAMLProvider", **given)
    shown = ims("GetSAMLProvider", SAMLProviderName=name)["SAMLProvider"]
    assert decoded(shown["EncodedSAMLMetadataDocument"]).decode() == metadata
    listed = ims("ListSAMLProviders", MaxItems=100)["SAMLProviders"]["SAMLProvider"]
    assert name in [provider["SAMLProviderName"] for provider in listed]
    changed = ims("UpdateSAMLProvider", SAMLProviderName=name, NewDescription="theirs")["SAMLProvider"]
    assert changed["Description"] == "theirs"
    with refused("InvalidParameter.SAMLMetadataDocument.Format", 400):
        ims("UpdateSAMLProvider", SAMLProviderName=name, NewEncodedSAMLMetadataDocument=encoded(b"<x/>"))
    with refused("InvalidParameter.SAMLProviderName.Format", 400):
        ims("CreateSAMLProvider", **given | {"SAMLProviderName": "-a"})
    ims("DeleteSAMLProvider", SAMLProviderName=name)
    with refused("EntityNotExist.SAMLProvider", 404):
        ims("GetSAMLProvider", SAMLProviderName=name)


@pytest.mark.parametrize("signed", [{}, {"response": True, "assertion": False}, {"response": True}])
def test_a_session_for_whom_the_provider_vouches(server, idp, assume, said, role, signed):
    session, answer = assume(idp.respond(said, **signed), DurationSeconds=900)
    assert answer["AssumedRoleUser"]["Arn"] == f"{role}/alice"
    assert answer["SAMLAssertionInfo"] == {
        "Issuer": Idp.ENTITY, "Recipient": ALIBABA[1], "Subject": "alice", "SubjectType": "persistent"}
    as_alice = Tea(server, session)
    assert as_alice.call("sts", "GetCallerIdentity")["Arn"] == f"{role}/alice"
    as_alice.call("kms", "ListKeys")
    with refused("NoPermission", 403):
        as_alice.call("ram", "ListUsers")


def test_a_session_policy_narrows(server, idp, assume, said):
    policy = json.dumps({"Version": "1", "Statement": [allow("oss:*")]})
    session, _ = assume(idp.respond(said), Policy=policy)
    with refused(("Forbidden.NoPermission", "NoPermission"), 403):
        Tea(server, session).call("kms", "ListKeys")


def test_a_response_counts_once(idp, assume, said):
    response = idp.respond(said)
    assume(response)
    with refused(INVALID, 401):
        assume(response)


def test_what_was_changed_is_refused(idp, assume, said):
    response = idp.respond(said)
    assertion = re.search(r"<ns\d:Assertion .*</ns\d:Assertion>", response, re.S).group()
    signature = re.search(r"<(ns\d):Signature .*?</\1:Signature>", response, re.S).group()
    evil = assertion.replace(signature, "").replace(">alice<", ">admin<")
    evil = re.sub(r' ID="[^"]*"', ' ID="id-evil"', evil, count=1)
    for wrong in (
        response.replace(">alice<", ">admin<"),
        response.replace(">alice<", ">alice<!---->x<"),
        response.replace(signature, ""),
        response.replace(assertion, evil + assertion),
        response.replace(assertion, assertion + evil),
        response.replace(assertion, evil.replace("</", assertion + "</", 1)),
        "<!DOCTYPE x>" + response.split("?>")[-1],
        response.replace("Success", "Responder"),
        "x",
        base64.b64encode(response.encode()).decode(),
    ):
        with refused(INVALID, 401):
            assume(wrong)
    assume(response)


def test_who_is_not_meant(idp, assume, said, tmp_path, role, root):
    for wrong in (
        idp.respond(said, meant_for=AMAZON),
        idp.respond(said, recipient="https://signin.example/saml"),
        idp.respond(said, assertion=False),
        idp.respond(said, **SHA1),
        idp.respond({name: value for name, value in said.items() if not name.endswith("RoleSessionName")}),
        idp.respond(attributes(role, f"acs:ram::{root.account}:saml-provider/other")),
        # Another provider that says it is this one.
        Idp(tmp_path).respond(said),
    ):
        with refused(INVALID, 401):
            assume(wrong)
    with refused(EXPIRED, 401):
        assume(idp.respond(said, minutes=-10))


def test_sessions_end_with_their_provider(server, ims, idp, assume, said, provider):
    session, _ = assume(idp.respond(said))
    Tea(server, session).call("kms", "ListKeys")
    ims("DeleteSAMLProvider", SAMLProviderName=provider)
    with refused("InvalidSecurityToken.Malformed", 400):
        Tea(server, session).call("kms", "ListKeys")


def test_the_trail_says_for_whom_and_not_how(server, root, idp, assume, said):
    response = idp.respond(said)
    _, answer = assume(response)
    found = Rpc(server, root).call("actiontrail", "LookupEvents", **{
        "LookupAttribute.1.Key": "EventName", "LookupAttribute.1.Value": "AssumeRoleWithSAML", "MaxResults": 50})
    events = [event for event in found["Events"] if event["requestId"] == answer["RequestId"]]
    assert events[0]["responseElements"]["Subject"] == "alice"
    digest = re.search(r"DigestValue>([^<]+)<", response).group(1)
    assert digest not in json.dumps(found) and encoded(response.encode())[:64] not in json.dumps(found)


def test_amazons_spelling(server, root, idp):
    iam, sts = aws_client("iam", server, root), aws_client("sts", server, root)
    name = fresh("idp")
    provider = iam.create_saml_provider(Name=name, SAMLMetadataDocument=idp.metadata())["SAMLProviderArn"]
    assert provider == f"arn:aws:iam::{root.account}:saml-provider/{name}"
    shown = iam.get_saml_provider(SAMLProviderArn=provider)
    assert shown["SAMLMetadataDocument"] == idp.metadata()
    assert shown["ValidUntil"] > datetime.datetime.now(datetime.UTC)
    assert provider in [one["Arn"] for one in iam.list_saml_providers()["SAMLProviderList"]]
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithSAML",
        "Condition": {"StringEquals": {"SAML:aud": AMAZON[1], "SAML:sub_type": "persistent"}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = iam.create_role(RoleName=fresh("role"), AssumeRolePolicyDocument=document)["Role"]
    prefix = "https://aws.amazon.com/SAML/Attributes"
    said = {f"{prefix}/Role": [f"{made['Arn']},{provider}"], f"{prefix}/RoleSessionName": ["alice"]}

    def assume(response: str, **more) -> dict:
        return sts.assume_role_with_saml(RoleArn=made["Arn"], PrincipalArn=provider,
                                         SAMLAssertion=encoded(response.encode()), **more)

    response = idp.respond(said, meant_for=AMAZON)
    answer = assume(response, DurationSeconds=900)
    assert (answer["Subject"], answer["SubjectType"], answer["Issuer"]) == ("alice", "persistent", Idp.ENTITY)
    assert answer["Audience"] == AMAZON[1] and answer["NameQualifier"]
    given = answer["Credentials"]
    session = Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    who = aws_client("sts", server, session).get_caller_identity()
    assert who["Arn"] == answer["AssumedRoleUser"]["Arn"]
    for wrong, code in (
        (response, "InvalidIdentityToken"),
        (idp.respond(said, meant_for=ALIBABA), "InvalidIdentityToken"),
        (idp.respond(said, meant_for=AMAZON, minutes=-10), "ExpiredTokenException"),
    ):
        with pytest.raises(botocore.exceptions.ClientError) as caught:
            assume(wrong)
        assert caught.value.response["Error"]["Code"] == code
    iam.update_saml_provider(SAMLProviderArn=provider, SAMLMetadataDocument=idp.metadata())
    iam.delete_saml_provider(SAMLProviderArn=provider)
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_saml_provider(SAMLProviderArn=provider)


def test_users_sign_in_at_the_accounts_own_provider(own_server, idp):
    root = own_server.root
    ims = lambda action, **given: Tea(own_server, root).call("ims", action, **given)
    domain = f"{root.account}.onaliyun.com"
    ims("CreateUser", UserPrincipalName=f"alice@{domain}", DisplayName="Alice")
    ims("CreateLoginProfile", UserPrincipalName=f"alice@{domain}", Password="correct horse", PasswordResetRequired=False)
    password = {"AccountAlias": root.account, "UserName": "alice", "Password": "correct horse"}
    unsigned = Rpc(own_server, None)
    unsigned.call("sts", "SignIn", **password)
    with refused("MissingParameter", 400):
        ims("SetUserSsoSettings", SsoEnabled=True)
    metadata = encoded(idp.metadata().encode())
    told = ims("SetUserSsoSettings", SsoEnabled=True, MetadataDocument=metadata)["UserSsoSettings"]
    assert (told["SsoEnabled"], told["SsoLoginWithDomain"], told["MetadataDocument"]) == (True, True, metadata)
    assert ims("GetUserSsoSettings")["UserSsoSettings"] == told
    with pytest.raises(RpcError):
        unsigned.call("sts", "SignIn", **password)
    meant_for = (f"https://signin.aliyun.com/{root.account}/saml/SSO", "https://signin.aliyun.com/saml/SSO")
    users = Idp(idp.folder, meant_for, fresh_key=False)

    def sign_in(name: str) -> Credentials:
        response = encoded(users.respond({}, meant_for, name=name).encode())
        made = unsigned.call("sts", "SignInWithSAML", AccountAlias=root.account, SAMLResponse=response)["Credentials"]
        return Credentials(made["AccessKeyId"], made["AccessKeySecret"], made["SecurityToken"])

    alice = Tea(own_server, sign_in(f"alice@{domain}"))
    assert alice.call("sts", "GetCallerIdentity")["Arn"] == f"acs:ram::{root.account}:user/alice"
    for wrong in ("alice", f"bob@{domain}", "alice@example.com"):
        with pytest.raises(RpcError) as caught:
            sign_in(wrong)
        assert caught.value.code in (INVALID, "AuthenticationFail")
    ims("SetUserSsoSettings", SsoEnabled=False)
    with refused("InvalidSecurityToken.Malformed", 400):
        alice.call("sts", "GetCallerIdentity")
    unsigned.call("sts", "SignIn", **password)
