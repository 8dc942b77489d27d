"""What decides besides attached policies: tags, permissions boundaries, control policies; and why a call was refused."""

import base64
import csv
import io
import json

import pytest
from expect import rpc_error, s3_error
from harness import Credentials, People, Rpc, RpcError, allow, aws_document, document, fresh, trust
from services import SDKS, aws_client, refused, s3_client

EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@pytest.fixture(params=["tea", "tea-hmac-sha1"])
def ram(request, server, root):
    """RAM through the SDK; the legacy one knows neither tags nor diagnostic messages."""
    made = SDKS[request.param](server, root)
    return lambda action, **given: made.call("ram", action, **given)


@pytest.fixture
def ims(rpc):
    return lambda action, **given: rpc.call("ims", action, **given)


@pytest.fixture(scope="module")
def iam(server, root):
    return aws_client("iam", server, root)


def principal(root: Credentials, user: str) -> str:
    return f"{user}@{root.account}.onaliyun.com"


def pairs(found: list) -> dict:
    return {tag["TagKey"]: tag["TagValue"] for tag in found}


def test_tags_of_roles_and_policies(ram, root):
    role, policy = fresh("role"), fresh("policy")
    given = {"RoleName": role, "AssumeRolePolicyDocument": trust(root.account)}
    ram("CreateRole", **given, Tag=[{"Key": "team", "Value": "red"}])
    ram("CreatePolicy", PolicyName=policy, PolicyDocument=document(allow("oss:*")), Tag=[{"Key": "team", "Value": "red"}])
    for kind, name in [("role", role), ("policy", policy)]:
        listed = ram("ListTagResources", ResourceType=kind, ResourceNames=[name])["TagResources"]
        assert pairs(listed) == {"team": "red"} and listed[0]["ResourceName"] == name
        tags = [{"Key": "Team", "Value": "blue"}, {"Key": "cost", "Value": ""}]
        ram("TagResources", ResourceType=kind, ResourceNames=[name], Tag=tags)
        listed = ram("ListTagResources", ResourceType=kind, ResourceNames=[name])["TagResources"]
        assert pairs(listed) == {"Team": "blue", "cost": ""}
        ram("UntagResources", ResourceType=kind, ResourceNames=[name], TagKeys=["cost"])
        found = ram("ListTagResources", ResourceType=kind, Tag=[{"Key": "Team", "Value": "blue"}])["TagResources"]
        assert name in {tag["ResourceName"] for tag in found}
        ram("UntagResources", ResourceType=kind, ResourceNames=[name], All=True)
        assert ram("ListTagResources", ResourceType=kind, ResourceNames=[name])["TagResources"] == []
    with refused("EntityNotExist.Role", 404):
        ram("TagResources", ResourceType="role", ResourceNames=[fresh("role")], Tag=[{"Key": "a", "Value": "b"}])
    for wrong in [{"ResourceType": "user"}, {"Tag": [{"Key": "aliyun-x", "Value": ""}]}, {"Tag": [{"Key": "", "Value": ""}]}]:
        given = {"ResourceType": "role", "ResourceNames": [role], "Tag": [{"Key": "a", "Value": "b"}], **wrong}
        with refused(("InvalidParameter.ResourceType.Format", "InvalidParameter.Tag.Format"), 400):
            ram("TagResources", **given)
    with refused("InvalidParameter.PageSize.Format", 400):
        ram("ListTagResources", ResourceType="role", PageSize=0)


def test_tags_are_listed_page_by_page(ram, root):
    names = sorted(fresh("role") for _ in range(3))
    for name in names:
        ram("CreateRole", RoleName=name, AssumeRolePolicyDocument=trust(root.account))
    mark = fresh("mark")
    ram("TagResources", ResourceType="role", ResourceNames=names, Tag=[{"Key": mark, "Value": ""}])
    found, token = [], None
    while token != "":
        more = {"NextToken": token} if token else {}
        page = ram("ListTagResources", ResourceType="role", Tag=[{"Key": mark}], PageSize=1, **more)
        found += [tag["ResourceName"] for tag in page["TagResources"]]
        token = page["NextToken"]
    assert found == names


