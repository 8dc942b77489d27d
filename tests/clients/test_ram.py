"""Users, policies and roles through the current and the legacy RAM SDKs."""

import json

import pytest
from expect import s3_error
from harness import allow, document, fresh, trust
from services import caller, refused


@pytest.fixture
def policy(ram):
    name = fresh("policy")
    ram("CreatePolicy", PolicyName=name, PolicyDocument=document(allow("oss:GetObject")), Description="test")
    return name


def test_users(ram, user):
    told = ram("GetUser", UserName=user)["User"]
    assert (told["UserName"], told["DisplayName"], told["Comments"]) == (user, "A Tester", "made by a test")
    assert told["UserId"] and told["CreateDate"].endswith("Z")
    with refused("EntityAlreadyExists.User", 409):
        ram("CreateUser", UserName=user)
    ram("DeleteUser", UserName=user)
    with refused("EntityNotExist.User", 404):
        ram("GetUser", UserName=user)
    with refused("EntityNotExist.User", 404):
        ram("DeleteUser", UserName=user)


@pytest.mark.parametrize("name", ["a b", "a/b", "é", "x" * 65])
def test_bad_user_names_are_refused(ram, name):
    kinds = [f"InvalidParameter.UserName.{kind}" for kind in ("InvalidChars", "Length", "Format")]
    with refused(("InvalidParameter", *kinds), 400):
        ram("CreateUser", UserName=name)


def everyone(ram):
    names, marker = [], {}
    while True:
        page = ram("ListUsers", MaxItems=2, **marker)
        names += [found["UserName"] for found in page["Users"]["User"]]
        if not page["IsTruncated"]:
            return names
        marker = {"Marker": page["Marker"]}


def test_users_are_listed_by_pages(ram):
    made = [fresh("user") for _ in range(3)]
    for name in made:
        ram("CreateUser", UserName=name)
    names = everyone(ram)
    assert set(made) <= set(names) and len(names) == len(set(names))
    for name in made:
        ram("DeleteUser", UserName=name)


def test_access_keys(ram, user):
    made = ram("CreateAccessKey", UserName=user)["AccessKey"]
    assert (made["Status"], bool(made["AccessKeySecret"])) == ("Active", True)
    second = ram("CreateAccessKey", UserName=user)["AccessKey"]
    with refused("LimitExceeded.User.AccessKey", 409):
        ram("CreateAccessKey", UserName=user)
    listed = ram("ListAccessKeys", UserName=user)["AccessKeys"]["AccessKey"]
    assert {found["AccessKeyId"] for found in listed} == {made["AccessKeyId"], second["AccessKeyId"]}
    assert not any("AccessKeySecret" in found for found in listed)
    key = {"UserName": user, "UserAccessKeyId": made["AccessKeyId"]}
    ram("UpdateAccessKey", Status="Inactive", **key)
    states = {found["AccessKeyId"]: found["Status"] for found in ram("ListAccessKeys", UserName=user)["AccessKeys"]["AccessKey"]}
    assert states == {made["AccessKeyId"]: "Inactive", second["AccessKeyId"]: "Active"}
    with refused("DeleteConflict.User.AccessKey", 409):
        ram("DeleteUser", UserName=user)
    ram("DeleteAccessKey", **key)
    with refused("EntityNotExist.User.AccessKey", 404):
        ram("DeleteAccessKey", **key)
    ram("DeleteAccessKey", UserName=user, UserAccessKeyId=second["AccessKeyId"])
    ram("DeleteUser", UserName=user)


def test_when_a_key_was_last_used(ram, sdk, server, people):
    person = people.user(allow("sts:*"))
    key = {"UserName": person.user, "UserAccessKeyId": person.id}
    assert ram("GetAccessKeyLastUsed", **key)["AccessKeyLastUsed"].get("LastUsedDate", "") == ""
    sdk(server, person).call("sts", "GetCallerIdentity")
    assert ram("GetAccessKeyLastUsed", **key)["AccessKeyLastUsed"]["LastUsedDate"].endswith("Z")


