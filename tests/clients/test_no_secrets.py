"""Nothing that was secret is found in anything the server wrote: log, trail, data folder."""

import base64
import json
import os

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from harness import REGION, Credentials, Rpc, Server
from services import aws_client, decoded, encoded


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


def import_material(rpc, material):
    key = rpc.call("kms", "CreateKey", Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
    asked = {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}
    given = rpc.call("kms", "GetParametersForImport", KeyId=key, **asked)
    public = serialization.load_der_public_key(decoded(given["PublicKey"]))
    oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
    wrapped = encoded(public.encrypt(material, oaep))
    unlimited = {"KeyMaterialExpireUnix": 0}
    rpc.call("kms", "ImportKeyMaterial", KeyId=key, EncryptedKeyMaterial=wrapped, ImportToken=given["ImportToken"], **unlimited)
    return key


def of_keys(rpc):
    """Plants secrets in keys and gathers those that the server made up."""
    material, plain = os.urandom(32), os.urandom(48)
    key = import_material(rpc, material)
    blob = rpc.call("kms", "Encrypt", KeyId=key, Plaintext=encoded(plain))["CiphertextBlob"]
    assert decoded(rpc.call("kms", "Decrypt", CiphertextBlob=blob)["Plaintext"]) == plain
    data_key = decoded(rpc.call("kms", "GenerateDataKey", KeyId=key)["Plaintext"])
    secret = "hush-" + os.urandom(16).hex()
    rpc.call("kms", "CreateSecret", SecretName="planted", VersionId="v1", SecretData=secret)
    rpc.call("kms", "GetSecretValue", SecretName="planted")
    password = rpc.call("kms", "GetRandomPassword", PasswordLength="32")["RandomPassword"]
    # What is wrong is written down too.
    assert rpc.send("kms", "Encrypt", KeyId="nothing", Plaintext=encoded(plain)).status_code == 400
    assert rpc.send("kms", "CreateSecret", SecretName="planted", VersionId="v1", SecretData=secret).status_code == 409
    return {"material": material, "plaintext": plain, "data key": data_key, "secret": secret.encode(), "password": password.encode()}


def of_identities(rpc):
    rpc.call("ram", "CreateUser", UserName="planted")
    made = rpc.call("ram", "CreateAccessKey", UserName="planted")["AccessKey"]
    account = rpc.call("sts", "GetCallerIdentity")["AccountId"]
    may = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    trust = {"Version": "1", "Statement": [may | {"Principal": {"RAM": [f"acs:ram::{account}:root"]}}]}
    policy = {"Version": "1", "Statement": [may | {"Resource": "*"}]}
    rpc.call("ram", "CreateRole", RoleName="planted", AssumeRolePolicyDocument=json.dumps(trust))
    rpc.call("ram", "CreatePolicy", PolicyName="assume", PolicyDocument=json.dumps(policy))
    rpc.call("ram", "AttachPolicyToUser", PolicyType="Custom", PolicyName="assume", UserName="planted")
    user = Rpc(rpc.server, Credentials(made["AccessKeyId"], made["AccessKeySecret"]))
    role = f"acs:ram::{account}:role/planted"
    session = user.call("sts", "AssumeRole", RoleArn=role, RoleSessionName="session")["Credentials"]
    assert user.send("kms", "ListKeys").status_code == 403
    return {
        "access key": made["AccessKeySecret"].encode(),
        "session key": session["AccessKeySecret"].encode(),
        "session token": session["SecurityToken"].encode(),
    }


def of_objects(server):
    content = os.urandom(64)
    s3 = aws_client("s3", server, server.root)
    s3.create_bucket(Bucket="planted", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="planted", Key="small", Body=content)
    s3.put_object(Bucket="planted", Key="large", Body=content * 20_000)
    assert s3.get_object(Bucket="planted", Key="small")["Body"].read() == content
    s3.generate_presigned_url("get_object", Params={"Bucket": "planted", "Key": "small"})
    return {"content": content}


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
        yield from (shown, shown.translate(bytes.maketrans(b"+/", b"-_")))


def forms(secret):
    return {secret, secret.hex().encode(), secret.hex().upper().encode(), *in_base64(secret)}


def test_no_secret_is_written_anywhere(loud):
    rpc = Rpc(loud, loud.root)
    secrets = of_keys(rpc) | of_identities(rpc) | of_objects(loud) | {"root": loud.root.secret.encode()}
    assert loud.stop() == 0, loud.tail()
    read = dict(written(loud))
    # It is looked for where there is something to be found.
    assert b"planted" in read["trail"] and len(read["log"]) > 1000 and len(read) > 5
    for name, secret in secrets.items():
        found = [where for where, text in read.items() if any(form in text for form in forms(secret))]
        assert not found, name


def test_a_secret_is_found_wherever_it_is_encoded():
    secret = os.urandom(32)
    for before in range(4):
        text = base64.b64encode(os.urandom(before) + secret + os.urandom(5))
        assert any(form in text for form in forms(secret)), before
