"""The current (Tea) and the legacy Alibaba SDKs behind one call, so that each test runs through both.

`call("kms", "Encrypt", KeyId=..., Plaintext=...)` finds the SDK's own request class and method for the action, and gives
back the answer as the SDK parsed it, with the names of the wire.
"""

import base64
import contextlib
import functools
import importlib
import json
import re

import boto3
import botocore.config
import pytest
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.auth.credentials import AccessKeyCredential, StsTokenCredential
from aliyunsdkcore.client import AcsClient
from alibabacloud_tea_openapi.models import Config
from expect import fits
from harness import CALLED, REGION, Credentials, Server
from Tea.exceptions import TeaException

TEA_PACKAGES = {
    "kms": "alibabacloud_kms20160120",
    "ram": "alibabacloud_ram20150501",
    "ims": "alibabacloud_ims20190815",
    "sts": "alibabacloud_sts20150401",
    "actiontrail": "alibabacloud_actiontrail20200706",
}
LEGACY_PACKAGES = {
    "kms": "aliyunsdkkms.request.v20160120",
    "ram": "aliyunsdkram.request.v20150501",
    "sts": "aliyunsdksts.request.v20150401",
}


class Tea:
    """The current SDKs; they sign with ACS3-HMAC-SHA256, or as told."""

    def __init__(self, server: Server, credentials: Credentials, **options):
        self.config = {
            "access_key_id": credentials.id,
            "access_key_secret": credentials.secret,
            "security_token": credentials.token,
            "endpoint": server.address,
            "protocol": "http",
            "region_id": REGION,
            **options,
        }

    def call(self, service: str, action: str, **given) -> dict:
        package = TEA_PACKAGES[service]
        models = importlib.import_module(f"{package}.models")
        client = importlib.import_module(f"{package}.client").Client(Config(**self.config))
        method = getattr(client, snake(action))
        # An action without parameters has no request class.
        request = getattr(models, f"{action}Request", None)
        answer = method(filled(request, given)) if request else method()
        assert answer.status_code == 200
        CALLED["tea", service].add(action)
        return answer.body.to_map()


class Legacy:
    """The old SDKs; they sign with the RPC scheme, HMAC-SHA1."""

    def __init__(self, server: Server, credentials: Credentials):
        if credentials.token:
            keys = StsTokenCredential(credentials.id, credentials.secret, credentials.token)
        else:
            keys = AccessKeyCredential(credentials.id, credentials.secret)
        self.client = AcsClient(region_id=REGION, credential=keys, auto_retry=False)
        self.address = server.address

    def call(self, service: str, action: str, **given) -> dict:
        name = f"{action}Request"
        request = getattr(importlib.import_module(f"{LEGACY_PACKAGES[service]}.{name}"), name)()
        request.set_protocol_type("http")
        request.set_endpoint(self.address)
        for parameter, value in given.items():
            # Where the wire numbers a list, the SDK's name has the plural.
            setter = getattr(request, f"set_{parameter}", None) or getattr(request, f"set_{parameter}s")
            setter(json.dumps(value) if isinstance(value, dict) else value)
        answer = json.loads(self.client.do_action_with_exception(request))
        CALLED["legacy", service].add(action)
        return answer


SDKS = {
    "tea": Tea,
    "tea-hmac-sha1": lambda server, credentials: Tea(server, credentials, signature_algorithm="v2"),
    "legacy": Legacy,
}
NEWER = [name for name in SDKS if name != "legacy"]


def filled(request, given: dict):
    """A request of this class from names of the wire."""
    if not any(isinstance(value, list) and isinstance(next(iter(value), None), dict) for value in given.values()):
        return request(**{snake(name): value for name, value in given.items()})
    # Structures in lists have classes of their own, which only this way finds; but it passes over what it does not know.
    made = request().from_map(given)
    unknown = given.keys() - made.to_map().keys()
    assert not unknown, f"{request.__name__} has no {unknown}"
    return made


def snake(name: str) -> str:
    """`PendingWindowInDays` is `pending_window_in_days`, and `BindMFADevice` is `bind_mfadevice`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[a-z])(?=[0-9]+$)", "_", name).lower()


@contextlib.contextmanager
def refused(code: str | tuple | None, status: int | None = None):
    """The call inside has to fail with this code (or one of these) and status, in whichever SDK."""
    with pytest.raises((TeaException, ServerException)) as caught:
        yield caught
    error = caught.value
    if isinstance(error, ServerException):
        got, got_status, request_id = error.get_error_code(), error.get_http_status(), error.get_request_id()
    else:
        data = error.data or {}
        got, got_status, request_id = error.code, data.get("statusCode"), data.get("RequestId")
    assert fits(got, code) and fits(got_status, status) and request_id, error


def caller(client, service: str):
    """A service through one of the SDKs, or by hand (`Rpc`), as a function of the action and its parameters."""
    return functools.partial(client.call, service)


def kms_of(client):
    return caller(client, "kms")


def new_key(kms, **given) -> str:
    """The id of a new key."""
    return kms("CreateKey", **given)["KeyMetadata"]["KeyId"]


def version_of(kms, key: str) -> str:
    """The version of a key that has only one."""
    (version,) = kms("ListKeyVersions", KeyId=key)["KeyVersions"]["KeyVersion"]
    return version["KeyVersionId"]


def drop(kms, key: str):
    """Schedules a key for deletion when a test is done with it, unless the test did."""
    if kms("DescribeKey", KeyId=key)["KeyMetadata"]["KeyState"] != "PendingDeletion":
        kms("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)


def encoded(plain: bytes) -> str:
    return base64.b64encode(plain).decode()


def decoded(text: str) -> bytes:
    return base64.b64decode(text)


def der(pem: str) -> bytes:
    """What stands in a PEM text."""
    return decoded("".join(pem.splitlines()[1:-1]))


# One for all clients: each new session would load boto3's descriptions of the services again, a quarter of a second.
SESSION = boto3.session.Session()


def aws_client(service: str, server: Server, credentials: Credentials | None, region: str = REGION, **options):
    """A client of boto3's with the defaults that users have, but without patience for failures. None is nobody."""
    config = {"retries": {"max_attempts": 1}, "connect_timeout": 5, "read_timeout": 60, **options}
    keys = {}
    if credentials:
        keys = {"aws_access_key_id": credentials.id, "aws_secret_access_key": credentials.secret}
        keys["aws_session_token"] = credentials.token
    else:
        config["signature_version"] = botocore.UNSIGNED
    config = botocore.config.Config(**config)
    return SESSION.client(service, endpoint_url=server.url, region_name=region, config=config, **keys)


def s3_client(server: Server, credentials: Credentials | None, **options):
    """An S3 client with those defaults. None is nobody."""
    return aws_client("s3", server, credentials, **options)
