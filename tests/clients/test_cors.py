"""Pages of other origins: rules through each client, and what a browser asks and is told."""

import http.client
import urllib.parse

import alibabacloud_oss_v2 as oss
import oss2
import oss2.models
import pytest
from expect import s3_error
from harness import REGION

RULES = [
    {
        "ID": "app",
        "AllowedOrigins": ["https://*.app.example"],
        "AllowedMethods": ["GET", "PUT"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["ETag", "x-amz-request-id"],
        "MaxAgeSeconds": 600,
    },
    {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]},
]


def ask(server, method, target, headers, body=None):
    """What a browser sends: by its own client, which adds nothing."""
    place = urllib.parse.urlsplit(server.url)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=20)
    connection.request(method, target, body=body, headers=headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer, content


def preflight(server, target, origin, method, headers=""):
    asked = {"Origin": origin, "Access-Control-Request-Method": method}
    if headers:
        asked["Access-Control-Request-Headers"] = headers
    return ask(server, "OPTIONS", target, asked)[0]


def test_boto3(server, s3, bucket):
    with s3_error("NoSuchCORSConfiguration", 404):
        s3.get_bucket_cors(Bucket=bucket)
    assert preflight(server, f"/{bucket}/k", "https://x.app.example", "PUT").status == 403
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": RULES})
    assert s3.get_bucket_cors(Bucket=bucket)["CORSRules"] == RULES
    with s3_error("InvalidArgument", 400):
        odd = [{"AllowedOrigins": ["http://*.*"], "AllowedMethods": ["GET"]}]
        s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": odd})
    assert s3.get_bucket_cors(Bucket=bucket)["CORSRules"] == RULES

    granted = preflight(server, f"/{bucket}/k", "https://x.app.example", "PUT", "authorization,x-amz-date,content-type")
    assert granted.status == 200
    assert granted.headers["Access-Control-Allow-Origin"] == "https://x.app.example"
    assert granted.headers["Access-Control-Allow-Methods"] == "GET, PUT"
    assert granted.headers["Access-Control-Allow-Headers"] == "authorization, x-amz-date, content-type"
    assert granted.headers["Access-Control-Max-Age"] == "600"
    assert "Origin" in granted.headers["Vary"]
    assert preflight(server, f"/{bucket}/k", "https://other.example", "PUT").status == 403
    assert preflight(server, f"/{bucket}/k", "https://other.example", "GET").headers["Access-Control-Allow-Origin"] == "*"

    # A page stores and reads by signed URLs, whose preflights carry the URL's query.
    put = s3.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "k"})
    target = put.removeprefix(server.url)
    assert preflight(server, target, "https://x.app.example", "PUT").status == 200
    page = {"Origin": "https://x.app.example"}
    stored, _ = ask(server, "PUT", target, page, b"from a page")
    assert (stored.status, stored.headers["Access-Control-Allow-Origin"]) == (200, "https://x.app.example")
    assert stored.headers["Access-Control-Expose-Headers"] == "ETag, x-amz-request-id"
    get = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "k"}).removeprefix(server.url)
    read, content = ask(server, "GET", get, page)
    assert (content, read.headers["Access-Control-Allow-Origin"]) == (b"from a page", "https://x.app.example")
    refused, _ = ask(server, "GET", f"/{bucket}/k", page)
    assert (refused.status, refused.headers["Access-Control-Allow-Origin"]) == (403, "https://x.app.example")
    plain, _ = ask(server, "GET", get, {})
    assert plain.status == 200 and "Access-Control-Allow-Origin" not in plain.headers and "Vary" not in plain.headers
    s3.delete_bucket_cors(Bucket=bucket)
    assert preflight(server, f"/{bucket}/k", "https://x.app.example", "PUT").status == 403


@pytest.mark.parametrize("version", ["v1", "v4"])
def test_oss2(server, root, bucket, version):
    auth = {"v1": oss2.Auth, "v4": oss2.AuthV4}[version](root.id, root.secret)
    box = oss2.Bucket(auth, server.url, bucket, region=REGION)
    with pytest.raises(oss2.exceptions.NoSuchCors):
        box.get_bucket_cors()
    rule = oss2.models.CorsRule(["https://a.example"], ["GET", "PUT"], ["x-oss-*"], ["ETag"], 60)
    box.put_bucket_cors(oss2.models.BucketCors([rule]))
    (kept,) = box.get_bucket_cors().rules
    assert (kept.allowed_origins, kept.allowed_methods) == (["https://a.example"], ["GET", "PUT"])
    assert (kept.allowed_headers, kept.expose_headers, kept.max_age_seconds) == (["x-oss-*"], ["ETag"], 60)
    granted = preflight(server, f"/{bucket}/k", "https://a.example", "PUT", "x-oss-meta-a")
    assert granted.headers["Access-Control-Allow-Headers"] == "x-oss-meta-a"
    url = box.sign_url("PUT", "k", 60).removeprefix(server.url)
    assert preflight(server, url, "https://a.example", "PUT").status == 200
    stored, _ = ask(server, "PUT", url, {"Origin": "https://a.example"}, b"x")
    assert (stored.status, stored.headers["Access-Control-Allow-Origin"]) == (200, "https://a.example")
    box.delete_bucket_cors()
    with pytest.raises(oss2.exceptions.NoSuchCors):
        box.get_bucket_cors()


def test_oss_v2(server, root, bucket, s3):
    keys = oss.credentials.StaticCredentialsProvider(root.id, root.secret)
    client = oss.Client(oss.config.Config(region=REGION, endpoint=server.url, credentials_provider=keys))
    rule = oss.CORSRule(allowed_origins=["*"], allowed_methods=["GET"], allowed_headers=["*"], max_age_seconds=5)
    rules = oss.CORSConfiguration(cors_rules=[rule], response_vary=True)
    client.put_bucket_cors(oss.PutBucketCorsRequest(bucket=bucket, cors_configuration=rules))
    kept = client.get_bucket_cors(oss.GetBucketCorsRequest(bucket=bucket)).cors_configuration
    assert kept.response_vary and kept.cors_rules[0].allowed_origins == ["*"]
    # The same rules through the other dialect.
    assert s3.get_bucket_cors(Bucket=bucket)["CORSRules"][0]["AllowedMethods"] == ["GET"]
    request = oss.OptionObjectRequest(
        bucket=bucket,
        key="k",
        origin="https://a.example",
        access_control_request_method="GET",
        access_control_request_headers="x-a",
    )
    granted = client.option_object(request)
    assert (granted.access_control_allow_origin, granted.access_control_allow_headers) == ("*", "x-a")
    client.delete_bucket_cors(oss.DeleteBucketCorsRequest(bucket=bucket))
    with pytest.raises(oss.exceptions.OperationError, match="NoSuchCORSConfiguration"):
        client.get_bucket_cors(oss.GetBucketCorsRequest(bucket=bucket))