def test_tags_of_users(ims, root):
    user = principal(root, fresh("user"))
    made = ims("CreateUser", UserPrincipalName=user, **{"Tag.1.Key": "team", "Tag.1.Value": "red"})["User"]
    assert pairs(made["Tags"]["Tag"]) == {"team": "red"}
    named = {"ResourceType": "user", "ResourcePrincipalName.1": user}
    ims("TagResources", **named, **{"Tag.1.Key": "cost", "Tag.1.Value": "1"})
    listed = ims("ListTagResources", **named)
    assert pairs(listed["TagResources"]["TagResource"]) == {"team": "red", "cost": "1"}
    assert {tag["ResourceId"] for tag in listed["TagResources"]["TagResource"]} == {made["UserId"]}
    ims("UntagResources", **named, **{"TagKey.1": "cost"})
    assert pairs(ims("GetUser", UserPrincipalName=user)["User"]["Tags"]["Tag"]) == {"team": "red"}
    with rpc_error("UnsupportedOperation", 400):
        ims("TagResources", ResourceType="user", **{"ResourceId.1": made["UserId"], "Tag.1.Key": "a"})
    with rpc_error("MissingParameter", 400):
        ims("TagResources", ResourceType="user", **{"Tag.1.Key": "a"})
    with rpc_error("EntityNotExist.User", 404):
        ims("TagResources", ResourceType="user", **{"ResourcePrincipalName.1": "x@example.com", "Tag.1.Key": "a"})
    with rpc_error("MissingParameter", 400):
        ims("UntagResources", **named)


def test_tags_through_amazons_interface(iam, root):
    user, role, policy = fresh("user"), fresh("role"), fresh("policy")
    tags = [{"Key": "team", "Value": "red"}]
    assert iam.create_user(UserName=user, Tags=tags)["User"]["Tags"] == tags
    principal_ = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{root.account}:root"}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=aws_document(principal_), Tags=tags)
    arn = iam.create_policy(PolicyName=policy, PolicyDocument=aws_document(EVERYTHING), Tags=tags)["Policy"]["Arn"]
    for tag, untag, listed, named in [
        (iam.tag_user, iam.untag_user, iam.list_user_tags, {"UserName": user}),
        (iam.tag_role, iam.untag_role, iam.list_role_tags, {"RoleName": role}),
        (iam.tag_policy, iam.untag_policy, iam.list_policy_tags, {"PolicyArn": arn}),
    ]:
        assert listed(**named)["Tags"] == tags
        tag(**named, Tags=[{"Key": "TEAM", "Value": "blue"}, {"Key": "cost", "Value": ""}])
        assert listed(**named)["Tags"] == [{"Key": "TEAM", "Value": "blue"}, {"Key": "cost", "Value": ""}]
        part = listed(**named, MaxItems=1)
        assert part["IsTruncated"] and listed(**named, Marker=part["Marker"])["Tags"] == [{"Key": "cost", "Value": ""}]
        untag(**named, TagKeys=["team"])
        assert listed(**named)["Tags"] == [{"Key": "cost", "Value": ""}]
        with s3_error("ValidationError", 400):
            tag(**named, Tags=[{"Key": "aws:x", "Value": ""}])
        with s3_error("LimitExceeded", 409):
            tag(**named, Tags=[{"Key": f"t{n}", "Value": ""} for n in range(50)])
    assert iam.get_user(UserName=user)["User"]["Tags"] == [{"Key": "cost", "Value": ""}]
    assert iam.get_role(RoleName=role)["Role"]["Tags"] == [{"Key": "cost", "Value": ""}]
    assert iam.get_policy(PolicyArn=arn)["Policy"]["Tags"] == [{"Key": "cost", "Value": ""}]
    with s3_error("NoSuchEntity", 404):
        iam.tag_user(UserName=fresh("user"), Tags=tags)


def key_of(iam, user: str) -> Credentials:
    made = iam.create_access_key(UserName=user)["AccessKey"]
    return Credentials(made["AccessKeyId"], made["SecretAccessKey"])


