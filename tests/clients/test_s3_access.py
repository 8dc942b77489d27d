"""Who may do what through S3: signatures, presigned URLs, users, bucket policies, ACLs, other accounts."""

import datetime
import json
import time

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest
import requests
from expect import s3_error
from harness import REGION, Credentials, Rpc, allow, deny, fresh


@pytest.fixture
def secret_object(s3, bucket):
    s3.put_object(Bucket=bucket, Key="dir/a b+é", Body=b"private")
    return bucket, "dir/a b+é"


def read(client, place):
    return client.get_object(Bucket=place[0], Key=place[1])["Body"].read()


# Signatures


def test_a_wrong_secret_is_refused(make_s3, root, secret_object):
    with s3_error("SignatureDoesNotMatch", 403):
        read(make_s3(Credentials(root.id, "wrong")), secret_object)


def test_an_unknown_key_is_refused(make_s3, secret_object):
    with s3_error("InvalidAccessKeyId", 403):
        read(make_s3(Credentials("LTAIunknownunknown", "wrong")), secret_object)


def signed_get(server, credentials, path, **headers):
    """A signed request that the test may spoil before it is sent."""
    request = botocore.awsrequest.AWSRequest("GET", f"{server.url}{path}", headers=headers)
    keys = botocore.credentials.Credentials(credentials.id, credentials.secret)
    botocore.auth.S3SigV4Auth(keys, "s3", REGION).add_auth(request)
    return request.prepare()


def send(prepared, **changed):
    return requests.get(prepared.url, headers={**prepared.headers, **changed}, timeout=30)


def test_an_old_date_is_refused(server, root, bucket):
    prepared = signed_get(server, root, f"/{bucket}")
    old = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=16)
    answer = send(prepared, **{"X-Amz-Date": old.strftime("%Y%m%dT%H%M%SZ")})
    assert answer.status_code == 403
    assert "<Code>RequestTimeTooSkewed</Code>" in answer.text or "<Code>SignatureDoesNotMatch</Code>" in answer.text


@pytest.mark.parametrize("spoiled", ["Authorization", "X-Amz-Content-SHA256", "X-Amz-Date"])
def test_a_missing_part_of_the_signature_is_refused(server, root, bucket, spoiled):
    prepared = signed_get(server, root, f"/{bucket}")
    headers = {name: value for name, value in prepared.headers.items() if name.lower() != spoiled.lower()}
    answer = requests.get(prepared.url, headers=headers, timeout=30)
    assert answer.status_code in (400, 403), answer.text


def test_another_region_is_refused(server, root, bucket):
    prepared = signed_get(server, root, f"/{bucket}")
    spoiled = prepared.headers["Authorization"].replace(f"/{REGION}/", "/elsewhere-1/")
    answer = send(prepared, Authorization=spoiled)
    assert answer.status_code in (400, 403), answer.text


def test_an_untouched_request_passes(server, root, bucket):
    answer = send(signed_get(server, root, f"/{bucket}"))
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-amz-request-id"]


# Presigned URLs


def presign(client, operation, place, seconds=60, **more):
    parameters = {"Bucket": place[0], "Key": place[1], **more}
    return client.generate_presigned_url(operation, Params=parameters, ExpiresIn=seconds)


def test_a_presigned_get_needs_no_keys(s3, secret_object):
    answer = requests.get(presign(s3, "get_object", secret_object), timeout=30)
    assert (answer.status_code, answer.content) == (200, b"private")


def test_a_presigned_get_may_override_headers(s3, secret_object):
    url = presign(s3, "get_object", secret_object, ResponseContentType="text/x-other")
    assert requests.get(url, timeout=30).headers["Content-Type"] == "text/x-other"


def test_a_presigned_put_stores(s3, bucket):
    url = presign(s3, "put_object", (bucket, "new"))
    assert requests.put(url, data=b"by url", timeout=30).status_code == 200
    assert read(s3, (bucket, "new")) == b"by url"


def test_a_presigned_url_is_for_one_thing(s3, secret_object):
    url = presign(s3, "get_object", secret_object)
    assert requests.put(url, data=b"x", timeout=30).status_code == 403
    assert requests.get(url.replace("dir/", "other/"), timeout=30).status_code == 403
    assert requests.get(url.replace("X-Amz-Expires=60", "X-Amz-Expires=600"), timeout=30).status_code == 403
    assert read(s3, secret_object) == b"private"


def test_a_presigned_url_ends(s3, secret_object):
    url = presign(s3, "get_object", secret_object, seconds=1)
    time.sleep(2.5)
    answer = requests.get(url, timeout=30)
    assert (answer.status_code, "<Code>AccessDenied</Code>" in answer.text) == (403, True), answer.text


def test_a_presigned_url_of_a_user_is_worth_the_users_rights(make_s3, people, secret_object):
    url = presign(make_s3(people.user()), "get_object", secret_object)
    assert requests.get(url, timeout=30).status_code == 403


# Users and their policies


