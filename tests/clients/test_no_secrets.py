"""Nothing that was secret is found in anything the server wrote: log, trail, data folder."""

import base64
import json
import os

import boto3
import botocore.config
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from harness import REGION, Credentials, Rpc, Server


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
    public = serialization.load_der_public_key(base64.b64decode(given["PublicKey"]))
    oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
    wrapped = base64.b64encode(public.encrypt(material, oaep)).decode()
    unlimited = {"KeyMaterialExpireUnix": 0}
    rpc.call("kms", "ImportKeyMaterial", KeyId=key, EncryptedKeyMaterial=wrapped, ImportToken=given["ImportToken"], **unlimited)
    return key


def of_keys(rpc):
    """Plants secrets in keys and gathers those that the server made up."""
    material, plain = os.urandom(32), os.urandom(48)
    key = import_material(rpc, material)
    blob = rpc.call("kms", "Encrypt", KeyId=key, Plaintext=base64.b64encode(plain).decode())["CiphertextBlob"]
    assert base64.b64decode(rpc.call("kms", "Decrypt", CiphertextBlob=blob)["Plaintext"]) == plain
    data_key = base64.b64decode(rpc.call("kms", "GenerateDataKey", KeyId=key)["Plaintext"])
    secret = "hush-" + os.urandom(16).hex()
    rpc.call("kms", "CreateSecret", SecretName="planted", VersionId="v1", SecretData=secret)
    rpc.call("kms", "GetSecretValue", SecretName="planted")
    password = rpc.call("kms", "GetRandomPassword", PasswordLength="32")["RandomPassword"]
    # What is wrong is written down too.
    assert rpc.send("kms", "Encrypt", KeyId="nothing", Plaintext=base64.b64encode(plain).decode()).status_code == 400
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
    config = botocore.config.Config(s3={"addressing_style": "path"})
    keys = {"aws_access_key_id": server.root.id, "aws_secret_access_key": server.root.secret}
    s3 = boto3.client("s3", endpoint_url=server.url, region_name=REGION, config=config, **keys)
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


def forms(secret):
    return secret, secret.hex().encode(), secret.hex().upper().encode(), base64.b64encode(secret), base64.urlsafe_b64encode(secret)


def test_no_secret_is_written_anywhere(loud):
    rpc = Rpc(loud, loud.root)
    secrets = of_keys(rpc) | of_identities(rpc) | of_objects(loud) | {"root": loud.root.secret.encode()}
    assert loud.stop() == 0, loud.tail()
    read = dict(written(loud))
    # It is looked for where there is something to be found.
    assert b"planted" in read["trail"] and len(read["log"]) > 1000 and len(read) > 5
    found = [(name, where) for name, secret in secrets.items() for where, text in read.items() if any(f in text for f in forms(secret))]
    assert not found