def test_conditions_on_tags(iam, server):
    user, friend, stranger = fresh("user"), fresh("user"), fresh("user")
    iam.create_user(UserName=user, Tags=[{"Key": "team", "Value": "red"}])
    iam.create_user(UserName=friend, Tags=[{"Key": "Team", "Value": "red"}])
    iam.create_user(UserName=stranger, Tags=[{"Key": "team", "Value": "blue"}])
    own = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    given = {"StringEquals": {"aws:RequestTag/team": "${aws:PrincipalTag/team}"}}
    statements = [
        {"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*", "Condition": own},
        {"Effect": "Allow", "Action": ["iam:CreateUser", "iam:Tag*"], "Resource": "*", "Condition": given},
    ]
    iam.put_user_policy(UserName=user, PolicyName="own", PolicyDocument=aws_document(*statements))
    mine = aws_client("iam", server, key_of(iam, user))
    assert mine.get_user(UserName=friend)["User"]["UserName"] == friend
    for other in (stranger, fresh("user")):
        with s3_error("AccessDenied", 403):
            mine.get_user(UserName=other)
    mine.create_user(UserName=fresh("user"), Tags=[{"Key": "team", "Value": "red"}])
    for tags in ([], [{"Key": "team", "Value": "blue"}]):
        with s3_error("AccessDenied", 403):
            mine.create_user(UserName=fresh("user"), Tags=tags)
    # One permission here is three there: naming one of them alone would mean more than it says.
    lone = aws_document({"Effect": "Allow", "Action": "iam:TagUser", "Resource": "*"})
    with s3_error("MalformedPolicyDocument", 400):
        iam.put_user_policy(UserName=user, PolicyName="lone", PolicyDocument=lone)


def test_permissions_boundaries(iam, server, root):
    user, role, policy = fresh("user"), fresh("role"), fresh("policy")
    only = aws_document({"Effect": "Allow", "Action": "iam:Get*", "Resource": "*"})
    arn = iam.create_policy(PolicyName=policy, PolicyDocument=only)["Policy"]["Arn"]
    made = iam.create_user(UserName=user, PermissionsBoundary=arn)["User"]["PermissionsBoundary"]
    assert made == {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": arn}
    iam.put_user_policy(UserName=user, PolicyName="own", PolicyDocument=aws_document(EVERYTHING))
    mine = aws_client("iam", server, key_of(iam, user))
    mine.get_user(UserName=user)
    with s3_error("AccessDenied", 403):
        mine.list_users()
    # Content is held, too.
    with s3_error("AccessDenied", 403):
        s3_client(server, key_of(iam, user)).list_buckets()
    assert iam.get_policy(PolicyArn=arn)["Policy"]["PermissionsBoundaryUsageCount"] == 1
    with s3_error("DeleteConflict", 409):
        iam.delete_policy(PolicyArn=arn)
    told = iam.simulate_principal_policy(
        PolicySourceArn=f"arn:aws:iam::{root.account}:user/{user}", ActionNames=["iam:GetUser", "iam:ListUsers"]
    )["EvaluationResults"]
    assert [one["EvalDecision"] for one in told] == ["allowed", "implicitDeny"]
    inside = [one["PermissionsBoundaryDecisionDetail"]["AllowedByPermissionsBoundary"] for one in told]
    assert inside == [True, False]
    told = iam.simulate_custom_policy(
        PolicyInputList=[aws_document(EVERYTHING)], PermissionsBoundaryPolicyInputList=[only], ActionNames=["iam:ListUsers"]
    )["EvaluationResults"][0]
    assert told["EvalDecision"] == "implicitDeny"
    iam.delete_user_permissions_boundary(UserName=user)
    mine.list_users()
    with s3_error("NoSuchEntity", 404):
        iam.delete_user_permissions_boundary(UserName=user)
    system = "arn:aws:iam::aws:policy/AdministratorAccess"
    iam.put_user_permissions_boundary(UserName=user, PermissionsBoundary=system)
    assert iam.get_user(UserName=user)["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == system
    principal_ = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{root.account}:root"}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=aws_document(principal_))
    iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=arn)
    assert iam.get_role(RoleName=role)["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == arn
    iam.delete_role_permissions_boundary(RoleName=role)
    assert "PermissionsBoundary" not in iam.get_role(RoleName=role)["Role"]
    with s3_error("NoSuchEntity", 404):
        iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=arn + "-missing")
    with s3_error("ValidationError", 400):
        iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary="no policy at all, but long")
    iam.delete_policy(PolicyArn=arn)


def test_users_may_be_left_to_others_below_a_ceiling(iam, server, root):
    user, policy = fresh("user"), fresh("policy")
    arn = iam.create_policy(PolicyName=policy, PolicyDocument=aws_document(EVERYTHING))["Policy"]["Arn"]
    condition = {"StringEquals": {"iam:PermissionsBoundary": arn}}
    statement = {"Effect": "Allow", "Action": "iam:CreateUser", "Resource": "*", "Condition": condition}
    iam.create_user(UserName=user)
    iam.put_user_policy(UserName=user, PolicyName="own", PolicyDocument=aws_document(statement))
    mine = aws_client("iam", server, key_of(iam, user))
    mine.create_user(UserName=fresh("user"), PermissionsBoundary=arn)
    for boundary in ({}, {"PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"}):
        with s3_error("AccessDenied", 403):
            mine.create_user(UserName=fresh("user"), **boundary)


