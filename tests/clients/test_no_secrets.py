"""Nothing that was secret is found in anything the server wrote: log, trail, data folder."""

import base64
import os
import urllib.parse

import pytest
import requests
from expect import iam_error, rpc_error
from harness import REGION, Credentials, People, Rpc, Server, allow, aws_document, totp
from material import external
from services import aws_client, caller, decoded, encoded, kms_of


@pytest.fixture
def loud(tmp_path):
    """A server that logs all it has to say, but what its libraries do."""
    made = Server(tmp_path)
    made.environment = {"BAILEE_LOG": "trace,hyper=info,h2=info"}
    made.start()
    # The first start tells whoever started it the first credentials.
    made.greeting = made.log.read_bytes().count(b"\n")
    yield made
    made.kill()


def hush() -> str:
    """A secret text that looks the same in a form, in a URL and in JSON, and is strong enough for a password."""
    return "hush-" + os.urandom(12).hex()


def of_keys(rpc):
    """Plants secrets in keys and gathers those that the server made up."""
    kms, material, plain, secret = kms_of(rpc), os.urandom(32), os.urandom(48), hush()
    key, _ = external(kms, material, "RSA_2048", "RSAES_OAEP_SHA_256")
    blob = kms("Encrypt", KeyId=key, Plaintext=encoded(plain))["CiphertextBlob"]
    assert decoded(kms("Decrypt", CiphertextBlob=blob)["Plaintext"]) == plain
    data_key = decoded(kms("GenerateDataKey", KeyId=key)["Plaintext"])
    kms("CreateSecret", SecretName="planted", VersionId="v1", SecretData=secret)
    kms("GetSecretValue", SecretName="planted")
    password = kms("GetRandomPassword", PasswordLength="32")["RandomPassword"]
    # What is wrong is written down too.
    with rpc_error(None, 400):
        kms("Encrypt", KeyId="nothing", Plaintext=encoded(plain))
    with rpc_error(None, 409):
        kms("CreateSecret", SecretName="planted", VersionId="v1", SecretData=secret)
    return {"material": material, "plaintext": plain, "data key": data_key, "secret": secret, "password": password}


def of_session(name, session: Credentials):
    return {f"{name}'s key": session.secret, f"{name}'s token": session.token}


def of_identities(rpc):
    people = People(rpc)
    user, role = people.user(allow("sts:AssumeRole")), people.role()
    session = Rpc(rpc.server, user).assume(role)
    with rpc_error(None, 403):
        Rpc(rpc.server, user).call("kms", "ListKeys")
    return {"access key": user.secret, **of_session("role", session)}


