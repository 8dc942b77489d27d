"""Identities through the SDK of IMS, the newer interface, which names users by their account's domain."""

import base64

import pytest
from harness import Connections, Rpc, allow, fresh, totp
from served import ELSEWHERE, served
from services import caller, refused

PASSWORD, OTHER = "correct horse", "battery staple"


def domain(account: str) -> str:
    return f"{account}.onaliyun.com"


@pytest.fixture
def ims(newer_sdk, server, root):
    """Calls IMS as root of the first account; the legacy SDK does not know this interface."""
    return caller(newer_sdk(server, root), "ims")


@pytest.fixture
def user(ims, root):
    """The principal name of a new user."""
    name = f"{fresh('user')}@{domain(root.account)}"
    ims("CreateUser", UserPrincipalName=name, DisplayName="A Tester", Comments="made by a test", Email="a@example.com")
    return name


def plain(user: str) -> str:
    return user.split("@")[0]


def test_users(ims, rpc, user):
    told = ims("GetUser", UserPrincipalName=user)["User"]
    assert (told["UserPrincipalName"], told["DisplayName"], told["Comments"]) == (user, "A Tester", "made by a test")
    assert told["Email"] == "a@example.com" and told["CreateDate"].endswith("Z")
    # It is the user that the older interface has, and policies mean.
    assert rpc.call("ram", "GetUser", UserName=plain(user))["User"]["UserId"] == told["UserId"]
    with refused("EntityAlreadyExists.User", 409):
        ims("CreateUser", UserPrincipalName=user)
    renamed = user.replace("user-", "renamed-")
    changed = ims("UpdateUser", UserPrincipalName=user, NewUserPrincipalName=renamed, NewDisplayName="Another")["User"]
    assert (changed["UserPrincipalName"], changed["DisplayName"]) == (renamed, "Another")
    assert (changed["UserId"], changed["Comments"]) == (told["UserId"], "made by a test")
    with refused("EntityNotExist.User", 404):
        ims("GetUser", UserPrincipalName=user)
    ims("DeleteUser", UserPrincipalName=renamed)
    with refused("EntityNotExist.User", 404):
        ims("DeleteUser", UserPrincipalName=renamed)


def test_a_user_asks_for_itself(newer_sdk, server, people, root):
    """Without a name, keys are the caller's."""
    person = people.user(allow("ram:*"))
    own = caller(newer_sdk(server, person), "ims")
    assert [key["AccessKeyId"] for key in own("ListAccessKeys")["AccessKeys"]["AccessKey"]] == [person.id]
    second = own("CreateAccessKey")["AccessKey"]["AccessKeyId"]
    own("UpdateAccessKey", UserAccessKeyId=second, Status="Inactive")
    own("GetAccessKeyLastUsed", UserAccessKeyId=second)
    own("DeleteAccessKey", UserAccessKeyId=second)


def test_users_are_listed_by_pages(ims, user, root):
    others = [f"{fresh('user')}@{domain(root.account)}" for _ in range(2)]
    for other in others:
        ims("CreateUser", UserPrincipalName=other)
    names, marker = [], {}
    while True:
        page = ims("ListUsers", MaxItems=2, **marker)
        names += [found["UserPrincipalName"] for found in page["Users"]["User"]]
        if not page["IsTruncated"]:
            break
        marker = {"Marker": page["Marker"]}
    assert {user, *others} <= set(names) and len(names) == len(set(names))


def test_access_keys(ims, newer_sdk, server, user):
    named = {"UserPrincipalName": user}
    made = ims("CreateAccessKey", **named)["AccessKey"]
    assert made["Status"] == "Active" and made["AccessKeySecret"]
    second = ims("CreateAccessKey", **named)["AccessKey"]
    with refused("LimitExceeded.User.AccessKey", 409):
        ims("CreateAccessKey", **named)
    key = {**named, "UserAccessKeyId": made["AccessKeyId"]}
    assert ims("GetAccessKeyLastUsed", **key)["AccessKeyLastUsed"].get("LastUsedDate", "") == ""
    ims("UpdateAccessKey", Status="Inactive", **key)
    listed = ims("ListAccessKeys", **named)["AccessKeys"]["AccessKey"]
    states = {found["AccessKeyId"]: found["Status"] for found in listed}
    assert states == {made["AccessKeyId"]: "Inactive", second["AccessKeyId"]: "Active"}
    assert not any("AccessKeySecret" in found for found in listed)
    with refused("DeleteConflict.User.AccessKey", 409):
        ims("DeleteUser", **named)
    for one in (made, second):
        ims("DeleteAccessKey", UserAccessKeyId=one["AccessKeyId"], **named)
    with refused("EntityNotExist.User.AccessKey", 404):
        ims("DeleteAccessKey", **key)
    ims("DeleteUser", **named)