def control(server, *arguments, check: bool = True):
    done = server.run("account", "control-policy", *arguments, "--data", server.data, check=check)
    return json.loads(done.stdout) if check else done


def test_a_control_policy(own_server, tmp_path):
    root = own_server.root
    rpc, s3 = Rpc(own_server, root), s3_client(own_server, root)
    s3.create_bucket(Bucket="before")
    file = tmp_path / "policy.json"
    file.write_text(document(allow("ram:*"), allow("oss:List*")))
    assert control(own_server, "show", root.account)["control_policy"] is None
    assert control(own_server, "set", root.account, file)["control_policy"] == json.loads(file.read_text())
    # Of the account, its root is held like everyone.
    rpc.call("ram", "ListUsers")
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["before"]
    with s3_error("AccessDenied", 403):
        s3.create_bucket(Bucket="after")
    with rpc_error("Forbidden.NoPermission", 403) as caught:
        rpc.call("kms", "CreateKey")
    assert caught.value.body["AccessDeniedDetail"]["PolicyType"] == "ControlPolicy"
    # While the server is stopped it is the same.
    assert own_server.stop() == 0
    assert control(own_server, "show", root.account)["control_policy"] == json.loads(file.read_text())
    assert control(own_server, "clear", root.account)["control_policy"] is None
    own_server.start()
    s3_client(own_server, root).create_bucket(Bucket="after")
    for wrong in ("{}", "nonsense"):
        file.write_text(wrong)
        refused_ = control(own_server, "set", root.account, file, check=False)
        assert refused_.returncode != 0 and "policy" in refused_.stderr
    assert control(own_server, "show", "1234567890123456", check=False).returncode != 0
    assert control(own_server, "set", root.account, tmp_path / "missing", check=False).returncode != 0


def test_why_a_call_was_refused(ram, rpc, people, server, second):
    statement = allow("ram:ListUsers", Condition={"IpAddress": {"acs:SourceIp": "192.0.2.0/24"}})
    person = people.user(statement)
    with rpc_error("NoPermission", 403) as caught:
        Rpc(server, person).call("ram", "ListUsers")
    body = caught.value.body
    message = body["AccessDeniedDetail"]["EncodedDiagnosticMessage"]
    for told in (message, body["RequestId"]):
        found = ram("DecodeDiagnosticMessage", EncodedDiagnosticMessage=told)["DecodedDiagnosticMessage"]
        assert found["AuthAction"] == "ram:ListUsers" and found["ExplicitDeny"] is False
        assert found["NoPermissionPolicyType"] == "AccountLevelIdentityBasedPolicy"
        assert found["AuthPrincipal"]["AuthPrincipalType"] == "SubUser"
        facts = {one["ConditionKey"]: one["ConditionValues"] for one in found["AuthConditions"]}
        assert facts["acs:SourceIp"] == ["127.0.0.1"]
    found = rpc.call("ram", "DecodeDiagnosticMessage", EncodedDiagnosticMessage=message)["DecodedDiagnosticMessage"]
    (near,) = found["NearMisses"]
    assert near["Unmet"] == [
        {"Element": "Condition", "Operator": "IpAddress", "ConditionKey": "acs:SourceIp", "ConditionValues": ["192.0.2.0/24"]}
    ]
    # Not for the refused one without the right, and not for others with it.
    with rpc_error("NoPermission", 403):
        Rpc(server, person).call("ram", "DecodeDiagnosticMessage", EncodedDiagnosticMessage=message)
    for told in (message, body["RequestId"], "none"):
        with rpc_error("InvalidParameter.EncodedDiagnosticMessage.Format", 400):
            Rpc(server, second).call("ram", "DecodeDiagnosticMessage", EncodedDiagnosticMessage=told)


def test_why_through_amazons_interface(iam, server, root, people):
    person = people.user()
    mine, sts = aws_client("iam", server, person), aws_client("sts", server, root)
    with s3_error("AccessDenied", 403) as caught:
        mine.list_users()
    answer = caught.value.response
    message = answer["Error"]["Message"].rsplit("Encoded authorization failure message: ", 1)[1]
    for told in (message, answer["ResponseMetadata"]["RequestId"]):
        decoded = json.loads(sts.decode_authorization_message(EncodedMessage=told)["DecodedMessage"])
        assert (decoded["allowed"], decoded["explicitDeny"]) == (False, False)
        assert decoded["context"]["action"] == "ram:ListUsers"
    with s3_error("ValidationError", 400):
        sts.decode_authorization_message(EncodedMessage="nothing")
    # Content, too: S3's refusals have no room for the message, so the request's id says it.
    with s3_error("AccessDenied", 403) as caught:
        s3_client(server, person).list_buckets()
    request = caught.value.response["ResponseMetadata"]["RequestId"]
    decoded = json.loads(sts.decode_authorization_message(EncodedMessage=request)["DecodedMessage"])
    assert decoded["context"]["action"] == "oss:ListBuckets"