def of_identities_at_amazons(server, root):
    iam = aws_client("iam", server, root)
    iam.create_user(UserName="amazons")
    key = iam.create_access_key(UserName="amazons")["AccessKey"]
    assume = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    trust = aws_document({**assume, "Principal": {"AWS": f"arn:aws:iam::{root.account}:root"}})
    role = iam.create_role(RoleName="amazons", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    may = aws_document({**assume, "Resource": role})
    iam.put_user_policy(UserName="amazons", PolicyName="assume", PolicyDocument=may)
    sts = aws_client("sts", server, Credentials(key["AccessKeyId"], key["SecretAccessKey"]))
    session = Credentials.lent(sts.assume_role(RoleArn=role, RoleSessionName="session")["Credentials"])
    own = Credentials.lent(sts.get_session_token()["Credentials"])
    with iam_error("AccessDenied", 403):
        aws_client("iam", server, own).list_users()
    at_amazons = of_session("Amazon's role", session) | of_session("Amazon's user", own)
    return {"access key at Amazon's": key["SecretAccessKey"], **at_amazons}


def of_people(rpc):
    """Plants passwords, right and wrong ones, and the seed of a second factor."""
    ram, person, passwords = caller(rpc, "ram"), {"UserName": "person"}, [hush() for _ in range(5)]
    first, second, third, wrong, spare = passwords
    # Refused for its length; the others are long enough.
    weak = f"w{os.urandom(3).hex()}"
    ram("CreateUser", **person)
    with rpc_error("InvalidParameter.Password.TooWeak", 400):
        ram("CreateLoginProfile", Password=weak, **person)
    ram("CreateLoginProfile", Password=first, **person)
    with rpc_error("EntityAlreadyExists.User.LoginProfile", 409):
        ram("CreateLoginProfile", Password=spare, **person)
    ram("UpdateLoginProfile", Password=second, **person)

    def sign_in(password, **more):
        given = {"AccountAlias": rpc.credentials.account, "Password": password, **person, **more}
        return Credentials.lent(Rpc(rpc.server, None).call("sts", "SignIn", **given)["Credentials"])

    with rpc_error("AuthenticationFail"):
        sign_in(wrong)
    session = sign_in(second)
    signed_in = caller(Rpc(rpc.server, session), "ram")
    device = signed_in("CreateVirtualMFADevice", VirtualMFADeviceName="person")["VirtualMFADevice"]
    seed = device["Base32StringSeed"]
    codes = {"AuthenticationCode1": totp(seed, -1), "AuthenticationCode2": totp(seed)}
    signed_in("BindMFADevice", SerialNumber=device["SerialNumber"], **codes, **person)
    with rpc_error("InvalidParameter.OldPassword", 400):
        signed_in("ChangePassword", OldPassword=wrong, NewPassword=third)
    signed_in("ChangePassword", OldPassword=second, NewPassword=third)
    with rpc_error("AuthenticationFail"):
        sign_in(third)
    again = sign_in(third, AuthenticationCode=totp(seed, 1))
    return {
        **{f"password {number}": password for number, password in enumerate([*passwords, weak])},
        **{"seed": base64.b32decode(seed), "seed's text": seed, "seed's picture": decoded(device["QRCodePNG"])},
        **of_session("person", session),
        **of_session("person's second session", again),
    }


def of_objects(server):
    content = os.urandom(64)
    s3 = aws_client("s3", server, server.root)
    s3.create_bucket(Bucket="planted", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="planted", Key="small", Body=content)
    s3.put_object(Bucket="planted", Key="large", Body=content * 20_000)
    assert s3.get_object(Bucket="planted", Key="small")["Body"].read() == content
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "planted", "Key": "small"})
    assert requests.get(url, timeout=30).content == content
    # As good as the content while it is valid.
    (signature,) = urllib.parse.parse_qs(url)["X-Amz-Signature"]
    return {"content": content, "signature": signature}


def written(server):
    """Everything the server wrote, but the one file that is to hold the first credentials."""
    yield "log", b"\n".join(server.log.read_bytes().split(b"\n")[server.greeting :])
    yield "trail", server.run("trail", "show", "--data", server.data).stdout.encode()
    for path in server.data.rglob("*"):
        if path.is_file() and path != server.credentials_file:
            yield str(path.relative_to(server.data)), path.read_bytes()


def in_base64(secret):
    """What a text in Base64 shows of the secret, wherever in it the secret begins."""
    for shift in range(3):
        text = base64.b64encode(bytes(shift) + secret)
        # Only the characters that no neighbour has a part in.
        shown = text[-(-8 * shift // 6) : 8 * (shift + len(secret)) // 6]
        yield from (shown, quoted(shown), shown.translate(bytes.maketrans(b"+/", b"-_")))


def quoted(text):
    """As it stands in URLs and forms."""
    return urllib.parse.quote_from_bytes(text, safe="").encode()


def forms(secret):
    secret = secret.encode() if isinstance(secret, str) else secret
    return {secret, quoted(secret), secret.hex().encode(), secret.hex().upper().encode(), *in_base64(secret)}


def test_no_secret_is_written_anywhere(loud):
    rpc = Rpc(loud, loud.root)
    secrets = of_keys(rpc) | of_identities(rpc) | of_identities_at_amazons(loud, loud.root) | of_people(rpc)
    secrets |= of_objects(loud) | {"root": loud.root.secret}
    assert loud.stop() == 0, loud.tail()
    read = dict(written(loud))
    # It is looked for where there is something to be found.
    for event in (b"planted", b"CreateLoginProfile", b"ChangePassword", b"SignIn", b"BindMFADevice", b"GetSessionToken"):
        assert event in read["trail"], event
    assert len(read["log"]) > 1000 and len(read) > 5
    assert len(set(secrets.values())) == len(secrets) > 25
    for name, secret in secrets.items():
        found = [where for where, text in read.items() if any(form in text for form in forms(secret))]
        assert not found, name


def test_a_secret_is_found_wherever_it_is_encoded():
    secret = os.urandom(32)
    for before in range(4):
        text = base64.b64encode(os.urandom(before) + secret + os.urandom(5))
        for written_as in (text, quoted(text), base64.urlsafe_b64encode(base64.b64decode(text))):
            assert any(form in written_as for form in forms(secret)), (before, written_as)