def test_when_a_key_was_last_used(ims, people, server, root):
    person = people.user()
    Rpc(server, person).call("sts", "GetCallerIdentity")
    named = {"UserPrincipalName": f"{person.user}@{domain(root.account)}", "UserAccessKeyId": person.id}
    assert ims("GetAccessKeyLastUsed", **named)["AccessKeyLastUsed"]["LastUsedDate"].endswith("Z")


def test_groups(ims, user):
    group, renamed = fresh("group"), fresh("group")
    made = ims("CreateGroup", GroupName=group, Comments="staff")["Group"]
    assert (made["GroupName"], made["Comments"]) == (group, "staff")
    with refused("EntityAlreadyExists.Group", 409):
        ims("CreateGroup", GroupName=group)
    both = {"GroupName": group, "UserPrincipalName": user}
    ims("AddUserToGroup", **both)
    with refused("EntityAlreadyExists.User.Group", 409):
        ims("AddUserToGroup", **both)
    members = ims("ListUsersForGroup", GroupName=group)
    assert [found["UserPrincipalName"] for found in members["Users"]["User"]] == [user] and not members["IsTruncated"]
    groups = ims("ListGroupsForUser", UserPrincipalName=user)
    assert [found["GroupName"] for found in groups["Groups"]["Group"]] == [group]
    with refused("DeleteConflict.Group.User", 409):
        ims("DeleteGroup", GroupName=group)
    with refused("DeleteConflict.User.Group", 409):
        ims("DeleteUser", UserPrincipalName=user)
    ims("RemoveUserFromGroup", **both)
    with refused("EntityNotExist.User.Group", 404):
        ims("RemoveUserFromGroup", **both)
    told = ims("UpdateGroup", GroupName=group, NewGroupName=renamed, NewComments="others")["Group"]
    assert (told["GroupName"], told["Comments"], told["GroupId"]) == (renamed, "others", made["GroupId"])
    assert ims("GetGroup", GroupName=renamed)["Group"]["Comments"] == "others"
    assert renamed in [found["GroupName"] for found in ims("ListGroups", MaxItems=1000)["Groups"]["Group"]]
    ims("DeleteGroup", GroupName=renamed)
    with refused("EntityNotExist.Group", 404):
        ims("GetGroup", GroupName=renamed)


def test_login_profiles(ims, user):
    named = {"UserPrincipalName": user}
    with refused("EntityNotExist.User.LoginProfile", 404):
        ims("GetLoginProfile", **named)
    made = ims("CreateLoginProfile", Password=PASSWORD, PasswordResetRequired=True, Status="Active", **named)["LoginProfile"]
    assert (made["UserPrincipalName"], made["PasswordResetRequired"], made["Status"]) == (user, True, "Active")
    with refused("EntityAlreadyExists.User.LoginProfile", 409):
        ims("CreateLoginProfile", Password=PASSWORD, **named)
    changed = ims("UpdateLoginProfile", Password=OTHER, PasswordResetRequired=False, MFABindRequired=True, **named)
    told = ims("GetLoginProfile", **named)["LoginProfile"]
    assert (told["PasswordResetRequired"], told["MFABindRequired"], told["Status"]) == (False, True, "Active")
    assert changed["LoginProfile"]["MFABindRequired"] is True
    with refused("DeleteConflict.User.LoginProfile", 409):
        ims("DeleteUser", **named)
    ims("DeleteLoginProfile", **named)
    with refused("EntityNotExist.User.LoginProfile", 404):
        ims("DeleteLoginProfile", **named)
    ims("DeleteUser", **named)