def test_a_user_without_policies_may_nothing(make_s3, people, secret_object):
    client = make_s3(people.user())
    with s3_error("AccessDenied", 403):
        read(client, secret_object)
    with s3_error("AccessDenied", 403):
        client.list_buckets()
    with s3_error("AccessDenied", 403):
        client.create_bucket(Bucket=fresh("bucket"))


def test_a_user_may_what_the_policy_says(make_s3, people, secret_object):
    bucket, key = secret_object
    client = make_s3(people.user(allow("oss:GetObject", resource=f"acs:oss:*:*:{bucket}/dir/*")))
    assert read(client, secret_object) == b"private"
    with s3_error("AccessDenied", 403):
        client.put_object(Bucket=bucket, Key=key, Body=b"x")
    with s3_error("AccessDenied", 403):
        read(client, (bucket, "elsewhere"))
    with s3_error("AccessDenied", 403):
        client.list_objects_v2(Bucket=bucket)


def test_a_refusal_does_not_tell_what_exists(make_s3, people, secret_object):
    client = make_s3(people.user())
    for key in (secret_object[1], "no such key"):
        with s3_error("AccessDenied", 403):
            read(client, (secret_object[0], key))


def test_deny_beats_allow(make_s3, people, secret_object):
    client = make_s3(people.user(allow("oss:*"), deny("oss:GetObject")))
    client.list_objects_v2(Bucket=secret_object[0])
    with s3_error("AccessDenied", 403):
        read(client, secret_object)


def test_conditions_count(make_s3, people, secret_object):
    near = {"IpAddress": {"acs:SourceIp": ["127.0.0.0/8"]}}
    far = {"IpAddress": {"acs:SourceIp": ["192.0.2.0/24"]}}
    assert read(make_s3(people.user(allow("oss:*", Condition=near))), secret_object) == b"private"
    with s3_error("AccessDenied", 403):
        read(make_s3(people.user(allow("oss:*", Condition=far))), secret_object)


def test_system_policies_exist(make_s3, people, secret_object):
    reader = make_s3(people.user(system=("AliyunOSSReadOnlyAccess",)))
    assert read(reader, secret_object) == b"private"
    with s3_error("AccessDenied", 403):
        reader.put_object(Bucket=secret_object[0], Key="new", Body=b"")
    writer = make_s3(people.user(system=("AliyunOSSFullAccess",)))
    writer.put_object(Bucket=secret_object[0], Key="new", Body=b"")


def test_a_change_of_policy_works_at_once(make_s3, people, rpc, secret_object):
    user = people.user()
    client = make_s3(user)
    name = people.policy(allow("oss:GetObject"))
    for _ in range(3):
        with s3_error("AccessDenied", 403):
            read(client, secret_object)
        rpc.call("ram", "AttachPolicyToUser", PolicyType="Custom", PolicyName=name, UserName=user.user)
        assert read(client, secret_object) == b"private"
        rpc.call("ram", "DetachPolicyFromUser", PolicyType="Custom", PolicyName=name, UserName=user.user)


def test_an_inactive_key_is_refused_at_once(make_s3, people, rpc, secret_object):
    user = people.user(allow("oss:*"))
    client = make_s3(user)
    assert read(client, secret_object) == b"private"
    key = {"UserName": user.user, "UserAccessKeyId": user.id}
    rpc.call("ram", "UpdateAccessKey", Status="Inactive", **key)
    with s3_error("InvalidAccessKeyId", 403):
        read(client, secret_object)
    rpc.call("ram", "UpdateAccessKey", Status="Active", **key)
    assert read(client, secret_object) == b"private"
    rpc.call("ram", "DeleteAccessKey", **key)
    with s3_error("InvalidAccessKeyId", 403):
        read(client, secret_object)


# Other accounts and nobody


def test_another_account_sees_nothing(make_s3, second, secret_object):
    other = make_s3(second)
    bucket, key = secret_object
    assert bucket not in [found["Name"] for found in other.list_buckets()["Buckets"]]
    for call in (
        lambda: read(other, secret_object),
        lambda: other.put_object(Bucket=bucket, Key="x", Body=b""),
        lambda: other.delete_object(Bucket=bucket, Key=key),
        lambda: other.list_objects_v2(Bucket=bucket),
        lambda: other.get_bucket_acl(Bucket=bucket),
        lambda: other.delete_bucket(Bucket=bucket),
        lambda: other.create_multipart_upload(Bucket=bucket, Key="x"),
    ):
        with s3_error("AccessDenied", 403):
            call()


def test_nobody_sees_nothing(make_s3, secret_object):
    nobody = make_s3(None)
    for call in (lambda: read(nobody, secret_object), nobody.list_buckets):
        with s3_error("AccessDenied", 403):
            call()
    with s3_error("AccessDenied", 403):
        nobody.put_object(Bucket=secret_object[0], Key="x", Body=b"")


