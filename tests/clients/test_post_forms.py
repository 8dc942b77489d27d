"""Objects uploaded by HTML forms: what SDKs sign, sent as browsers send it."""

import base64
import datetime
import hashlib
import hmac
import http.client
import json
import urllib.parse

import oss2
import pytest
import requests
from harness import REGION, Rpc, allow


def form(server, bucket, fields, content, name="picture of me.png", **more):
    return requests.post(f"{server.url}/{bucket}", data=fields, files={"file": (name, content)}, timeout=60, **more)


def test_boto3(server, s3, bucket):
    conditions = [["content-length-range", 1, 100], {"success_action_status": "201"}, ["starts-with", "$Content-Type", "image/"]]
    made = s3.generate_presigned_post(bucket, "user/${filename}", Conditions=conditions, ExpiresIn=60)
    assert made["url"].rstrip("/") == f"{server.url}/{bucket}"
    fields = made["fields"] | {"success_action_status": "201", "Content-Type": "image/png"}
    done = form(server, bucket, fields, b"an image")
    assert done.status_code == 201, done.text
    assert f"<Bucket>{bucket}</Bucket><Key>user/picture of me.png</Key>" in done.text
    got = s3.get_object(Bucket=bucket, Key="user/picture of me.png")
    assert (got["Body"].read(), got["ContentType"], got["ETag"]) == (b"an image", "image/png", done.headers["ETag"])

    # What the policy does not speak of, or speaks otherwise of, is refused, and nothing is stored.
    for change, status, code in [
        ({"acl": "public-read"}, 403, "AccessDenied"),
        ({"Content-Type": "text/html"}, 403, "AccessDenied"),
        ({"key": "other/${filename}"}, 403, "AccessDenied"),
        ({"x-amz-signature": "0" * 64}, 403, "SignatureDoesNotMatch"),
    ]:
        refused = form(server, bucket, fields | change, b"an image", name="none")
        assert (refused.status_code, code in refused.text) == (status, True), refused.text
    for content, code in [(b"", "EntityTooSmall"), (b"x" * 101, "EntityTooLarge")]:
        refused = form(server, bucket, fields, content, name="none")
        assert (refused.status_code, code in refused.text) == (400, True), refused.text
    missing = {name: value for name, value in fields.items() if name != "policy"}
    assert form(server, bucket, missing, b"x").status_code == 400
    assert [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["user/picture of me.png"]


def test_redirects_and_large_files(server, s3, bucket):
    made = s3.generate_presigned_post(
        bucket,
        "big",
        Fields={"success_action_redirect": "http://127.0.0.1:9/done"},
        Conditions=[{"success_action_redirect": "http://127.0.0.1:9/done"}],
    )
    content = bytes(range(256)) * 4096 * 16
    done = form(server, bucket, made["fields"], content, allow_redirects=False)
    assert done.status_code == 303, done.text
    place = urllib.parse.urlsplit(done.headers["Location"])
    assert (place.netloc, place.path) == ("127.0.0.1:9", "/done")
    assert urllib.parse.parse_qs(place.query)["key"] == ["big"]
    got = s3.get_object(Bucket=bucket, Key="big")["Body"].read()
    assert hashlib.sha256(got).digest() == hashlib.sha256(content).digest()


def test_sessions(server, make_s3, people, assumer, bucket, s3):
    session = Rpc(server, assumer).assume(people.role(allow("oss:PutObject")))
    made = make_s3(session).generate_presigned_post(bucket, "by-a-session")
    assert form(server, bucket, made["fields"], b"x").status_code == 204
    without = {name: value for name, value in made["fields"].items() if name != "x-amz-security-token"}
    assert form(server, bucket, without, b"x").status_code == 403
    reader = Rpc(server, assumer).assume(people.role(allow("oss:GetObject")))
    made = make_s3(reader).generate_presigned_post(bucket, "never")
    assert form(server, bucket, made["fields"], b"x").status_code == 403
    assert s3.get_object(Bucket=bucket, Key="by-a-session")["Body"].read() == b"x"


def policy_of(conditions, seconds=60):
    end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
    text = {"expiration": end.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "conditions": conditions}
    return base64.b64encode(json.dumps(text).encode()).decode()


def v1(root, policy):
    mac = hmac.new(root.secret.encode(), policy.encode(), hashlib.sha1).digest()
    return {"OSSAccessKeyId": root.id, "policy": policy, "Signature": base64.b64encode(mac).decode()}


def v4(root, policy):
    date = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
    key = ("aliyun_v4" + root.secret).encode()
    for step in [date[:8], REGION, "oss", "aliyun_v4_request"]:
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    return {
        "policy": policy,
        "x-oss-signature-version": "OSS4-HMAC-SHA256",
        "x-oss-credential": f"{root.id}/{date[:8]}/{REGION}/oss/aliyun_v4_request",
        "x-oss-date": date,
        "x-oss-signature": hmac.new(key, policy.encode(), hashlib.sha256).hexdigest(),
    }


@pytest.mark.parametrize("sign", [v1, v4])
def test_oss(server, root, bucket, sign):
    """As the vendor's samples for web pages sign it: the policy speaks of the size alone, and the page adds its fields."""
    policy = policy_of([["content-length-range", 0, 1000]])
    fields = {"name": "picture", "key": "up/${filename}", "success_action_status": "200", "x-oss-meta-a": "1"}
    done = form(server, bucket, fields | sign(root, policy), b"from a page")
    assert done.status_code == 200, done.text
    box = oss2.Bucket(oss2.AuthV4(root.id, root.secret), server.url, bucket, region=REGION)
    got = box.get_object("up/picture of me.png")
    assert (got.read(), got.headers["x-oss-meta-a"]) == (b"from a page", "1")
    assert got.headers["x-oss-hash-crc64ecma"] == done.headers["x-oss-hash-crc64ecma"]
    assert form(server, bucket, fields | sign(root, policy), b"x" * 1001).status_code == 400
    assert form(server, bucket, fields | sign(root, policy_of([], -1)), b"x").status_code == 403
    bound = policy_of([["starts-with", "$key", "other/"]])
    assert form(server, bucket, fields | sign(root, bound), b"x").status_code == 403


def test_forms_without_a_signature(server, s3, bucket):
    assert form(server, bucket, {"key": "k"}, b"x").status_code == 403
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    assert form(server, bucket, {"key": "k"}, b"x").status_code == 204
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"
    s3.put_bucket_acl(Bucket=bucket, ACL="private")
    assert form(server, bucket, {"key": "k"}, b"x").status_code == 403


def test_a_form_that_breaks_off(server, s3, bucket):
    made = s3.generate_presigned_post(bucket, "half")
    body = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in made["fields"].items()
    )
    body += '--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n' + "c" * 100_000
    place = urllib.parse.urlsplit(server.url)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=20)
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    connection.request("POST", f"/{bucket}", body=body.encode(), headers=headers)
    answer = connection.getresponse()
    assert (answer.status, b"IncompleteBody" in answer.read()) == (400, True)
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)
