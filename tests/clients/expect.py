"""One way to say that a call must fail, for each family of clients."""

import contextlib

import alibabacloud_oss_v2.exceptions as ossv2_exceptions
import botocore.exceptions
import oss2.exceptions
import pytest
from harness import RpcError


def fits(got, expected) -> bool:
    """Whether a code or a status is the expected one, or one of those; None expects nothing in particular."""
    return expected is None or got in (expected if isinstance(expected, tuple) else (expected,))


@contextlib.contextmanager
def s3_error(code: str | tuple | None, status: int | None = None):
    """The boto3 call inside has to fail with this code (or one of these, or any of the caller's) and status."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        yield caught
    answer = caught.value.response
    assert fits(answer["Error"]["Code"], code), answer
    assert 300 <= answer["ResponseMetadata"]["HTTPStatusCode"] < 500 or status, answer
    assert fits(answer["ResponseMetadata"]["HTTPStatusCode"], status), answer


@contextlib.contextmanager
def iam_error(code: str, status: int | None = None):
    """The call of boto3's `iam` or `sts` inside has to fail so, in the form that those two have for errors."""
    with s3_error(code, status) as caught:
        yield caught
    answer = caught.value.response
    assert answer["ResponseMetadata"]["RequestId"] and answer["Error"]["Type"] == "Sender", answer


@contextlib.contextmanager
def oss_error(code: str | tuple, status: int | None = None):
    """The oss2 call inside has to fail with this code and status."""
    with pytest.raises(oss2.exceptions.OssError) as caught:
        yield caught
    error = caught.value
    assert fits(error.code, code) and fits(error.status, status), error
    assert error.request_id, error


@contextlib.contextmanager
def ossv2_error(code: str, status: int | None = None):
    """The alibabacloud-oss-v2 call inside has to fail with this code and status."""
    with pytest.raises(ossv2_exceptions.OperationError) as caught:
        yield caught
    error = caught.value.unwrap()
    assert isinstance(error, ossv2_exceptions.ServiceError), caught.value
    assert fits(error.code, code) and fits(error.status_code, status), error


@contextlib.contextmanager
def rpc_error(code: str | tuple | None, status: int | tuple | None = None):
    """The call by hand inside has to fail with this code and status (or one of these, or any where it is None)."""
    with pytest.raises(RpcError) as caught:
        yield caught
    error = caught.value
    assert fits(error.code, code) and fits(error.status, status), error