def test_policies(ram, policy):
    told = ram("GetPolicy", PolicyName=policy, PolicyType="Custom")
    assert told["Policy"]["PolicyName"] == policy and told["Policy"]["DefaultVersion"] == "v1"
    text = told["DefaultPolicyVersion"]["PolicyDocument"]
    assert json.loads(text) == json.loads(document(allow("oss:GetObject")))
    with refused("EntityAlreadyExists.Policy", 409):
        ram("CreatePolicy", PolicyName=policy, PolicyDocument=document(allow("oss:*")))
    listed = ram("ListPolicies", PolicyType="Custom", MaxItems=1000)["Policies"]["Policy"]
    assert policy in [found["PolicyName"] for found in listed]
    ram("DeletePolicy", PolicyName=policy)
    with refused("EntityNotExist.Policy", 404):
        ram("GetPolicy", PolicyName=policy, PolicyType="Custom")


def test_system_policies(ram):
    listed = ram("ListPolicies", PolicyType="System", MaxItems=1000)["Policies"]["Policy"]
    names = {found["PolicyName"] for found in listed}
    assert {"AdministratorAccess", "AliyunOSSFullAccess", "AliyunKMSCryptoAccess", "AliyunSTSAssumeRoleAccess"} <= names
    told = ram("GetPolicy", PolicyName="AdministratorAccess", PolicyType="System")
    assert json.loads(told["DefaultPolicyVersion"]["PolicyDocument"])["Statement"][0]["Action"] in ("*", ["*"])


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"Version":"1"}',
        '{"Version":"2","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
        '{"Version":"1","Statement":[{"Effect":"Maybe","Action":"*","Resource":"*"}]}',
        '{"Version":"1","Statement":[{"Effect":"Allow","Action":"*"}]}',
        '{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","NotAction":"*","Resource":"*"}]}',
        '{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Odd":{"a":"b"}}}]}',
    ],
)
def test_broken_policies_are_refused(ram, text):
    with refused(("MalformedPolicyDocument", "InvalidParameter.PolicyDocument.Format"), 400):
        ram("CreatePolicy", PolicyName=fresh("policy"), PolicyDocument=text)


def test_attachment(ram, user, policy):
    attached = {"PolicyType": "Custom", "PolicyName": policy, "UserName": user}
    ram("AttachPolicyToUser", **attached)
    with refused("EntityAlreadyExists.User.Policy", 409):
        ram("AttachPolicyToUser", **attached)
    listed = ram("ListPoliciesForUser", UserName=user)["Policies"]["Policy"]
    assert [(found["PolicyName"], found["PolicyType"]) for found in listed] == [(policy, "Custom")]
    with refused("DeleteConflict.Policy.User", 409):
        ram("DeletePolicy", PolicyName=policy)
    with refused("DeleteConflict.User.Policy", 409):
        ram("DeleteUser", UserName=user)
    ram("DetachPolicyFromUser", **attached)
    with refused("EntityNotExist.User.Policy", 404):
        ram("DetachPolicyFromUser", **attached)
    ram("DeletePolicy", PolicyName=policy)
    ram("DeleteUser", UserName=user)


def test_roles(ram, root, policy):
    name = fresh("role")
    made = ram("CreateRole", RoleName=name, AssumeRolePolicyDocument=trust(root.account), Description="test")["Role"]
    assert made["Arn"] == f"acs:ram::{root.account}:role/{name}"
    with refused("EntityAlreadyExists.Role", 409):
        ram("CreateRole", RoleName=name, AssumeRolePolicyDocument=trust(root.account))
    told = ram("GetRole", RoleName=name)["Role"]
    assert (told["RoleId"], json.loads(told["AssumeRolePolicyDocument"])) == (made["RoleId"], json.loads(trust(root.account)))
    assert name in [found["RoleName"] for found in ram("ListRoles", MaxItems=1000)["Roles"]["Role"]]
    attached = {"PolicyType": "Custom", "PolicyName": policy, "RoleName": name}
    ram("AttachPolicyToRole", **attached)
    with refused("EntityAlreadyExists.Role.Policy", 409):
        ram("AttachPolicyToRole", **attached)
    held = ram("ListPoliciesForRole", RoleName=name)["Policies"]["Policy"]
    assert [(found["PolicyName"], found["PolicyType"]) for found in held] == [(policy, "Custom")]
    with refused("DeleteConflict.Role.Policy", 409):
        ram("DeleteRole", RoleName=name)
    ram("DetachPolicyFromRole", **attached)
    ram("DeleteRole", RoleName=name)
    with refused("EntityNotExist.Role", 404):
        ram("GetRole", RoleName=name)


