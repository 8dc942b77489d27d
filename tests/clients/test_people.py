"""How people get in: login profiles, passwords, MFA devices, settings of the account, signing in."""

import base64

import pytest
from expect import rpc_error
from harness import Credentials, Rpc, allow, document, fresh, totp
from services import refused

PASSWORD = "correct horse"
OTHER = "battery staple"


@pytest.fixture
def sign_in(server, root):
    """Signs a person of the first account in, without a signature."""

    def done(user, password=PASSWORD, account=root.account, **more) -> Credentials:
        given = {"AccountAlias": account, "UserName": user, "Password": password, **more}
        return Credentials.lent(Rpc(server, None).call("sts", "SignIn", **given)["Credentials"], account=root.account)

    return done


@pytest.fixture
def person(rpc):
    """A user with a password."""
    user = fresh("user")
    rpc.call("ram", "CreateUser", UserName=user)
    rpc.call("ram", "CreateLoginProfile", UserName=user, Password=PASSWORD)
    return user


def test_login_profiles(ram, user):
    with refused("EntityNotExist.User.LoginProfile", 404):
        ram("GetLoginProfile", UserName=user)
    with refused("InvalidParameter.Password.TooWeak", 400):
        ram("CreateLoginProfile", UserName=user, Password="short")
    made = ram("CreateLoginProfile", UserName=user, Password=PASSWORD, PasswordResetRequired=True)["LoginProfile"]
    assert (made["UserName"], made["PasswordResetRequired"], made["MFABindRequired"]) == (user, True, False)
    with refused("EntityAlreadyExists.User.LoginProfile", 409):
        ram("CreateLoginProfile", UserName=user, Password=PASSWORD)
    ram("UpdateLoginProfile", UserName=user, Password=OTHER, PasswordResetRequired=False, MFABindRequired=True)
    told = ram("GetLoginProfile", UserName=user)["LoginProfile"]
    assert (told["PasswordResetRequired"], told["MFABindRequired"]) == (False, True)
    assert told["CreateDate"] == made["CreateDate"]
    with refused("DeleteConflict.User.LoginProfile", 409):
        ram("DeleteUser", UserName=user)
    ram("DeleteLoginProfile", UserName=user)
    ram("DeleteUser", UserName=user)


def test_a_user_changes_its_own_password(ram, sdk, server, people):
    name = (person := people.user()).user
    own = sdk(server, person)
    change = {"OldPassword": PASSWORD, "NewPassword": OTHER}
    with refused("EntityNotExist.User.LoginProfile", 404):
        own.call("ram", "ChangePassword", **change)
    ram("CreateLoginProfile", UserName=name, Password=PASSWORD)
    with refused("InvalidParameter.OldPassword", 400):
        own.call("ram", "ChangePassword", OldPassword=OTHER, NewPassword=PASSWORD)
    own.call("ram", "ChangePassword", **change)
    with refused("InvalidParameter.OldPassword", 400):
        own.call("ram", "ChangePassword", **change)


def test_the_password_policy(ram, user):
    default = ram("GetPasswordPolicy")["PasswordPolicy"]
    assert (default["MinimumPasswordLength"], default["RequireSymbols"], default["MaxLoginAttemps"]) == (8, False, 5)
    given = {"MinimumPasswordLength": 12, "RequireNumbers": True, "HardExpiry": True, "MaxPasswordAge": 90}
    told = ram("SetPasswordPolicy", **given)["PasswordPolicy"]
    try:
        assert {name: told[name] for name in given} == given
        with refused("InvalidParameter.Password.TooWeak", 400):
            ram("CreateLoginProfile", UserName=user, Password=PASSWORD)
        ram("CreateLoginProfile", UserName=user, Password="correct horse 1")
        with refused("InvalidParameter.MaxPasswordAge.Format", 400):
            ram("SetPasswordPolicy", MaxPasswordAge=1096)
    finally:
        assert ram("SetPasswordPolicy")["PasswordPolicy"] == default