def test_a_user_changes_its_own_password(ims, newer_sdk, server, people, root):
    person = people.user()
    own = caller(newer_sdk(server, person), "ims")
    ims("CreateLoginProfile", UserPrincipalName=f"{person.user}@{domain(root.account)}", Password=PASSWORD)
    with refused("InvalidParameter.OldPassword", 400):
        own("ChangePassword", OldPassword=OTHER, NewPassword=PASSWORD)
    own("ChangePassword", OldPassword=PASSWORD, NewPassword=OTHER)
    with refused("InvalidParameter.OldPassword", 400):
        own("ChangePassword", OldPassword=PASSWORD, NewPassword=OTHER)


def test_devices(ims, user, root):
    name = fresh("device")
    made = ims("CreateVirtualMFADevice", VirtualMFADeviceName=name)["VirtualMFADevice"]
    serial, seed = made["SerialNumber"], made["Base32StringSeed"]
    assert serial == f"acs:ram::{root.account}:mfa/{name}"
    assert base64.b64decode(made["QRCodePNG"]).startswith(b"\x89PNG")
    named, bind = {"UserPrincipalName": user}, {"UserPrincipalName": user, "SerialNumber": serial}
    with refused("CheckAuthenticationCodeFail", 403):
        ims("BindMFADevice", AuthenticationCode1=totp(seed, 1), AuthenticationCode2=totp(seed), **bind)
    with refused("EntityNotExist.User.MFADevice", 404):
        ims("GetUserMFAInfo", **named)
    ims("BindMFADevice", AuthenticationCode1=totp(seed, -1), AuthenticationCode2=totp(seed), **bind)
    told = ims("GetUserMFAInfo", **named)
    assert (told["MFADevice"]["SerialNumber"], told["IsMFAEnable"]) == (serial, True)
    listed = ims("ListVirtualMFADevices")
    found = [one for one in listed["VirtualMFADevices"]["VirtualMFADevice"] if one["SerialNumber"] == serial]
    assert [one["User"]["UserPrincipalName"] for one in found] == [user] and not listed["IsTruncated"]
    with refused("DeleteConflict.VirtualMFADevice.User", 409):
        ims("DeleteVirtualMFADevice", SerialNumber=serial)
    assert ims("UnbindMFADevice", **named)["MFADevice"]["SerialNumber"] == serial
    with refused("EntityNotExist.User.MFADevice", 404):
        ims("UnbindMFADevice", **named)
    ims("DeleteVirtualMFADevice", SerialNumber=serial)
    with refused("EntityNotExist.VirtualMFADevice", 404):
        ims("DeleteVirtualMFADevice", SerialNumber=serial)


def test_a_device_is_disabled_at_once(ims, user):
    device = ims("CreateVirtualMFADevice", VirtualMFADeviceName=fresh("device"))["VirtualMFADevice"]
    serial, seed = device["SerialNumber"], device["Base32StringSeed"]
    codes = {"AuthenticationCode1": totp(seed, -1), "AuthenticationCode2": totp(seed)}
    ims("BindMFADevice", UserPrincipalName=user, SerialNumber=serial, **codes)
    ims("DisableVirtualMFA", UserPrincipalName=user)
    for refusal, action, given in (
        ("EntityNotExist.User.MFADevice", "DisableVirtualMFA", {"UserPrincipalName": user}),
        ("EntityNotExist.VirtualMFADevice", "DeleteVirtualMFADevice", {"SerialNumber": serial}),
    ):
        with refused(refusal, 404):
            ims(action, **given)


def test_devices_come_in_pages(ims):
    made = {ims("CreateVirtualMFADevice", VirtualMFADeviceName=fresh("device"))["VirtualMFADevice"]["SerialNumber"] for _ in range(3)}
    seen, marker = set(), None
    while True:
        page = ims("ListVirtualMFADevices", MaxItems=2, **({"Marker": marker} if marker else {}))
        found = [one["SerialNumber"] for one in page["VirtualMFADevices"]["VirtualMFADevice"]]
        assert len(found) <= 2 and not seen & set(found)
        seen |= set(found)
        if not page["IsTruncated"]:
            break
        marker = page["Marker"]
    assert made <= seen
    for serial in made:
        ims("DeleteVirtualMFADevice", SerialNumber=serial)