def test_a_user_may_not_give_itself_rights(sdk, server, people):
    user = people.user(allow("oss:*"))
    own = caller(sdk(server, user), "ram")
    for action, given in (
        ("AttachPolicyToUser", {"PolicyType": "System", "PolicyName": "AdministratorAccess", "UserName": user.user}),
        ("CreateUser", {"UserName": fresh("user")}),
        ("CreateAccessKey", {"UserName": user.user}),
        ("ListUsers", {}),
    ):
        with refused("NoPermission", 403):
            own(action, **given)


def test_accounts_do_not_see_each_other(sdk, server, second, user):
    other = caller(sdk(server, second), "ram")
    with refused("EntityNotExist.User", 404):
        other("GetUser", UserName=user)
    assert user not in everyone(other)


def test_groups(ram, user, policy):
    group = fresh("group")
    made = ram("CreateGroup", GroupName=group, Comments="staff")["Group"]
    assert (made["GroupName"], made["Comments"]) == (group, "staff")
    with refused("EntityAlreadyExists.Group", 409):
        ram("CreateGroup", GroupName=group)
    ram("AddUserToGroup", UserName=user, GroupName=group)
    with refused("EntityAlreadyExists.User.Group", 409):
        ram("AddUserToGroup", UserName=user, GroupName=group)
    ram("AttachPolicyToGroup", PolicyType="Custom", PolicyName=policy, GroupName=group)
    assert [p["PolicyName"] for p in ram("ListPoliciesForGroup", GroupName=group)["Policies"]["Policy"]] == [policy]
    entities = ram("ListEntitiesForPolicy", PolicyType="Custom", PolicyName=policy)
    assert [g["GroupName"] for g in entities["Groups"]["Group"]] == [group]
    assert entities["Users"]["User"] == entities["Roles"]["Role"] == []
    with refused("DeleteConflict.Group.User", 409):
        ram("DeleteGroup", GroupName=group)
    with refused("DeleteConflict.User.Group", 409):
        ram("DeleteUser", UserName=user)
    renamed = fresh("group")
    ram("UpdateGroup", GroupName=group, NewGroupName=renamed, NewComments="others")
    with refused("EntityNotExist.Group", 404):
        ram("GetGroup", GroupName=group)
    assert ram("GetGroup", GroupName=renamed)["Group"]["Comments"] == "others"
    assert [u["UserName"] for u in ram("ListUsersForGroup", GroupName=renamed)["Users"]["User"]] == [user]
    assert [g["GroupName"] for g in ram("ListGroupsForUser", UserName=user)["Groups"]["Group"]] == [renamed]
    assert renamed in [g["GroupName"] for g in ram("ListGroups", MaxItems=1000)["Groups"]["Group"]]
    ram("RemoveUserFromGroup", UserName=user, GroupName=renamed)
    with refused("EntityNotExist.User.Group", 404):
        ram("RemoveUserFromGroup", UserName=user, GroupName=renamed)
    with refused("DeleteConflict.Group.Policy", 409):
        ram("DeleteGroup", GroupName=renamed)
    ram("DetachPolicyFromGroup", PolicyType="Custom", PolicyName=policy, GroupName=renamed)
    ram("DeleteGroup", GroupName=renamed)