def test_what_there_is_in_an_account(ims, iam, rpc):
    rpc.call("ram", "CreateUser", UserName=fresh("user"))
    found = ims("GetAccountSummary")["SummaryMap"]
    assert found["Users"] >= 1 and found["UsersQuota"] == 1000 and found["PolicySizeQuota"] == 6144
    theirs = iam.get_account_summary()["SummaryMap"]
    assert theirs["UsersQuota"] == 1000 and theirs["AccountMFAEnabled"] == 0 and theirs["AccountAccessKeysPresent"] >= 1
    assert ims("GetAccountMFAInfo")["IsMFAEnable"] is False
    assert ims("GetDefaultDomain")["DefaultDomainName"].endswith(".onaliyun.com")
    report = ims("GetAccountSecurityPracticeReport")["AccountSecurityPracticeInfo"]["AccountSecurityPracticeUserInfo"]
    assert report["SubUser"] >= 1 and report["RootWithAccessKey"] >= 1 and report["OldAkNum"] == 0


def table(content: str) -> list[dict]:
    return list(csv.DictReader(io.StringIO(content)))


def test_a_credential_report(ims, iam, rpc, root, server):
    user = fresh("user")
    rpc.call("ram", "CreateUser", UserName=user)
    rpc.call("ram", "CreateLoginProfile", UserName=user, Password="correct horse")
    made = rpc.call("ram", "CreateAccessKey", UserName=user)["AccessKey"]
    Rpc(server, Credentials(made["AccessKeyId"], made["AccessKeySecret"])).call("sts", "GetCallerIdentity")
    assert ims("GenerateCredentialReport")["State"] == "COMPLETED"
    found = ims("GetCredentialReport")
    assert found["IsTruncated"] is False
    rows = table(base64.b64decode(found["Content"]).decode())
    assert rows[0]["user"] == "<root>" and rows[0]["access_key_1_exist"] == "TRUE"
    (row,) = [row for row in rows if row["user"] == principal(root, user)]
    assert (row["password_exist"], row["password_active"], row["mfa_active"]) == ("TRUE", "TRUE", "FALSE")
    assert row["access_key_1_last_used"].endswith("Z") and row["access_key_2_exist"] == "FALSE"
    # Part by part it is the same.
    parts, token = [], None
    while True:
        part = ims("GetCredentialReport", MaxItems=2, **({"NextToken": token} if token else {}))
        parts += table(base64.b64decode(part["Content"]).decode())
        if not part["IsTruncated"]:
            break
        token = part["NextToken"]
    assert [row["user"] for row in parts] == [row["user"] for row in rows]
    with rpc_error("InvalidParameter.MaxItems.Format", 400):
        ims("GetCredentialReport", MaxItems=0)
    assert iam.generate_credential_report()["State"] == "COMPLETE"
    theirs = iam.get_credential_report()
    assert theirs["ReportFormat"] == "text/csv"
    rows = table(theirs["Content"].decode())
    assert rows[0]["user"] == "<root_account>"
    (row,) = [row for row in rows if row["user"] == user]
    assert row["password_enabled"] == "true" and row["access_key_1_active"] == "true"
    assert len(rows[0]) == 22 and None not in rows[0]


def networks(*addresses: str, status: str = "Active") -> str:
    statements = [{"Type": "ClassicWhiteList", "IPList": list(addresses)}] if addresses else []
    return json.dumps({"Version": 1, "Status": status, "Statements": statements})


