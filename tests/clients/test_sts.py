"""Identity and roles through the current and the legacy STS SDKs, and credentials made by the credentials library."""

import datetime
import json

import alibabacloud_credentials.client
import alibabacloud_credentials.models
from harness import Credentials, allow, document, fresh, trust
from services import SDKS, refused


def assume(sdk, server, who, role, **more):
    answer = sdk(server, who).call("sts", "AssumeRole", RoleArn=role, RoleSessionName="tester", **more)
    return Credentials.lent(answer["Credentials"]), answer


def test_who_am_i(sdk, server, root, people):
    told = sdk(server, root).call("sts", "GetCallerIdentity")
    assert (told["AccountId"], told["IdentityType"]) == (root.account, "Account")
    assert told["Arn"] == f"acs:ram::{root.account}:root"
    user = people.user()
    told = sdk(server, user).call("sts", "GetCallerIdentity")
    assert (told["AccountId"], told["IdentityType"]) == (root.account, "RAMUser")
    assert told["Arn"] == f"acs:ram::{root.account}:user/{user.user}"
    assert told["UserId"] and told["PrincipalId"] and told["RequestId"]


def test_a_session_is_the_role(sdk, server, root, people, assumer):
    role = people.role(allow("kms:CreateKey", "kms:ListKeys"))
    session, answer = assume(sdk, server, assumer, role)
    assert answer["AssumedRoleUser"]["Arn"] == f"{role}/tester"
    assert answer["AssumedRoleUser"]["AssumedRoleId"].endswith(":tester")
    ends = datetime.datetime.strptime(answer["Credentials"]["Expiration"], "%Y-%m-%dT%H:%M:%SZ")
    left = ends.replace(tzinfo=datetime.UTC) - datetime.datetime.now(datetime.UTC)
    assert datetime.timedelta(minutes=55) < left <= datetime.timedelta(minutes=61)
    assert session.id.startswith("STS.")
    as_role = sdk(server, session)
    told = as_role.call("sts", "GetCallerIdentity")
    assert (told["IdentityType"], told["AccountId"]) == ("AssumedRoleUser", root.account)
    assert told["Arn"].endswith("/tester") and told["RoleId"]
    as_role.call("kms", "ListKeys")
    with refused("NoPermission", 403):
        as_role.call("ram", "ListUsers")


def test_a_session_policy_only_narrows(sdk, server, people, assumer):
    role = people.role(allow("kms:ListKeys"))
    narrow, _ = assume(sdk, server, assumer, role, Policy=document(allow("oss:*")))
    forbidden = ("Forbidden.NoPermission", "Forbidden.RAM", "NoPermission")
    with refused(forbidden, 403):
        sdk(server, narrow).call("kms", "ListKeys")
    wide, _ = assume(sdk, server, assumer, role, Policy=document(allow("*")))
    sdk(server, wide).call("kms", "ListKeys")
    with refused("NoPermission", 403):
        sdk(server, wide).call("ram", "ListUsers")


def test_who_may_not_assume(sdk, server, root, people, assumer, second, rpc):
    role = people.role(allow("oss:*"))
    for who in (people.user(allow("oss:*")), root, second):
        with refused("NoPermission", 403):
            assume(sdk, server, who, role)
    name = fresh("role")
    rpc.call("ram", "CreateRole", RoleName=name, AssumeRolePolicyDocument=trust(second.account))
    with refused("NoPermission", 403):
        assume(sdk, server, assumer, f"acs:ram::{root.account}:role/{name}")


def test_wrong_parameters(sdk, server, root, people, assumer):
    role = people.role()
    missing = f"acs:ram::{root.account}:role/none"
    with refused(("EntityNotExist.Role", "NoPermission")):
        assume(sdk, server, assumer, missing)
    for wrong in ({"DurationSeconds": 899}, {"DurationSeconds": 43201}, {"Policy": "{"}):
        codes = ("InvalidParameter.DurationSeconds", "InvalidParameter.PolicyGrammar", "InvalidParameter")
        with refused((*codes, "MalformedPolicyDocument"), 400):
            assume(sdk, server, assumer, role, **wrong)
    with refused(("InvalidParameter.RoleArn", "InvalidParameter"), 400):
        assume(sdk, server, assumer, "not an arn")


def test_key_token_and_secret_belong_together(sdk, server, people, assumer):
    role = people.role(allow("kms:ListKeys"))
    one, _ = assume(sdk, server, assumer, role)
    two, _ = assume(sdk, server, assumer, role)
    wrong = ("InvalidSecurityToken.MismatchWithAccessKey", "InvalidSecurityToken.Malformed", "InvalidSecurityToken.Expired")
    mixed = Credentials(one.id, one.secret, two.token)
    with refused((*wrong, "InvalidAccessKeyId.NotFound", "SignatureDoesNotMatch")):
        sdk(server, mixed).call("kms", "ListKeys")
    with refused((*wrong, "MissingSecurityToken", "InvalidAccessKeyId.NotFound")):
        sdk(server, Credentials(one.id, one.secret)).call("kms", "ListKeys")
    with refused((*wrong, "SignatureDoesNotMatch", "InvalidAccessKeySecret")):
        sdk(server, Credentials(one.id, "wrong", one.token)).call("kms", "ListKeys")


def test_sessions_of_a_deleted_role_end(sdk, server, people, assumer, rpc):
    role = people.role()
    session, _ = assume(sdk, server, assumer, role)
    sdk(server, session).call("sts", "GetCallerIdentity")
    rpc.call("ram", "DeleteRole", RoleName=role.rsplit("/", 1)[1])
    with refused(("InvalidSecurityToken.Expired", "InvalidSecurityToken.Malformed", "NoPermission", "EntityNotExist.Role")):
        sdk(server, session).call("sts", "GetCallerIdentity")


def test_the_credentials_library_assumes_roles(server, people, assumer):
    role = people.role(allow("oss:*"))
    config = alibabacloud_credentials.models.Config(
        type="ram_role_arn",
        access_key_id=assumer.id,
        access_key_secret=assumer.secret,
        role_arn=role,
        role_session_name="library",
        sts_endpoint=server.url,
    )
    given = alibabacloud_credentials.client.Client(config).get_credential()
    session = Credentials(given.access_key_id, given.access_key_secret, given.security_token)
    told = SDKS["tea"](server, session).call("sts", "GetCallerIdentity")
    assert told["Arn"].endswith("/library"), json.dumps(told)