def test_a_group_lends_its_rights(ram, people, make_s3, bucket):
    credentials = people.user()
    name = credentials.user
    group, policy = fresh("group"), fresh("policy")
    ram("CreateGroup", GroupName=group)
    ram("CreatePolicy", PolicyName=policy, PolicyDocument=document(allow("oss:*")))
    ram("AttachPolicyToGroup", PolicyType="Custom", PolicyName=policy, GroupName=group)
    s3 = make_s3(credentials)
    with s3_error("AccessDenied", 403):
        s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    ram("AddUserToGroup", UserName=name, GroupName=group)
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    ram("RemoveUserFromGroup", UserName=name, GroupName=group)
    with s3_error("AccessDenied", 403):
        s3.get_object(Bucket=bucket, Key="a")
    ram("DetachPolicyFromGroup", PolicyType="Custom", PolicyName=policy, GroupName=group)
    ram("DeleteGroup", GroupName=group)


def test_policy_versions(ram, policy):
    text = document(allow("oss:PutObject"))
    made = ram("CreatePolicyVersion", PolicyName=policy, PolicyDocument=text)["PolicyVersion"]
    assert (made["VersionId"], made["IsDefaultVersion"]) == ("v2", False)
    named = {"PolicyName": policy, "PolicyType": "Custom"}
    listed = ram("ListPolicyVersions", **named)["PolicyVersions"]["PolicyVersion"]
    assert [(v["VersionId"], v["IsDefaultVersion"]) for v in listed] == [("v1", True), ("v2", False)]
    ram("SetDefaultPolicyVersion", PolicyName=policy, VersionId="v2")
    assert ram("GetPolicy", **named)["DefaultPolicyVersion"]["PolicyDocument"] == text
    assert ram("GetPolicyVersion", **named, VersionId="v1")["PolicyVersion"]["PolicyDocument"] != text
    with refused("DeleteConflict.Policy.Version", 409):
        ram("DeletePolicyVersion", PolicyName=policy, VersionId="v2")
    with refused("EntityNotExist.Policy.Version", 404):
        ram("GetPolicyVersion", **named, VersionId="v9")
    for _ in range(3):
        ram("CreatePolicyVersion", PolicyName=policy, PolicyDocument=text)
    with refused("LimitExceeded.Policy.Version", 409):
        ram("CreatePolicyVersion", PolicyName=policy, PolicyDocument=text)
    rotate = "DeleteOldestNonDefaultVersionWhenLimitExceeded"
    made = ram("CreatePolicyVersion", PolicyName=policy, PolicyDocument=text, SetAsDefault=True, RotateStrategy=rotate)
    assert made["PolicyVersion"]["VersionId"] == "v6"
    ram("DeletePolicyVersion", PolicyName=policy, VersionId="v3")
    with refused("EntityNotExist.Policy.Version", 404):
        ram("DeletePolicyVersion", PolicyName=policy, VersionId="v3")
    ram("UpdatePolicyDescription", PolicyName=policy, NewDescription="other")
    assert ram("GetPolicy", **named)["Policy"]["Description"] == "other"
    with refused("DeleteConflict.Policy.Version", 409):
        ram("DeletePolicy", PolicyName=policy)
    ram("DeletePolicy", PolicyName=policy, CascadingDelete=True)


def test_what_is_known_of_users_and_roles_changes(ram, root, user):
    renamed = fresh("user")
    told = ram("UpdateUser", UserName=user, NewUserName=renamed, NewDisplayName="Another")["User"]
    assert (told["UserName"], told["DisplayName"], told["Comments"]) == (renamed, "Another", "made by a test")
    with refused("EntityNotExist.User", 404):
        ram("GetUser", UserName=user)
    role = fresh("role")
    ram("CreateRole", RoleName=role, AssumeRolePolicyDocument=trust(root.account))
    told = ram("UpdateRole", RoleName=role, NewMaxSessionDuration=7200)["Role"]
    assert told["MaxSessionDuration"] == 7200
    ram("DeleteRole", RoleName=role)
    ram("DeleteUser", UserName=renamed)