def test_users_are_found_by_their_tags(ims, user, root):
    team = fresh("team")
    ims("TagResources", ResourceType="user", ResourcePrincipalName=[user], Tag=[{"Key": "team", "Value": team}])
    for action, members in (("ListUsers", ("Users", "User")), ("ListUserBasicInfos", ("UserBasicInfos", "UserBasicInfo"))):
        found = ims(action, Tag=[{"Key": "team", "Value": team}])
        assert [one["UserPrincipalName"] for one in found[members[0]][members[1]]] == [user]
        assert not ims(action, Tag=[{"Key": "team", "Value": fresh("team")}])[members[0]][members[1]]
        assert not ims(action, Status="freeze")[members[0]][members[1]]
    basic = ims("ListUserBasicInfos", Tag=[{"Key": "team", "Value": team}])["UserBasicInfos"]["UserBasicInfo"][0]
    assert (basic["DisplayName"], basic["Status"]) == ("A Tester", "active")


class World:
    """A user with all that a user can have, a group and a device, of one account."""

    def __init__(self, server, owner):
        self.by_hand, self.account = caller(Rpc(server, owner, Connections()), "ims"), owner.account
        self.user, self.group = f"{fresh('user')}@{domain(owner.account)}", fresh("group")
        self.by_hand("CreateUser", UserPrincipalName=self.user)
        self.by_hand("CreateGroup", GroupName=self.group)
        self.by_hand("CreateLoginProfile", UserPrincipalName=self.user, Password=PASSWORD)
        self.key = self.by_hand("CreateAccessKey", UserPrincipalName=self.user)["AccessKey"]["AccessKeyId"]
        device = self.by_hand("CreateVirtualMFADevice", VirtualMFADeviceName=fresh("device"))
        self.serial = device["VirtualMFADevice"]["SerialNumber"]

    def state(self):
        """What refused calls must leave as it is."""
        user, group = {"UserPrincipalName": self.user}, {"GroupName": self.group}
        told = [self.by_hand(action, **user) for action in ("GetUser", "GetLoginProfile", "ListAccessKeys")]
        told += [self.by_hand("ListGroupsForUser", **user)]
        told += [self.by_hand(action, **group) for action in ("GetGroup", "ListUsersForGroup")]
        told += [self.by_hand(action) for action in ("ListUsers", "ListGroups", "ListVirtualMFADevices")]
        return [{name: value for name, value in one.items() if name != "RequestId"} for one in told]


@pytest.fixture(scope="module")
def world(server, root):
    return World(server, root)


def complete(world) -> dict:
    """For each action the parameters it cannot do without, all of them right."""
    user, group, key = {"UserPrincipalName": world.user}, {"GroupName": world.group}, {"UserAccessKeyId": world.key}
    device, codes = {"SerialNumber": world.serial}, {"AuthenticationCode1": "000000", "AuthenticationCode2": "000001"}
    return {
        "CreateUser": {"UserPrincipalName": f"{fresh('user')}@{domain(world.account)}"},
        **dict.fromkeys(("GetUser", "UpdateUser", "DeleteUser", "ListGroupsForUser"), user),
        **dict.fromkeys(("GetLoginProfile", "UpdateLoginProfile", "DeleteLoginProfile"), user),
        **dict.fromkeys(("UnbindMFADevice", "DisableVirtualMFA", "GetUserMFAInfo"), user),
        **dict.fromkeys(("ListUsers", "ListUserBasicInfos", "ListGroups", "ListVirtualMFADevices"), {}),
        **dict.fromkeys(("CreateAccessKey", "ListAccessKeys"), {}),
        **dict.fromkeys(("DeleteAccessKey", "GetAccessKeyLastUsed"), key),
        "UpdateAccessKey": {**key, "Status": "Inactive"},
        "CreateGroup": {"GroupName": fresh("group")},
        **dict.fromkeys(("GetGroup", "UpdateGroup", "DeleteGroup", "ListUsersForGroup"), group),
        **dict.fromkeys(("AddUserToGroup", "RemoveUserFromGroup"), {**user, **group}),
        "CreateLoginProfile": {**user, "Password": PASSWORD},
        "ChangePassword": {"OldPassword": PASSWORD, "NewPassword": OTHER},
        "CreateVirtualMFADevice": {"VirtualMFADeviceName": fresh("device")},
        "DeleteVirtualMFADevice": device,
        "BindMFADevice": {**user, **device, **codes},
    }


