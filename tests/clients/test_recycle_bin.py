"""What the newer interface to identities deletes is kept for a month, as its SDK shows it."""

import pytest
from expect import rpc_error
from harness import Rpc, Credentials, fresh
from services import caller, refused


@pytest.fixture
def ims(newer_sdk, server, root):
    return caller(newer_sdk(server, root), "ims")


@pytest.fixture
def user(ims, root):
    """The principal name and the id of a new user."""
    name = f"{fresh('user')}@{root.account}.onaliyun.com"
    return name, ims("CreateUser", UserPrincipalName=name, DisplayName="A Tester")["User"]["UserId"]


def test_a_user_is_deleted_shown_and_restored(ims, user):
    name, number = user
    ims("DeleteUser", UserPrincipalName=name)
    found = ims("ListUsersInRecycleBin", Filter=f"UserPrincipalName eq {name}")
    assert [one["UserId"] for one in found["Users"]["User"]] == [number] and not found["IsTruncated"]
    told = ims("GetUserInRecycleBin", UserId=number)["User"]
    assert (told["UserPrincipalName"], told["DisplayName"]) == (name, "A Tester")
    assert told["DeleteDate"] > told["RecycleDate"] >= told["CreateDate"]
    ims("RestoreUserFromRecycleBin", UserId=number)
    assert ims("GetUser", UserPrincipalName=name)["User"]["UserId"] == number
    with refused("EntityNotExist.User", 404):
        ims("RestoreUserFromRecycleBin", UserId=number)
    ims("DeleteUser", UserPrincipalName=name)
    ims("DeleteUserInRecycleBin", UserId=number)
    with refused("EntityNotExist.User", 404):
        ims("GetUserInRecycleBin", UserId=number)


def test_an_access_key_is_deleted_shown_and_restored(ims, server, root, user):
    name, number = user
    made = ims("CreateAccessKey", UserPrincipalName=name)["AccessKey"]
    key, own = {"UserAccessKeyId": made["AccessKeyId"]}, {"UserPrincipalName": name}
    session = Rpc(server, Credentials(made["AccessKeyId"], made["AccessKeySecret"], account=root.account))
    session.call("sts", "GetCallerIdentity")
    ims("DeleteAccessKey", **own, **key)
    with rpc_error("InvalidAccessKeyId.NotFound", 404):
        session.call("sts", "GetCallerIdentity")
    listed = ims("ListAccessKeysInRecycleBin", UserId=number)["AccessKeys"]["AccessKey"]
    assert [one["AccessKeyId"] for one in listed] == [made["AccessKeyId"]]
    told = ims("GetAccessKeyInfoInRecycleBin", **key)["AccessKey"]
    assert (told["UserId"], told["UserPrincipalName"], told["UserRecycled"]) == (number, name, False)
    assert ims("GetUser", **own)["User"]["UserId"] == number
    ims("RestoreAccessKeyFromRecycleBin", UserId=number, **key)
    # It is switched off until somebody wants it used.
    assert [one["Status"] for one in ims("ListAccessKeys", **own)["AccessKeys"]["AccessKey"]] == ["Inactive"]
    ims("UpdateAccessKey", **own, **key, Status="Active")
    session.call("sts", "GetCallerIdentity")
    ims("DeleteAccessKey", **own, **key)
    ims("DeleteAccessKeyInRecycleBin", UserId=number, **key)
    with refused("EntityNotExist.User.AccessKey", 404):
        ims("GetAccessKeyInfoInRecycleBin", **key)


def test_the_older_interface_deletes_at_once(ims, rpc, user):
    name, number = user
    rpc.call("ram", "DeleteUser", UserName=name.split("@")[0])
    with refused("EntityNotExist.User", 404):
        ims("GetUserInRecycleBin", UserId=number)