def test_a_public_object_is_public_to_read_only(s3, make_s3, bucket):
    nobody = make_s3(None)
    s3.put_object(Bucket=bucket, Key="open", Body=b"open", ACL="public-read")
    s3.put_object(Bucket=bucket, Key="closed", Body=b"closed")
    assert read(nobody, (bucket, "open")) == b"open"
    with s3_error("AccessDenied", 403):
        read(nobody, (bucket, "closed"))
    with s3_error("AccessDenied", 403):
        nobody.put_object(Bucket=bucket, Key="open", Body=b"x")
    s3.put_object_acl(Bucket=bucket, Key="open", ACL="private")
    with s3_error("AccessDenied", 403):
        read(nobody, (bucket, "open"))


def test_a_public_bucket_is_public_to_read_only(s3, make_s3, secret_object):
    bucket, _ = secret_object
    nobody = make_s3(None)
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")
    grants = s3.get_bucket_acl(Bucket=bucket)["Grants"]
    everyone = "http://acs.amazonaws.com/groups/global/AllUsers"
    assert any(grant["Grantee"].get("URI") == everyone and grant["Permission"] == "READ" for grant in grants)
    assert read(nobody, secret_object) == b"private"
    with s3_error("AccessDenied", 403):
        nobody.put_object(Bucket=bucket, Key="x", Body=b"")
    s3.put_bucket_acl(Bucket=bucket, ACL="private")
    assert len(s3.get_bucket_acl(Bucket=bucket)["Grants"]) == 1
    with s3_error("AccessDenied", 403):
        read(nobody, secret_object)


# Bucket policies


def bucket_policy(bucket, effect, principal, *actions, **more):
    statement = {"Effect": effect, "Principal": principal, "Action": list(actions), **more}
    statement["Resource"] = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_a_bucket_policy_is_kept_and_removed(s3, bucket):
    with s3_error("NoSuchBucketPolicy", 404):
        s3.get_bucket_policy(Bucket=bucket)
    given = bucket_policy(bucket, "Allow", "*", "s3:GetObject")
    s3.put_bucket_policy(Bucket=bucket, Policy=given)
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == given
    s3.delete_bucket_policy(Bucket=bucket)
    with s3_error("NoSuchBucketPolicy", 404):
        s3.get_bucket_policy(Bucket=bucket)


def test_a_bucket_policy_is_about_its_own_bucket(s3, bucket):
    for other in ("*", f"arn:aws:s3:::{bucket}-2/*", f"arn:aws:s3:::{bucket}*"):
        policy = json.loads(bucket_policy(bucket, "Allow", "*", "s3:GetObject"))
        policy["Statement"][0]["Resource"] = other
        with s3_error("MalformedPolicy", 400):
            s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


def test_a_bucket_policy_opens_to_everyone(s3, make_s3, secret_object):
    bucket, _ = secret_object
    s3.put_bucket_policy(Bucket=bucket, Policy=bucket_policy(bucket, "Allow", "*", "s3:GetObject"))
    nobody = make_s3(None)
    assert read(nobody, secret_object) == b"private"
    with s3_error("AccessDenied", 403):
        nobody.list_objects_v2(Bucket=bucket)
    s3.delete_bucket_policy(Bucket=bucket)
    with s3_error("AccessDenied", 403):
        read(nobody, secret_object)


def test_a_bucket_policy_opens_to_one_account(s3, make_s3, second, secret_object):
    bucket, _ = secret_object
    principal = {"AWS": [f"arn:aws:iam::{second.account}:root"]}
    s3.put_bucket_policy(Bucket=bucket, Policy=bucket_policy(bucket, "Allow", principal, "s3:GetObject"))
    assert read(make_s3(second), secret_object) == b"private"
    with s3_error("AccessDenied", 403):
        read(make_s3(None), secret_object)
    with s3_error("AccessDenied", 403):
        make_s3(second).put_object(Bucket=bucket, Key="x", Body=b"")


def test_a_bucket_policy_closes(s3, make_s3, people, secret_object):
    bucket, _ = secret_object
    client = make_s3(people.user(allow("oss:*")))
    assert read(client, secret_object) == b"private"
    s3.put_bucket_policy(Bucket=bucket, Policy=bucket_policy(bucket, "Deny", "*", "s3:GetObject"))
    with s3_error("AccessDenied", 403):
        read(client, secret_object)
    s3.delete_bucket_policy(Bucket=bucket)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"Version":"2012-10-17"}', '{"Statement":[{"Effect":"Maybe"}]}'])
def test_a_broken_bucket_policy_is_refused(s3, bucket, text):
    with s3_error("MalformedPolicy", 400):
        s3.put_bucket_policy(Bucket=bucket, Policy=text or " ")


# Roles


def test_a_role_session_has_the_roles_rights(make_s3, server, people, assumer, secret_object):
    session = Rpc(server, assumer).assume(people.role(allow("oss:GetObject")))
    client = make_s3(session)
    assert read(client, secret_object) == b"private"
    with s3_error("AccessDenied", 403):
        client.list_objects_v2(Bucket=secret_object[0])
    with s3_error("AccessDenied", 403):
        read(make_s3(assumer), secret_object)
    with s3_error(("InvalidToken", "InvalidAccessKeyId", "AccessDenied")):
        read(make_s3(Credentials(session.id, session.secret)), secret_object)