NO_USER, NO_GROUP = ("EntityNotExist.User", 404), ("EntityNotExist.Group", 404)
NO_KEY, NO_DEVICE = ("EntityNotExist.User.AccessKey", 404), ("EntityNotExist.VirtualMFADevice", 404)
WEAK, UNSUPPORTED = ("InvalidParameter.Password.TooWeak", 400), ("UnsupportedOperation", 400)


def wrong(world) -> list:
    """Calls with one parameter that is wrong: the action, the parameter, its value, and what the answer is."""
    here = domain(world.account)
    names = [(value, None) for value in ("plain", f"a b@{here}", f"@{here}", f"{'x' * 65}@{here}")]
    names += [(f"{plain(world.user)}@{domain('1')}", NO_USER), (f"a@b@{here}", NO_USER)]
    users, groups = [*names, (f"nobody@{here}", NO_USER)], [("a b", None), ("x" * 65, None), ("nobody", NO_GROUP)]
    keys = [("x y", None), ("short", None), ("LTAI5tNobodyNobodyNobody", NO_KEY)]
    pages = [("0", None), ("1001", None), ("x", None)]
    devices = [("x", None), (f"acs:ram::{world.account}:mfa/none", NO_DEVICE), ("acs:ram::1:mfa/none", None)]
    profiles = [("Inactive", None), ("perhaps", None)]
    table = [
        *[(action, "UserPrincipalName", users) for action, given in complete(world).items() if "UserPrincipalName" in given],
        *[(action, "UserPrincipalName", users) for action in ("CreateAccessKey", "ListAccessKeys", "UpdateAccessKey")],
        *[(action, "UserPrincipalName", users) for action in ("DeleteAccessKey", "GetAccessKeyLastUsed")],
        *[(action, "GroupName", groups) for action, given in complete(world).items() if "GroupName" in given],
        *[(action, "UserAccessKeyId", keys) for action, given in complete(world).items() if "UserAccessKeyId" in given],
        *[(action, "MaxItems", pages) for action in ("ListUsers", "ListGroups", "ListUsersForGroup")],
        *[(action, "SerialNumber", devices) for action in ("DeleteVirtualMFADevice", "BindMFADevice")],
        *[(action, "UserId", [("1", UNSUPPORTED)]) for action in ("GetUser", "UpdateUser", "DeleteUser")],
        *[(action, "Status", [("asleep", None)]) for action in ("ListUsers", "ListUserBasicInfos")],
        *[(action, "MaxItems", pages) for action in ("ListUserBasicInfos", "ListVirtualMFADevices")],
        *[(action, "Status", profiles) for action in ("CreateLoginProfile", "UpdateLoginProfile")],
        *[(action, "MFABindRequired", [("perhaps", None)]) for action in ("CreateLoginProfile", "UpdateLoginProfile")],
        *[("BindMFADevice", f"AuthenticationCode{number}", [("x", None), ("abcdef", None)]) for number in (1, 2)],
        ("GetUser", "UserAccessKeyId", [(world.key, UNSUPPORTED)]),
        ("UpdateUser", "NewUserPrincipalName", names),
        ("UpdateAccessKey", "Status", [("perhaps", None)]),
        ("CreateGroup", "DisplayName", [("x", UNSUPPORTED)]),
        ("UpdateGroup", "NewDisplayName", [("x", UNSUPPORTED)]),
        ("UpdateGroup", "NewGroupName", [("a b", None)]),
        ("UpdateLoginProfile", "Password", [("short", WEAK), ("x" * 33, None)]),
        ("CreateLoginProfile", "Password", [("x" * 33, None)]),
        ("CreateVirtualMFADevice", "VirtualMFADeviceName", [("a b", None)]),
    ]
    creates = {"CreateUser": NO_USER, "CreateGroup": NO_GROUP}
    for action, parameter, values in table:
        for value, expected in values:
            # What is to be made is not there yet: only its name can be wrong.
            if expected is None or creates.get(action) != expected or "nobody" not in value:
                yield action, parameter, value, expected or (f"InvalidParameter.{parameter}.Format", 400)


