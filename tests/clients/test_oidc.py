"""Roles assumed with ID tokens of a real identity provider, through the official SDKs of both vendors."""

import base64
import datetime
import hashlib
import ipaddress
import json
import time

import boto3
import botocore.config
import pytest
import requests
from alibabacloud_ims20190815 import models as ims_models
from alibabacloud_ims20190815.client import Client as ImsClient
from alibabacloud_sts20150401 import models as sts_models
from alibabacloud_sts20150401.client import Client as StsClient
from alibabacloud_tea_openapi.models import Config
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from darabonba.exceptions import DaraException
from harness import REGION, Credentials, Rpc, RpcError, Server, fresh
from idp import Idp
from services import aws_client
from Tea.exceptions import TeaException

ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "EdDSA")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A server that may ask issuers on loopback, with two accounts."""
    folder = tmp_path_factory.mktemp("oidc")
    ca, _ = certificates("Trusted by the deployment")
    (folder / "ca.pem").write_text(pem(ca[0]))
    config = folder / "bailee.toml"
    config.write_text(f'[oidc]\nca = "{folder / "ca.pem"}"\ninternal_hosts = ["127.0.0.1"]\n')
    server = Server(folder, "--config", str(config)).start()
    server.authority = ca
    yield server
    assert server.stop() == 0, server.tail()
    log = server.log.read_text(errors="replace")
    assert "panicked" not in log, server.tail()
    assert "eyJ" not in log, "a token in the log"


@pytest.fixture(scope="module")
def idp(tmp_path_factory):
    made = Idp(tmp_path_factory.mktemp("idp")).start()
    yield made
    made.stop()


def tea(client, server, credentials: Credentials | None):
    keys = {"access_key_id": credentials.id, "access_key_secret": credentials.secret} if credentials else {}
    if credentials and credentials.token:
        keys["security_token"] = credentials.token
    return client(Config(endpoint=server.address, protocol="http", region_id=REGION, **keys))


@pytest.fixture(scope="module")
def ims(place):
    return tea(ImsClient, place, place.root)


def arn(server, name: str) -> str:
    return f"acs:ram::{server.root.account}:oidc-provider/{name}"


@pytest.fixture
def provider(place, idp, ims):
    """A provider of the account's, and roles that trust its `alice`: one in each vendor's words."""
    yield from trusted(place, idp, ims)


def trusted(place, idp, ims, **more):
    name, role = fresh("okta"), fresh("role")
    clients = ",".join(f"client-{alg}" for alg in ALGORITHMS)
    given = {"client_ids": clients, "issuance_limit_time": 6, "description": "of the tests", **more}
    request = ims_models.CreateOIDCProviderRequest(oidcprovider_name=name, issuer_url=idp.issuer, **given)
    made = ims.create_oidcprovider(request).body.to_map()["OIDCProvider"]
    assert made["Arn"] == arn(place, name) and made["IssuerUrl"] == idp.issuer
    ram = Rpc(place, place.root)
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Federated": [made["Arn"]]},
        "Condition": {"StringEquals": {"oidc:iss": idp.issuer, "oidc:sub": "alice"}},
    }
    document = json.dumps({"Version": "1", "Statement": [trust]})
    ram.call("ram", "CreateRole", RoleName=role, AssumeRolePolicyDocument=document)
    ram.call("ram", "AttachPolicyToRole", RoleName=role, PolicyType="System", PolicyName="AliyunRAMReadOnlyAccess")
    iam = aws_client("iam", place, place.root)
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": f"arn:aws:iam::{place.root.account}:oidc-provider/{idp.bare}"},
        "Condition": {"StringEquals": {f"{idp.bare}:sub": "alice", f"{idp.bare}:aud": "client-RS256"}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(RoleName=f"{role}-aws", AssumeRolePolicyDocument=document)
    yield name, role
    answer = Rpc(place, place.root).send("2019-08-15", "DeleteOIDCProvider", OIDCProviderName=name)
    assert answer.status_code in (200, 404)


def assume(place, name: str, role: str, token: str, **more) -> Credentials:
    """With the official SDK, which signs nothing here."""
    request = sts_models.AssumeRoleWithOIDCRequest(
        oidcprovider_arn=arn(place, name),
        role_arn=f"acs:ram::{place.root.account}:role/{role}",
        role_session_name="work",
        oidctoken=token,
        **more,
    )
    body = tea(StsClient, place, None).assume_role_with_oidc(request).body.to_map()
    made = body["Credentials"]
    assert body["OIDCTokenInfo"]["Subject"] == "alice"
    assert body["AssumedRoleUser"]["Arn"] == f"acs:ram::{place.root.account}:role/{role}/work"
    return Credentials(made["AccessKeyId"], made["AccessKeySecret"], made["SecurityToken"], account=place.root.account)


def web_identity(place, role: str, token: str) -> Credentials:
    """With boto3, which signs nothing here either."""
    config = botocore.config.Config(signature_version=botocore.UNSIGNED, retries={"total_max_attempts": 1})
    sts = boto3.client("sts", endpoint_url=place.url, region_name="us-east-1", config=config)
    role_arn = f"arn:aws:iam::{place.root.account}:role/{role}"
    body = sts.assume_role_with_web_identity(RoleArn=role_arn, RoleSessionName="work", WebIdentityToken=token)
    made = body["Credentials"]
    assert body["SubjectFromWebIdentityToken"] == "alice" and body["Audience"].startswith("client-")
    return Credentials(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"], account=place.root.account)


def refusal(call, *given, **named) -> str:
    """The code of a refusal, whichever SDK it came through."""
    try:
        call(*given, **named)
    except ClientError as caught:
        return caught.response["Error"]["Code"]
    except (TeaException, DaraException) as caught:
        return caught.code
    except RpcError as caught:
        return caught.code
    raise AssertionError("it was not refused")


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_who_signs_in_there_has_a_role_here(place, idp, provider, alg):
    name, role = provider
    token = idp.sign_in("alice", alg)
    session = assume(place, name, role, token)
    body = tea(StsClient, place, session).get_caller_identity().body.to_map()
    assert (body["IdentityType"], body["Arn"].rsplit(":", 1)[1]) == ("AssumedRoleUser", f"role/{role}/work")
    Rpc(place, session).call("ram", "ListUsers")
    with pytest.raises(RpcError):
        Rpc(place, session).call("ram", "CreateUser", UserName=fresh("user"))
    # The other vendor's SDK takes the same token, for the same role.
    session = web_identity(place, role, token)
    assert aws_client("sts", place, session).get_caller_identity()["Arn"].endswith(f":assumed-role/{role}/work")
    assert aws_client("iam", place, session).list_users()["Users"] == []
    # That role is for the client RS256 alone.
    if alg == "RS256":
        web_identity(place, f"{role}-aws", token)
    else:
        assert refusal(web_identity, place, f"{role}-aws", token) == "AccessDenied"


def test_what_is_refused(place, idp, provider):
    name, role = provider
    now = int(time.time())
    good = idp.sign()
    head, claims, signature = good.split(".")

    def b64(value: dict) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    forged = b64({"iss": idp.issuer, "sub": "alice", "aud": "client-RS256", "iat": now, "exp": now + 600})
    own, theirs = "AuthenticationFail.OIDCToken.Invalid", "InvalidIdentityToken"
    for token, ours, amazons in [
        (idp.sign(exp=now - 120), "AuthenticationFail.OIDCToken.Expired", "ExpiredTokenException"),
        (idp.sign(aud="somebody"), own, theirs),
        (idp.sign(aud=["client-RS256", "somebody"]), own, theirs),
        (idp.sign(azp="somebody"), own, theirs),
        (idp.sign(iss="https://id.example"), own, theirs),
        (idp.sign(iss=f"{idp.issuer}/"), own, theirs),
        (idp.sign(nbf=now + 600), own, theirs),
        (idp.sign(iat=now - 7 * 3600, exp=now + 600), own, theirs),
        (idp.sign(header={"kid": "unknown"}), own, theirs),
        (idp.sign(header={"typ": "at+jwt"}), own, theirs),
        (f"{head}.{forged}.{signature}", own, theirs),
        (f"{b64({'alg': 'none'})}.{claims}.", own, theirs),
        (f"{head}.{claims}.{signature[:-4]}AAAA", own, theirs),
        (f"{good}.x", own, theirs),
        (idp.sign(sub="mallory"), "NoPermission", "AccessDenied"),
        (idp.sign_in("mallory"), "NoPermission", "AccessDenied"),
    ]:
        assert refusal(assume, place, name, role, token) == ours
        assert refusal(web_identity, place, role, token) == amazons
    assert refusal(assume, place, "missing", role, good) == own
    assert refusal(assume, place, name, "missing", good) == "NoPermission"
    assert refusal(assume, place, name, role, good, duration_seconds=899) == "InvalidParameter.DurationSeconds"
    # The credentials library asks so.
    given = {"OIDCProviderArn": arn(place, name), "RoleArn": f"acs:ram::{place.root.account}:role/{role}"}
    given |= {"RoleSessionName": "work", "OIDCToken": good}
    assert Rpc(place, None).send("sts", "AssumeRoleWithOIDC", method="GET", **given).status_code == 200
    assert refusal(Rpc(place, place.root).call, "sts", "AssumeRoleWithOIDC", **given) == "NoPermission"


def test_the_trail_says_who_and_why(place, idp, provider):
    name, role = provider
    session = assume(place, name, role, idp.sign())
    Rpc(place, session).call("ram", "ListUsers")
    refusal(assume, place, name, role, idp.sign(sub="mallory"))
    refusal(assume, place, name, role, idp.sign(aud="somebody"))
    found = Rpc(place, place.root).call("2020-07-06", "LookupEvents", MaxResults=50)["Events"]
    text = json.dumps(found)
    assert "eyJ" not in text
    events = [event for event in found if f"role/{role}" in json.dumps(event)]
    answers = [event["responseElements"] for event in events if event["eventName"] == "AssumeRoleWithOIDC"]
    assert {"alice", "mallory"} <= {answer.get("Subject") for answer in answers}
    assert "aud holds no client id of the provider" in {answer.get("Refusal") for answer in answers}
    listed = [event for event in found if event["eventName"] == "ListUsers" and session.id in json.dumps(event)]
    behind = listed[0]["userIdentity"]["sessionContext"]["webIdFederationData"]
    assert behind == {"federatedProvider": arn(place, name), "subject": "alice"}


def test_sessions_end_with_the_provider(place, idp, ims, provider):
    name, role = provider
    sessions = [assume(place, name, role, idp.sign()), web_identity(place, role, idp.sign())]
    for session in sessions:
        Rpc(place, session).call("ram", "ListUsers")
    ims.delete_oidcprovider(ims_models.DeleteOIDCProviderRequest(oidcprovider_name=name))
    for session in sessions:
        assert refusal(Rpc(place, session).call, "ram", "ListUsers") == "InvalidSecurityToken.Malformed"
    assert refusal(assume, place, name, role, idp.sign()) == "AuthenticationFail.OIDCToken.Invalid"


def test_other_keys(place, tmp_path, ims):
    """The provider signs with other keys from one moment to the next; then it goes away."""
    idp = Idp(tmp_path).start()
    try:
        for name, role in trusted(place, idp, ims):
            old = idp.sign()
            assume(place, name, role, old)
            idp.restart()
            assume(place, name, role, idp.sign())
            assert refusal(assume, place, name, role, old) == "AuthenticationFail.OIDCToken.Invalid"
            token = idp.sign()
            idp.stop()
            # The keys are known for a while.
            assume(place, name, role, token)
    finally:
        idp.stop()


def certificates(name: str, issuer=None):
    """A certificate and its key: of an authority, or below one, of 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = x509.CertificateBuilder().subject_name(subject).public_key(key.public_key())
    made = made.issuer_name(issuer[0].subject if issuer else subject).serial_number(x509.random_serial_number())
    made = made.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=9))
    made = made.add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    if issuer:
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        made = made.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    return (made.sign(issuer[1] if issuer else key, hashes.SHA256()), key), issuer


