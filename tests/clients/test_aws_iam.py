"""Identities through Amazon's interfaces: boto3's `iam` and `sts`, and the AWS CLI. The same as through Alibaba's RAM."""

import datetime
import json

import pytest
from commands import BIN, aws_environment, run
from expect import iam_error, s3_error
from harness import REGION, Credentials, allow, aws_document, document, fresh
from services import SDKS, aws_client, caller, s3_client

GOOD = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


@pytest.fixture(scope="module")
def iam(server, root):
    return aws_client("iam", server, root)


@pytest.fixture(scope="module")
def foreign(server, second):
    return aws_client("iam", server, second)


def temporary(answer: dict) -> Credentials:
    return Credentials.lent(answer["Credentials"])


@pytest.fixture
def make_user(iam):
    """Makes users with an access key, and policies that they alone have."""

    def make(*statements: dict) -> Credentials:
        name = fresh("user")
        iam.create_user(UserName=name)
        if statements:
            iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=aws_document(*statements))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return Credentials(key["AccessKeyId"], key["SecretAccessKey"], user=name)

    return make


@pytest.fixture
def make_role(iam, root):
    """Makes roles that users of the account may be trusted with."""

    def make(*statements: dict, **trusted) -> str:
        name = fresh("role")
        who = {"Principal": {"AWS": f"arn:aws:iam::{root.account}:root"}, **trusted}
        trust = aws_document({"Effect": "Allow", "Action": "sts:AssumeRole", **who})
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=aws_document(*statements))
        return made["Arn"]

    return make


@pytest.fixture
def bucket(server, root):
    """A bucket with two objects."""
    s3, name = s3_client(server, root), fresh("iam")
    s3.create_bucket(Bucket=name)
    for key in ("open/a", "shut/b"):
        s3.put_object(Bucket=name, Key=key, Body=key.encode())
    return name