def test_devices(ram, user, root):
    name = fresh("device")
    made = ram("CreateVirtualMFADevice", VirtualMFADeviceName=name)["VirtualMFADevice"]
    serial, seed = made["SerialNumber"], made["Base32StringSeed"]
    assert serial == f"acs:ram::{root.account}:mfa/{name}"
    assert base64.b64decode(made["QRCodePNG"]).startswith(b"\x89PNG")
    with refused("EntityAlreadyExists.VirtualMFADevice", 409):
        ram("CreateVirtualMFADevice", VirtualMFADeviceName=name)
    bind = {"SerialNumber": serial, "UserName": user}
    with refused("CheckAuthenticationCodeFail", 403):
        ram("BindMFADevice", AuthenticationCode1=totp(seed, 1), AuthenticationCode2=totp(seed), **bind)
    with refused("EntityNotExist.User.MFADevice", 404):
        ram("GetUserMFAInfo", UserName=user)
    ram("BindMFADevice", AuthenticationCode1=totp(seed, -1), AuthenticationCode2=totp(seed), **bind)
    assert ram("GetUserMFAInfo", UserName=user)["MFADevice"]["SerialNumber"] == serial
    listed = ram("ListVirtualMFADevices")["VirtualMFADevices"]["VirtualMFADevice"]
    assert [found["User"]["UserName"] for found in listed if found["SerialNumber"] == serial] == [user]
    with refused("DeleteConflict.VirtualMFADevice.User", 409):
        ram("DeleteVirtualMFADevice", SerialNumber=serial)
    with refused("DeleteConflict.User.MFADevice", 409):
        ram("DeleteUser", UserName=user)
    assert ram("UnbindMFADevice", UserName=user)["MFADevice"]["SerialNumber"] == serial
    ram("DeleteVirtualMFADevice", SerialNumber=serial)
    with refused("EntityNotExist.VirtualMFADevice", 404):
        ram("DeleteVirtualMFADevice", SerialNumber=serial)


def test_preferences(ram):
    default = ram("GetSecurityPreference")["SecurityPreference"]
    assert default["LoginProfilePreference"]["AllowUserToChangePassword"] is True
    given = {"LoginSessionDuration": 2, "AllowUserToManageAccessKeys": True}
    told = ram("SetSecurityPreference", **given)["SecurityPreference"]
    assert told["LoginProfilePreference"]["LoginSessionDuration"] == 2
    assert told["AccessKeyPreference"]["AllowUserToManageAccessKeys"] is True
    back = {"LoginSessionDuration": 6, "AllowUserToManageAccessKeys": False}
    assert ram("SetSecurityPreference", **back)["SecurityPreference"] == default
    with refused("UnsupportedOperation", 400):
        ram("SetSecurityPreference", EnableSaveMFATicket=True)


def test_aliases(ram, sdk, server, second):
    alias = fresh("alias")
    ram("SetAccountAlias", AccountAlias=alias)
    assert ram("GetAccountAlias")["AccountAlias"] == alias
    with refused("EntityAlreadyExists.AccountAlias", 409):
        sdk(server, second).call("ram", "SetAccountAlias", AccountAlias=alias)
    ram("ClearAccountAlias")
    assert ram("GetAccountAlias").get("AccountAlias", "") == ""


def test_a_person_signs_in(server, rpc, person, sign_in):
    alias = fresh("alias")
    rpc.call("ram", "SetAccountAlias", AccountAlias=alias)
    signed_in = Rpc(server, sign_in(person, account=alias))
    assert signed_in.call("sts", "GetCallerIdentity")["Arn"].endswith(f":user/{person}")
    with rpc_error("NoPermission", 403):
        signed_in.call("ram", "ListUsers")
    signed_in.call("ram", "ChangePassword", OldPassword=PASSWORD, NewPassword=OTHER)
    with rpc_error("InvalidSecurityToken.Malformed", 400):
        signed_in.call("sts", "GetCallerIdentity")
    # Whether there is such a user, no answer tells.
    for user in (person, fresh("nobody")):
        with rpc_error("AuthenticationFail"):
            sign_in(user)
    sign_in(person, OTHER)
    rpc.call("ram", "ClearAccountAlias")


def test_a_second_factor_is_asked_for_and_told_to_policies(server, rpc, person, sign_in):
    policy = fresh("policy")
    asks = allow("ram:ListUsers", Condition={"Bool": {"acs:MFAPresent": ["true"]}})
    rpc.call("ram", "CreatePolicy", PolicyName=policy, PolicyDocument=document(asks))
    rpc.call("ram", "AttachPolicyToUser", PolicyType="Custom", PolicyName=policy, UserName=person)
    without = Rpc(server, sign_in(person))
    with rpc_error("NoPermission", 403):
        without.call("ram", "ListUsers")
    made = without.call("ram", "CreateVirtualMFADevice", VirtualMFADeviceName=person)["VirtualMFADevice"]
    seed = made["Base32StringSeed"]
    codes = {"AuthenticationCode1": totp(seed, -1), "AuthenticationCode2": totp(seed)}
    without.call("ram", "BindMFADevice", UserName=person, SerialNumber=made["SerialNumber"], **codes)
    once = totp(seed, 1)
    with rpc_error("AuthenticationFail"):
        sign_in(person)
    signed_in = Rpc(server, sign_in(person, AuthenticationCode=once))
    with rpc_error("AuthenticationFail"):
        sign_in(person, AuthenticationCode=once)
    signed_in.call("ram", "ListUsers")