def pem(certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def test_the_issuers_certificate(place, tmp_path, ims):
    """Over TLS: what the deployment trusts, what the provider's fingerprints name, and nothing else."""
    requests.packages.urllib3.disable_warnings()
    unknown, _ = certificates("Known to nobody")
    for authority, trust in ((place.authority, "deployment"), (unknown, "fingerprint")):
        (leaf, key), _ = certificates("127.0.0.1", authority)
        der = authority[0].public_bytes(serialization.Encoding.DER)
        text = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        idp = Idp(tmp_path, (pem(leaf) + pem(authority[0]), text)).start()
        try:
            right = [None] if trust == "deployment" else []
            right += [hashlib.sha1(der).hexdigest(), hashlib.sha256(der).hexdigest().upper()]
            wrong = ["0" * 40] if trust == "deployment" else [None, "0" * 40]
            for fingerprints in right:
                for name, role in trusted(place, idp, ims, fingerprints=fingerprints):
                    assume(place, name, role, idp.sign())
            for fingerprints in wrong:
                for name, role in trusted(place, idp, ims, fingerprints=fingerprints):
                    assert refusal(assume, place, name, role, idp.sign()) == "ServiceUnavailable.OIDCProvider"
                    assert refusal(web_identity, place, role, idp.sign()) == "IDPCommunicationError"
        finally:
            idp.stop()


def test_providers_through_both_sdks(place, ims):
    iam = aws_client("iam", place, place.root)
    host = f"{fresh('id')}.example"
    made = iam.create_open_id_connect_provider(Url=f"https://{host}/t", ClientIDList=["a"], ThumbprintList=["b" * 40])
    provider = {"OpenIDConnectProviderArn": made["OpenIDConnectProviderArn"]}
    assert made["OpenIDConnectProviderArn"] == f"arn:aws:iam::{place.root.account}:oidc-provider/{host}/t"
    iam.add_client_id_to_open_id_connect_provider(ClientID="c", **provider)
    iam.remove_client_id_from_open_id_connect_provider(ClientID="a", **provider)
    iam.update_open_id_connect_provider_thumbprint(ThumbprintList=["c" * 40], **provider)
    shown = iam.get_open_id_connect_provider(**provider)
    assert (shown["Url"], shown["ClientIDList"], shown["ThumbprintList"]) == (f"{host}/t", ["c"], ["c" * 40])
    assert provider["OpenIDConnectProviderArn"] in [
        one["Arn"] for one in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    ]
    listed = ims.list_oidcproviders(ims_models.ListOIDCProvidersRequest(max_items=100)).body.to_map()
    [same] = [one for one in listed["OIDCProviders"]["OIDCProvider"] if one["IssuerUrl"] == f"https://{host}/t"]
    name = same["OIDCProviderName"]
    add = ims_models.AddFingerprintToOIDCProviderRequest(oidcprovider_name=name, fingerprint="d" * 40)
    assert ims.add_fingerprint_to_oidcprovider(add).body.oidcprovider.fingerprints == f"{'c' * 40},{'d' * 40}"
    remove = ims_models.RemoveFingerprintFromOIDCProviderRequest(oidcprovider_name=name, fingerprint="c" * 40)
    assert ims.remove_fingerprint_from_oidcprovider(remove).body.oidcprovider.fingerprints == "d" * 40
    add = ims_models.AddClientIdToOIDCProviderRequest(oidcprovider_name=name, client_id="e")
    assert ims.add_client_id_to_oidcprovider(add).body.oidcprovider.client_ids == "c,e"
    remove = ims_models.RemoveClientIdFromOIDCProviderRequest(oidcprovider_name=name, client_id="c")
    assert ims.remove_client_id_from_oidcprovider(remove).body.oidcprovider.client_ids == "e"
    change = ims_models.UpdateOIDCProviderRequest(oidcprovider_name=name, new_description="n", issuance_limit_time=1)
    assert ims.update_oidcprovider(change).body.oidcprovider.issuance_limit_time == 1
    get = ims_models.GetOIDCProviderRequest(oidcprovider_name=name)
    assert ims.get_oidcprovider(get).body.oidcprovider.description == "n"

    create = ims_models.CreateOIDCProviderRequest(oidcprovider_name=fresh("two"), issuer_url=f"https://{host}/t")
    assert refusal(ims.create_oidcprovider, create) == "EntityAlreadyExists.OIDCProvider"
    for url in ("http://id.example", "https://10.0.0.1", "https://localhost", "https://id.example?x", "https://u@id.example"):
        create = ims_models.CreateOIDCProviderRequest(oidcprovider_name=fresh("bad"), issuer_url=url)
        assert refusal(ims.create_oidcprovider, create) == "InvalidParameter.IssuerUrl.Format"
        assert refusal(iam.create_open_id_connect_provider, Url=url) == "ValidationError"
    iam.delete_open_id_connect_provider(**provider)
    assert refusal(iam.get_open_id_connect_provider, **provider) == "NoSuchEntity"
    assert refusal(ims.get_oidcprovider, get) == "EntityNotExist.OIDCProvider"