def test_a_user_lives(iam, root):
    name = fresh("user")
    made = iam.create_user(UserName=name)["User"]
    assert (made["Path"], made["UserName"]) == ("/", name) and made["UserId"]
    assert made["Arn"] == f"arn:aws:iam::{root.account}:user/{name}"
    assert abs(made["CreateDate"] - datetime.datetime.now(datetime.UTC)) < datetime.timedelta(minutes=5)
    with iam_error("EntityAlreadyExists", 409):
        iam.create_user(UserName=name)
    iam.update_user(UserName=name, NewUserName=f"{name}-2")
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_user(UserName=name)
    assert iam.get_user(UserName=f"{name}-2")["User"]["UserId"] == made["UserId"]
    key = iam.create_access_key(UserName=f"{name}-2")["AccessKey"]
    assert (key["UserName"], key["Status"]) == (f"{name}-2", "Active") and key["SecretAccessKey"]
    with pytest.raises(iam.exceptions.DeleteConflictException):
        iam.delete_user(UserName=f"{name}-2")
    iam.update_access_key(UserName=f"{name}-2", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    (listed,) = iam.list_access_keys(UserName=f"{name}-2")["AccessKeyMetadata"]
    assert (listed["AccessKeyId"], listed["Status"]) == (key["AccessKeyId"], "Inactive")
    iam.delete_access_key(UserName=f"{name}-2", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName=f"{name}-2")
    with iam_error("NoSuchEntity", 404):
        iam.get_user(UserName=f"{name}-2")


def test_who_is_calling(server, root, make_user):
    for region in (REGION, "us-east-1"):
        told = aws_client("sts", server, root, region=region).get_caller_identity()
        assert (told["Account"], told["Arn"]) == (root.account, f"arn:aws:iam::{root.account}:root")
        assert aws_client("iam", server, root, region=region).list_users(MaxItems=1)["Users"] is not None
    user = make_user({"Effect": "Allow", "Action": "iam:GetUser", "Resource": "arn:aws:iam::*:user/${aws:username}"})
    told = aws_client("sts", server, user).get_caller_identity()
    assert told["Arn"] == f"arn:aws:iam::{root.account}:user/{user.user}"
    as_user = aws_client("iam", server, user)
    assert as_user.get_user()["User"]["UserId"] == told["UserId"]
    with iam_error("AccessDenied", 403):
        as_user.get_user(UserName="somebody-else")
    with iam_error("AccessDenied", 403):
        as_user.list_users()


def test_the_same_identities_as_through_ram(server, iam, root):
    ram = caller(SDKS["tea"](server, root), "ram")
    name = fresh("user")
    made = iam.create_user(UserName=name)["User"]
    assert ram("GetUser", UserName=name)["User"]["UserId"] == made["UserId"]
    ram("CreateUser", UserName=f"{name}-2")
    assert iam.get_user(UserName=f"{name}-2")["User"]["UserName"] == f"{name}-2"
    iam.attach_user_policy(UserName=name, PolicyArn="arn:aws:iam::aws:policy/AliyunOSSReadOnlyAccess")
    (held,) = ram("ListPoliciesForUser", UserName=name)["Policies"]["Policy"]
    assert (held["PolicyName"], held["PolicyType"]) == ("AliyunOSSReadOnlyAccess", "System")


def test_an_aws_policy_lets_a_user_read_objects(server, iam, root, make_user, bucket):
    user = make_user()
    name = fresh("policy")
    allowed = aws_document(
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": f"arn:aws:s3:::{bucket}/open/*"},
        {
            "Sid": "list",
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": f"arn:aws:s3:::{bucket}",
            "Condition": {"StringLike": {"s3:prefix": "open/*"}, "IpAddress": {"aws:SourceIp": "127.0.0.0/8"}},
        },
    )
    s3 = s3_client(server, user)
    with s3_error("AccessDenied"):
        s3.get_object(Bucket=bucket, Key="open/a")
    made = iam.create_policy(PolicyName=name, PolicyDocument=allowed, Description="d")["Policy"]
    assert made["Arn"] == f"arn:aws:iam::{root.account}:policy/{name}"
    assert (made["DefaultVersionId"], made["AttachmentCount"], made["Path"]) == ("v1", 0, "/")
    iam.attach_user_policy(UserName=user.user, PolicyArn=made["Arn"])
    assert s3.get_object(Bucket=bucket, Key="open/a")["Body"].read() == b"open/a"
    s3.put_object(Bucket=bucket, Key="open/new", Body=b"x")
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="open/")["Contents"]
    assert [found["Key"] for found in listed] == ["open/a", "open/new"]
    for call in (
        lambda: s3.get_object(Bucket=bucket, Key="shut/b"),
        lambda: s3.list_objects_v2(Bucket=bucket, Prefix="shut/"),
        lambda: s3.delete_object(Bucket=bucket, Key="open/a"),
    ):
        with s3_error("AccessDenied"):
            call()
    # The text comes back as it was put, through versions too.
    narrower = aws_document({"Effect": "Deny", "Action": "s3:*", "Resource": "*"})
    version = iam.create_policy_version(
        PolicyArn=made["Arn"], PolicyDocument=narrower, SetAsDefault=True
    )["PolicyVersion"]
    assert (version["VersionId"], version["IsDefaultVersion"]) == ("v2", True)
    with s3_error("AccessDenied"):
        s3.get_object(Bucket=bucket, Key="open/a")
    for number, expected in (("v1", allowed), ("v2", narrower)):
        shown = iam.get_policy_version(PolicyArn=made["Arn"], VersionId=number)["PolicyVersion"]
        assert (shown["Document"], shown["IsDefaultVersion"]) == (json.loads(expected), number == "v2")
    iam.set_default_policy_version(PolicyArn=made["Arn"], VersionId="v1")
    s3.get_object(Bucket=bucket, Key="open/a")
    assert iam.get_policy(PolicyArn=made["Arn"])["Policy"]["AttachmentCount"] == 1
    entities = iam.list_entities_for_policy(PolicyArn=made["Arn"])
    assert [found["UserName"] for found in entities["PolicyUsers"]] == [user.user]
    assert (entities["PolicyGroups"], entities["PolicyRoles"]) == ([], [])
    with pytest.raises(iam.exceptions.DeleteConflictException):
        iam.delete_policy(PolicyArn=made["Arn"])
    iam.detach_user_policy(UserName=user.user, PolicyArn=made["Arn"])
    with pytest.raises(iam.exceptions.DeleteConflictException):
        iam.delete_policy(PolicyArn=made["Arn"])
    iam.delete_policy_version(PolicyArn=made["Arn"], VersionId="v2")
    iam.delete_policy(PolicyArn=made["Arn"])
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_policy(PolicyArn=made["Arn"])


def test_variables_in_policies(server, make_user, bucket):
    mine = f"arn:aws:s3:::{bucket}/home/${{aws:username}}/*"
    user = make_user({"Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"], "Resource": mine})
    s3 = s3_client(server, user)
    s3.put_object(Bucket=bucket, Key=f"home/{user.user}/a", Body=b"x")
    with s3_error("AccessDenied"):
        s3.put_object(Bucket=bucket, Key="home/other/a", Body=b"x")


def test_groups(server, iam, make_user, bucket):
    user, name = make_user(), fresh("group")
    made = iam.create_group(GroupName=name)["Group"]
    assert made["Arn"].endswith(f":group/{name}")
    iam.put_group_policy(GroupName=name, PolicyName="read", PolicyDocument=aws_document(GOOD))
    assert iam.get_group_policy(GroupName=name, PolicyName="read")["PolicyDocument"] == json.loads(aws_document(GOOD))
    iam.add_user_to_group(GroupName=name, UserName=user.user)
    assert s3_client(server, user).get_object(Bucket=bucket, Key="open/a")["Body"].read() == b"open/a"
    assert [found["UserName"] for found in iam.get_group(GroupName=name)["Users"]] == [user.user]
    assert [found["GroupName"] for found in iam.list_groups_for_user(UserName=user.user)["Groups"]] == [name]
    assert iam.list_group_policies(GroupName=name)["PolicyNames"] == ["read"]
    iam.update_group(GroupName=name, NewGroupName=f"{name}-2")
    s3_client(server, user).get_object(Bucket=bucket, Key="open/a")
    iam.remove_user_from_group(GroupName=f"{name}-2", UserName=user.user)
    with s3_error("AccessDenied"):
        s3_client(server, user).get_object(Bucket=bucket, Key="open/a")
    iam.delete_group_policy(GroupName=f"{name}-2", PolicyName="read")
    iam.delete_group(GroupName=f"{name}-2")
    assert f"{name}-2" not in {found["GroupName"] for found in iam.list_groups()["Groups"]}


def test_a_role_is_assumed_and_reads_objects(server, iam, root, make_user, make_role, bucket):
    role = make_role(GOOD, Condition={"StringEquals": {"sts:ExternalId": "between-us"}})
    user = make_user({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role})
    sts = aws_client("sts", server, user)
    given = {"RoleArn": role, "RoleSessionName": "at-work"}
    with iam_error("AccessDenied", 403):
        sts.assume_role(**given)
    answer = sts.assume_role(**given, ExternalId="between-us", DurationSeconds=900, SourceIdentity="bob")
    session, name = temporary(answer), role.rsplit("/", 1)[1]
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{root.account}:assumed-role/{name}/at-work"
    assert answer["SourceIdentity"] == "bob"
    left = answer["Credentials"]["Expiration"] - datetime.datetime.now(datetime.UTC)
    assert datetime.timedelta(minutes=14) < left <= datetime.timedelta(minutes=16)
    told = aws_client("sts", server, session).get_caller_identity()
    assert told["Arn"] == answer["AssumedRoleUser"]["Arn"]
    s3 = s3_client(server, session)
    assert s3.get_object(Bucket=bucket, Key="open/a")["Body"].read() == b"open/a"
    with s3_error("AccessDenied"):
        s3.put_object(Bucket=bucket, Key="open/c", Body=b"x")
    narrow = aws_document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/open/*"})
    narrowed = s3_client(server, temporary(sts.assume_role(**given, ExternalId="between-us", Policy=narrow)))
    narrowed.get_object(Bucket=bucket, Key="open/a")
    with s3_error("AccessDenied"):
        narrowed.get_object(Bucket=bucket, Key="shut/b")
    shown = iam.get_role(RoleName=name)["Role"]
    trust = shown["AssumeRolePolicyDocument"]["Statement"][0]
    assert trust["Principal"] == {"AWS": f"arn:aws:iam::{root.account}:root"}
    assert shown["MaxSessionDuration"] == 3600
    iam.update_role(RoleName=name, Description="two", MaxSessionDuration=7200)
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=aws_document({**trust, "Effect": "Deny"}))
    shown = iam.get_role(RoleName=name)["Role"]
    assert (shown["Description"], shown["MaxSessionDuration"]) == ("two", 7200)
    assert shown["AssumeRolePolicyDocument"]["Statement"][0]["Effect"] == "Deny"
    with iam_error("AccessDenied", 403):
        sts.assume_role(**given, ExternalId="between-us")
    with pytest.raises(iam.exceptions.DeleteConflictException):
        iam.delete_role(RoleName=name)
    iam.delete_role_policy(RoleName=name, PolicyName="own")
    iam.delete_role(RoleName=name)
    with s3_error("InvalidToken"):
        s3.get_object(Bucket=bucket, Key="open/a")


def test_a_session_token(server, iam, make_user, bucket):
    user = make_user(GOOD)
    sts = aws_client("sts", server, user)
    session = temporary(sts.get_session_token(DurationSeconds=900))
    assert aws_client("sts", server, session).get_caller_identity()["Arn"].endswith(f":user/{user.user}")
    s3 = s3_client(server, session)
    assert s3.get_object(Bucket=bucket, Key="open/a")["Body"].read() == b"open/a"
    with iam_error("AccessDenied", 403):
        aws_client("sts", server, session).get_session_token()
    iam.delete_access_key(UserName=user.user, AccessKeyId=user.id)
    with s3_error("InvalidToken"):
        s3.get_object(Bucket=bucket, Key="open/a")


def test_listings_come_in_parts(iam):
    made = {iam.create_user(UserName=fresh("part"))["User"]["UserName"] for _ in range(5)}
    pages = list(iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 2}))
    assert all(len(page["Users"]) <= 2 for page in pages)
    listed = [user["UserName"] for page in pages for user in page["Users"]]
    assert len(listed) == len(set(listed)) and made <= set(listed)
    ours = iam.get_paginator("list_policies").paginate(Scope="AWS", PaginationConfig={"PageSize": 3})
    names = [found["PolicyName"] for found in ours.build_full_result()["Policies"]]
    assert "AdministratorAccess" in names and len(names) == len(set(names))
    user = made.pop()
    for number in range(5):
        iam.put_user_policy(UserName=user, PolicyName=f"p{number}", PolicyDocument=aws_document(GOOD))
    found = iam.get_paginator("list_user_policies").paginate(UserName=user, PaginationConfig={"PageSize": 2})
    assert found.build_full_result()["PolicyNames"] == [f"p{number}" for number in range(5)]


def test_another_account_sees_nothing(server, iam, foreign, second, root, make_user, make_role):
    user, role, name = make_user(GOOD), make_role(GOOD), fresh("policy")
    arn = iam.create_policy(PolicyName=name, PolicyDocument=aws_document(GOOD))["Policy"]["Arn"]
    for call in (
        lambda: foreign.get_user(UserName=user.user),
        lambda: foreign.list_access_keys(UserName=user.user),
        lambda: foreign.get_user_policy(UserName=user.user, PolicyName="own"),
        lambda: foreign.delete_access_key(UserName=user.user, AccessKeyId=user.id),
        lambda: foreign.get_role(RoleName=role.rsplit("/", 1)[1]),
        lambda: foreign.get_policy(PolicyArn=arn),
        lambda: foreign.list_entities_for_policy(PolicyArn=arn),
        lambda: foreign.delete_policy(PolicyArn=arn),
    ):
        with iam_error("NoSuchEntity", 404):
            call()
    assert user.user not in {found["UserName"] for found in foreign.list_users()["Users"]}
    assert name not in {found["PolicyName"] for found in foreign.list_policies(Scope="Local")["Policies"]}
    there = fresh("user")
    foreign.create_user(UserName=there)
    everything = aws_document({"Effect": "Allow", "Action": "*", "Resource": "*"})
    foreign.put_user_policy(UserName=there, PolicyName="own", PolicyDocument=everything)
    key = foreign.create_access_key(UserName=there)["AccessKey"]
    eve = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
    for wanted in (role, f"arn:aws:iam::{root.account}:role/missing"):
        with iam_error("AccessDenied", 403):
            aws_client("sts", server, eve).assume_role(RoleArn=wanted, RoleSessionName="at-work")


@pytest.mark.parametrize(
    ("named", "changed"),
    [
        ("Action", {"Action": "ec2:RunInstances"}),
        ("Action", {"Action": "s3:ReplicateObject"}),
        ("Action", {"Action": "iam:CreateLoginProfile"}),
        ("Resource", {"Resource": "arn:aws:ec2:::instance/x"}),
        ("Resource", {"Resource": "data/*"}),
        ("aws:RequestedRegion", {"Condition": {"StringEquals": {"aws:RequestedRegion": "x"}}}),
        ("StringMatches", {"Condition": {"StringMatches": {"s3:prefix": "x"}}}),
        ("NotResource", {"NotResource": "*"}),
        ("Principal", {"Principal": "*"}),
        ("Effect", {"Effect": "Maybe"}),
    ],
)
def test_what_policies_cannot_say_is_named(iam, named, changed):
    with iam_error("MalformedPolicyDocument", 400) as caught:
        iam.create_policy(PolicyName=fresh("policy"), PolicyDocument=aws_document({**GOOD, **changed}))
    assert named in str(caught.value)


def test_bad_input(server, iam, root):
    name = fresh("user")
    with iam_error("ValidationError", 400):
        iam.create_user(UserName="a+b")
    with iam_error("ValidationError", 400) as caught:
        iam.create_user(UserName=name, Path="/team/")
    assert "Path" in str(caught.value)
    with iam_error("UnsupportedOperation", 400):
        iam.create_instance_profile(InstanceProfileName=name)
    with iam_error("UnsupportedOperation", 400):
        iam.list_mfa_devices(UserName=name)
    with iam_error("UnsupportedOperation", 400):
        aws_client("sts", server, root).get_access_key_info(AccessKeyId="LTAI5tNoSuchKeyAnywhere1")
    with iam_error("MalformedPolicyDocument", 400):
        iam.create_policy(PolicyName=fresh("policy"), PolicyDocument="{")
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    with iam_error("MalformedPolicyDocument", 400) as caught:
        iam.create_role(RoleName=fresh("role"), AssumeRolePolicyDocument=aws_document(trust))
    assert "Principal" in str(caught.value)
    with iam_error("UnmodifiableEntity", 400):
        iam.delete_policy(PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    with iam_error("NoSuchEntity", 404):
        iam.attach_user_policy(UserName=name, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    long = "x" * 6200
    with iam_error("LimitExceeded", 409):
        iam.create_policy(PolicyName=fresh("policy"), PolicyDocument=aws_document({**GOOD, "Sid": long}))
    wrong = Credentials(root.id, "wrong")
    with iam_error("SignatureDoesNotMatch", 403):
        aws_client("iam", server, wrong).list_users()
    with iam_error("InvalidClientTokenId", 403):
        aws_client("sts", server, Credentials("LTAI5tNobodyNobodyNobody", "x")).get_caller_identity()
    with iam_error("MissingAuthenticationToken", 403):
        aws_client("iam", server, None).list_users()


def test_aws_cli(server, root, tmp_path, bucket):
    environment = aws_environment(server, root)

    def aws(*arguments, **more):
        printed = run(BIN / "aws", *arguments, env={**environment, **more})
        return json.loads(printed) if printed.strip() else {}

    name, file = fresh("cli"), tmp_path / "policy.json"
    file.write_text(aws_document({**GOOD, "Resource": f"arn:aws:s3:::{bucket}/*"}))
    assert aws("sts", "get-caller-identity")["Account"] == root.account
    aws("iam", "create-user", "--user-name", name)
    key = aws("iam", "create-access-key", "--user-name", name)["AccessKey"]
    made = aws("iam", "create-policy", "--policy-name", name, "--policy-document", f"file://{file}")["Policy"]
    aws("iam", "attach-user-policy", "--user-name", name, "--policy-arn", made["Arn"])
    (held,) = aws("iam", "list-attached-user-policies", "--user-name", name)["AttachedPolicies"]
    assert held == {"PolicyName": name, "PolicyArn": made["Arn"]}
    user = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    aws("s3api", "get-object", "--bucket", bucket, "--key", "open/a", str(tmp_path / "a"), **user)
    assert (tmp_path / "a").read_bytes() == b"open/a"
    assert name in {found["UserName"] for found in aws("iam", "list-users")["Users"]}


def test_policies_of_both_grammars_side_by_side(server, iam, people, bucket):
    """A policy of RAM's grammar is taken here too, and one of Amazon's decides where RAM's are shown."""
    name = fresh("policy")
    own = document(allow("oss:GetObject"))
    arn = iam.create_policy(PolicyName=name, PolicyDocument=own)["Policy"]["Arn"]
    assert iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"] == json.loads(own)
    user = people.user()
    iam.attach_user_policy(UserName=user.user, PolicyArn=arn)
    s3_client(server, user).get_object(Bucket=bucket, Key="open/a")


def test_what_policies_would_say(iam, root, make_user, make_role):
    """The simulation says what the server does."""
    user = make_user({**GOOD, "Resource": "arn:aws:s3:::data/open/*"})
    arn = f"arn:aws:iam::{root.account}:user/{user.user}"
    given = {"ActionNames": ["s3:GetObject", "s3:PutObject"], "ResourceArns": ["arn:aws:s3:::data/open/a"]}
    results = iam.simulate_principal_policy(PolicySourceArn=arn, **given)["EvaluationResults"]
    assert [(found["EvalActionName"], found["EvalDecision"]) for found in results] == [
        ("s3:GetObject", "allowed"),
        ("s3:PutObject", "implicitDeny"),
    ]
    insecure = {"Bool": {"aws:SecureTransport": False}}
    deny = aws_document({"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": insecure})
    entry = {"ContextKeyName": "aws:SecureTransport", "ContextKeyValues": ["false"], "ContextKeyType": "boolean"}
    for entries, expected in (([], "allowed"), ([entry], "explicitDeny")):
        answer = iam.simulate_principal_policy(PolicySourceArn=arn, PolicyInputList=[deny], ContextEntries=entries, **given)
        assert answer["EvaluationResults"][0]["EvalDecision"] == expected
    role = make_role(GOOD)
    (found,) = iam.simulate_principal_policy(PolicySourceArn=role, ActionNames=["s3:GetObject"])["EvaluationResults"]
    assert (found["EvalDecision"], found["EvalResourceName"]) == ("allowed", "*")
    (found,) = iam.simulate_custom_policy(PolicyInputList=[aws_document(GOOD)], ActionNames=["kms:Decrypt"])["EvaluationResults"]
    assert found["EvalDecision"] == "implicitDeny"
    pages = iam.get_paginator("simulate_custom_policy").paginate(
        PolicyInputList=[aws_document(GOOD)],
        ActionNames=["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
        PaginationConfig={"PageSize": 2},
    )
    decisions = [found["EvalDecision"] for page in pages for found in page["EvaluationResults"]]
    assert decisions == ["allowed", "implicitDeny", "implicitDeny"]
    with iam_error("ValidationError", 400):
        iam.simulate_custom_policy(PolicyInputList=[aws_document(GOOD)], ActionNames=["ec2:RunInstances"])
    with iam_error("NoSuchEntity", 404):
        iam.simulate_principal_policy(PolicySourceArn=f"{arn}-none", ActionNames=["s3:GetObject"])