def answers(call, action, **given) -> tuple:
    """Code, status and text of a call that has to fail."""
    with refused(None) as caught:
        call(action, **given)
    error = caught.value.data
    return (error["Code"], error["statusCode"]), error["Message"]


def test_every_served_action_is_here(world):
    assert complete(world).keys() == served("ims") - ELSEWHERE["ims"]


def test_bad_input(ims, world):
    before, bad, tried = world.state(), [], 0
    for action, given in complete(world).items():
        for name in given:
            got, text = answers(ims, action, **{other: value for other, value in given.items() if other != name})
            if got != ("MissingParameter", 400) or name not in text:
                bad.append((action, name, got, text))
    for action, name, value, expected in wrong(world):
        got, text = answers(ims, action, **{**complete(world)[action], name: value})
        tried += 1
        if got != expected or expected[1] == 400 and expected != WEAK and name not in text:
            bad.append((action, name, value, got, text))
    assert not bad, "\n".join(map(str, bad))
    assert tried > 100 and world.state() == before


def test_who_is_allowed_nothing_may_nothing(newer_sdk, server, people, world):
    """A user's own password, keys and devices are for the account's preferences to say; this one is about others."""
    nobody, before = caller(newer_sdk(server, people.user(allow("oss:*"))), "ims"), world.state()
    about = {"CreateAccessKey": {"UserPrincipalName": world.user}, "ListAccessKeys": {"UserPrincipalName": world.user}}
    for action, given in complete(world).items():
        if action == "ChangePassword":
            continue
        assert answers(nobody, action, **about.get(action, given))[0] == ("NoPermission", 403), action
    assert world.state() == before


def test_each_action_is_allowed_alone(newer_sdk, server, people, world):
    """Who may only look at users may do that, and nothing else."""
    reader = caller(newer_sdk(server, people.user(allow("ram:GetUser"))), "ims")
    assert reader("GetUser", UserPrincipalName=world.user)["User"]["UserPrincipalName"] == world.user
    for action in ("UpdateUser", "DeleteUser", "GetLoginProfile"):
        assert answers(reader, action, UserPrincipalName=world.user)[0] == ("NoPermission", 403), action


def test_another_account_sees_nothing(newer_sdk, server, second, world):
    other, before = caller(newer_sdk(server, second), "ims"), world.state()
    theirs = f"{fresh('user')}@{domain(second.account)}"
    other("CreateUser", UserPrincipalName=theirs)
    about = {"CreateAccessKey": {"UserPrincipalName": world.user}, "ListAccessKeys": {"UserPrincipalName": world.user}}
    for action, given in complete(world).items():
        given = about.get(action, given)
        if "UserPrincipalName" in given:
            assert answers(other, action, **given)[0] == NO_USER, action
        elif action in ("GetGroup", "UpdateGroup", "DeleteGroup", "ListUsersForGroup"):
            assert answers(other, action, **given)[0] == NO_GROUP, action
        elif "SerialNumber" in given:
            assert answers(other, action, **given)[0] == NO_DEVICE, action
        elif "UserAccessKeyId" in given:
            assert answers(other, action, UserPrincipalName=theirs, **given)[0] == NO_KEY, action
    assert world.user not in [found["UserPrincipalName"] for found in other("ListUsers", MaxItems=1000)["Users"]["User"]]
    assert world.group not in [found["GroupName"] for found in other("ListGroups", MaxItems=1000)["Groups"]["Group"]]
    devices = other("ListVirtualMFADevices")["VirtualMFADevices"]["VirtualMFADevice"]
    assert world.serial not in [found["SerialNumber"] for found in devices]
    other("DeleteUser", UserPrincipalName=theirs)
    assert world.state() == before
