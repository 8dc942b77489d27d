"""One way to say that a call must fail, for each family of clients."""

import contextlib

import alibabacloud_oss_v2.exceptions as ossv2_exceptions
import botocore.exceptions
import oss2.exceptions
import pytest
from aliyunsdkcore.acs_exception.exceptions import ServerException
from Tea.exceptions import TeaException


@contextlib.contextmanager
def s3_error(code: str | tuple | None, status: int | None = None):
    """The S3 call inside has to fail with this code (or one of these, or any of the caller's) and status."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        yield caught
    answer = caught.value.response
    if code is not None:
        assert answer["Error"]["Code"] in ((code,) if isinstance(code, str) else code), answer
    assert 300 <= answer["ResponseMetadata"]["HTTPStatusCode"] < 500 or status, answer
    assert status in (None, answer["ResponseMetadata"]["HTTPStatusCode"]), answer


@contextlib.contextmanager
def oss_error(code: str | tuple, status: int | None = None):
    """The oss2 call inside has to fail with this code and status."""
    with pytest.raises(oss2.exceptions.OssError) as caught:
        yield caught
    error = caught.value
    assert error.code in ((code,) if isinstance(code, str) else code), error
    assert status in (None, error.status), error
    assert error.request_id, error


@contextlib.contextmanager
def ossv2_error(code: str, status: int | None = None):
    """The alibabacloud-oss-v2 call inside has to fail with this code and status."""
    with pytest.raises(ossv2_exceptions.OperationError) as caught:
        yield caught
    error = caught.value.unwrap()
    assert isinstance(error, ossv2_exceptions.ServiceError), caught.value
    assert error.code == code, error
    assert status in (None, error.status_code), error


@contextlib.contextmanager
def tea_error(code: str, status: int | None = None):
    """The Tea call inside has to fail with this code and status."""
    with pytest.raises(TeaException) as caught:
        yield caught
    assert caught.value.code == code, caught.value
    assert status in (None, getattr(caught.value, "status_code", None)), caught.value


@contextlib.contextmanager
def legacy_error(code: str, status: int | None = None):
    """The aliyun-python-sdk call inside has to fail with this code and status."""
    with pytest.raises(ServerException) as caught:
        yield caught
    assert caught.value.get_error_code() == code, caught.value
    assert status in (None, caught.value.get_http_status()), caught.value