def test_networks_of_an_access_key(ims, people, root, server):
    person = people.user(allow("ram:*"))
    named = {"UserPrincipalName": principal(root, person.user), "UserAccessKeyId": person.id}
    own = Rpc(server, person)
    none = {"Version": 1, "Status": "Inactive", "Statements": []}
    assert json.loads(ims("GetAccessKeyPolicy", **named)["AccessKeyPolicy"]) == none
    set_ = ims("SetAccessKeyPolicy", **named, AccessKeyPolicy=networks("192.0.2.0/24", "2001:db8::/32"))
    assert set_["AccessKeyId"] == person.id and json.loads(set_["AccessKeyPolicy"])["Status"] == "Active"
    with rpc_error("NoPermission", 403) as caught:
        own.call("sts", "GetCallerIdentity")
    assert "network" in caught.value.body["Message"]
    with s3_error("AccessDenied", 403):
        s3_client(server, person).list_buckets()
    # Whoever has not the secret is told no more than before.
    forged = Rpc(server, Credentials(person.id, "wrong"))
    with rpc_error("SignatureDoesNotMatch", 400):
        forged.call("sts", "GetCallerIdentity")
    ims("SetAccessKeyPolicy", **named, AccessKeyPolicy=networks("192.0.2.0/24", status="Inactive"))
    own.call("sts", "GetCallerIdentity")
    ims("SetAccessKeyPolicy", **named, AccessKeyPolicy=networks("127.0.0.1"))
    own.call("sts", "GetCallerIdentity")
    # Nobody shuts out the key that they sign with.
    for action, given in [
        ("SetAccessKeyPolicy", {"UserAccessKeyId": person.id}),
        ("SetAccessKeyPolicyForAccount", {}),
    ]:
        caller = Rpc(server, person if given else root)
        with rpc_error("InvalidParameter.AccessKeyPolicy.Format", 400):
            caller.call("ims", action, **given, AccessKeyPolicy=networks("192.0.2.1"))
    for wrong in ("", "{}", networks("nowhere"), json.dumps({"Status": "Active", "Statements": None})):
        with pytest.raises(RpcError) as caught:
            ims("SetAccessKeyPolicy", **named, AccessKeyPolicy=wrong)
        assert caught.value.status == 400 and "AccessKeyPolicy" in caught.value.body["Message"], caught.value
    vpc = json.dumps({"Status": "Active", "Statements": [{"Type": "VPCWhiteList", "Value": "AllowAllVPC", "IPList": []}]})
    with rpc_error("UnsupportedOperation", 400):
        ims("SetAccessKeyPolicy", **named, AccessKeyPolicy=vpc)


def test_networks_of_an_accounts_keys(own_server):
    root = own_server.root
    rpc = Rpc(own_server, root)
    people = People(rpc)
    person = people.user(allow("ram:*"))
    rpc.call("ims", "SetAccessKeyPolicy", UserAccessKeyId=root.id, AccessKeyPolicy=networks("127.0.0.1"))
    rpc.call("ims", "SetAccessKeyPolicyForAccount", AccessKeyPolicy=networks("192.0.2.1"))
    told = json.loads(rpc.call("ims", "GetAccessKeyPolicyForAccount")["AccessKeyPolicy"])
    assert told == {"Version": 1, "Status": "Active", "Statements": [{"Type": "ClassicWhiteList", "IPList": ["192.0.2.1"]}]}
    with rpc_error("NoPermission", 403):
        Rpc(own_server, person).call("sts", "GetCallerIdentity")
    rpc.call("ims", "SetAccessKeyPolicyForAccount", AccessKeyPolicy=networks(status="Inactive"))
    Rpc(own_server, person).call("sts", "GetCallerIdentity")


def test_settings_through_the_newer_interface(own_server):
    rpc = Rpc(own_server, own_server.root)
    set_ = rpc.call("ims", "SetPasswordPolicy", MinimumPasswordLength=10, HardExpire="true")["PasswordPolicy"]
    assert (set_["MinimumPasswordLength"], set_["HardExpire"]) == (10, True)
    assert rpc.call("ims", "GetPasswordPolicy")["PasswordPolicy"] == set_
    assert rpc.call("ram", "GetPasswordPolicy")["PasswordPolicy"]["HardExpiry"] is True
    set_ = rpc.call("ims", "SetSecurityPreference", LoginSessionDuration=8)["SecurityPreference"]
    assert set_["LoginProfilePreference"]["LoginSessionDuration"] == 8
    assert rpc.call("ims", "GetSecurityPreference")["SecurityPreference"] == set_
    set_ = rpc.call("ims", "SetSecurityPreference", AllowUserToLoginWithPasskey="false")["SecurityPreference"]
    assert set_["LoginProfilePreference"]["AllowUserToLoginWithPasskey"] is False
    for refused_ in ({"MFAOperationForLogin": "mandatory"}, {"AllowUserToManageServiceCredentials": "true"}):
        with rpc_error("UnsupportedOperation", 400):
            rpc.call("ims", "SetSecurityPreference", **refused_)
