// Every RAM action that is served, through the Tea package.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createRequire } from "node:module";
import { test } from "node:test";
import { fresh, refused, served, tea, told } from "./setup.mjs";

const Ram = createRequire(import.meta.url)("@alicloud/ram20150501");

const done = new Set();
const PASSWORD = "correct horse";

function as(keys) {
  const call = tea(Ram, keys);
  return async (action, given = {}) => {
    const answer = await call(action, given);
    done.add(action);
    return answer;
  };
}

const ram = as(told);

// What a list has under a name, of each thing in it.
const each = (list, name) => list.map((one) => one[name]);

async function newUser() {
  const UserName = fresh("node");
  await ram("CreateUser", { UserName, DisplayName: "A Tester" });
  return UserName;
}

const policyOf = (action, more) => JSON.stringify({ Version: "1", Statement: [{ Effect: "Allow", Action: action, ...more }] });
const READ = policyOf("oss:GetObject", { Resource: "*" });
const TRUST = policyOf("sts:AssumeRole", { Principal: { RAM: [`acs:ram::${told.account}:root`] } });

async function newPolicy() {
  const PolicyName = fresh("node");
  await ram("CreatePolicy", { PolicyName, PolicyDocument: READ, Description: "node" });
  return PolicyName;
}

test("users", async () => {
  const UserName = await newUser();
  assert.equal((await ram("GetUser", { UserName })).User.DisplayName, "A Tester");
  await refused(ram("CreateUser", { UserName }), "EntityAlreadyExists.User", 409);
  const NewUserName = fresh("node");
  await ram("UpdateUser", { UserName, NewUserName, NewComments: "renamed" });
  assert.equal((await ram("GetUser", { UserName: NewUserName })).User.Comments, "renamed");
  const page = await ram("ListUsers", { MaxItems: 1 });
  assert.deepEqual([page.Users.User.length, page.IsTruncated], [1, true]);
  assert.ok((await ram("ListUsers", { MaxItems: 1000 })).Users.User.some((user) => user.UserName === NewUserName));
  await ram("DeleteUser", { UserName: NewUserName });
  await refused(ram("GetUser", { UserName: NewUserName }), "EntityNotExist.User", 404);
  await refused(ram("CreateUser", { UserName: "a b" }), "InvalidParameter.UserName.Format", 400);
});

test("access keys", async () => {
  const UserName = await newUser();
  const { AccessKey } = await ram("CreateAccessKey", { UserName });
  const key = { UserName, UserAccessKeyId: AccessKey.AccessKeyId };
  assert.equal((await ram("GetAccessKeyLastUsed", key)).AccessKeyLastUsed.LastUsedDate ?? "", "");
  const own = as({ id: AccessKey.AccessKeyId, secret: AccessKey.AccessKeySecret });
  await refused(own("ListUsers"), "NoPermission", 403);
  await ram("UpdateAccessKey", { ...key, Status: "Inactive" });
  const { AccessKeys } = await ram("ListAccessKeys", { UserName });
  assert.deepEqual(AccessKeys.AccessKey.map((found) => [found.AccessKeyId, found.Status]), [[key.UserAccessKeyId, "Inactive"]]);
  await ram("DeleteAccessKey", key);
  await refused(ram("DeleteAccessKey", key), "EntityNotExist.User.AccessKey", 404);
  await ram("DeleteUser", { UserName });
});

test("login profiles and passwords", async () => {
  const UserName = await newUser();
  await ram("CreateLoginProfile", { UserName, Password: PASSWORD, PasswordResetRequired: true });
  assert.equal((await ram("GetLoginProfile", { UserName })).LoginProfile.PasswordResetRequired, true);
  await ram("UpdateLoginProfile", { UserName, PasswordResetRequired: false });
  assert.equal((await ram("GetLoginProfile", { UserName })).LoginProfile.PasswordResetRequired, false);
  const { AccessKey } = await ram("CreateAccessKey", { UserName });
  const own = as({ id: AccessKey.AccessKeyId, secret: AccessKey.AccessKeySecret });
  const change = { OldPassword: PASSWORD, NewPassword: "battery staple" };
  await own("ChangePassword", change);
  await refused(own("ChangePassword", change), "InvalidParameter.OldPassword", 400);
  await ram("DeleteLoginProfile", { UserName });
  await refused(ram("GetLoginProfile", { UserName }), "EntityNotExist.User.LoginProfile", 404);
});

// The code of RFC 6238 that an authenticator app shows so many steps from now.
function totp(seed, steps) {
  const five = (letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0");
  const bits = [...seed].map(five).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const mac = createHmac("sha1", key).update(counter).digest();
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

test("second factors", async () => {
  const UserName = await newUser();
  const { VirtualMFADevice } = await ram("CreateVirtualMFADevice", { VirtualMFADeviceName: UserName });
  const { SerialNumber, Base32StringSeed } = VirtualMFADevice;
  const bind = (first, second) => {
    const codes = { AuthenticationCode1: totp(Base32StringSeed, first), AuthenticationCode2: totp(Base32StringSeed, second) };
    return ram("BindMFADevice", { UserName, SerialNumber, ...codes });
  };
  await refused(bind(1, 0), "CheckAuthenticationCodeFail", 403);
  await bind(-1, 0);
  assert.equal((await ram("GetUserMFAInfo", { UserName })).MFADevice.SerialNumber, SerialNumber);
  const { VirtualMFADevices } = await ram("ListVirtualMFADevices");
  const bound = VirtualMFADevices.VirtualMFADevice.find((device) => device.SerialNumber === SerialNumber);
  assert.equal(bound.User.UserName, UserName);
  await refused(ram("DeleteVirtualMFADevice", { SerialNumber }), "DeleteConflict.VirtualMFADevice.User", 409);
  await ram("UnbindMFADevice", { UserName });
  await ram("DeleteVirtualMFADevice", { SerialNumber });
});

test("groups", async () => {
  const [UserName, PolicyName, first, GroupName] = [await newUser(), await newPolicy(), fresh("node"), fresh("node")];
  await ram("CreateGroup", { GroupName: first, Comments: "node" });
  await ram("UpdateGroup", { GroupName: first, NewGroupName: GroupName, NewComments: "renamed" });
  assert.equal((await ram("GetGroup", { GroupName })).Group.Comments, "renamed");
  assert.ok((await ram("ListGroups", { MaxItems: 1000 })).Groups.Group.some((group) => group.GroupName === GroupName));
  await ram("AddUserToGroup", { UserName, GroupName });
  assert.deepEqual(each((await ram("ListUsersForGroup", { GroupName })).Users.User, "UserName"), [UserName]);
  assert.deepEqual(each((await ram("ListGroupsForUser", { UserName })).Groups.Group, "GroupName"), [GroupName]);
  const policy = { PolicyType: "Custom", PolicyName };
  await ram("AttachPolicyToGroup", { ...policy, GroupName });
  assert.deepEqual(each((await ram("ListPoliciesForGroup", { GroupName })).Policies.Policy, "PolicyName"), [PolicyName]);
  const { Groups, Users, Roles } = await ram("ListEntitiesForPolicy", policy);
  assert.deepEqual([each(Groups.Group, "GroupName"), Users.User, Roles.Role], [[GroupName], [], []]);
  await refused(ram("DeleteGroup", { GroupName }), "DeleteConflict.Group.User", 409);
  await ram("RemoveUserFromGroup", { UserName, GroupName });
  await ram("DetachPolicyFromGroup", { ...policy, GroupName });
  await ram("DeleteGroup", { GroupName });
  await refused(ram("GetGroup", { GroupName }), "EntityNotExist.Group", 404);
});

test("roles", async () => {
  const [RoleName, PolicyName] = [fresh("node"), await newPolicy()];
  const { Role } = await ram("CreateRole", { RoleName, AssumeRolePolicyDocument: TRUST });
  assert.equal(Role.Arn, `acs:ram::${told.account}:role/${RoleName}`);
  await ram("UpdateRole", { RoleName, NewMaxSessionDuration: 7200 });
  assert.equal((await ram("GetRole", { RoleName })).Role.MaxSessionDuration, 7200);
  assert.ok((await ram("ListRoles", { MaxItems: 1000 })).Roles.Role.some((role) => role.RoleName === RoleName));
  const attached = { PolicyType: "Custom", PolicyName, RoleName };
  await ram("AttachPolicyToRole", attached);
  assert.deepEqual(each((await ram("ListPoliciesForRole", { RoleName })).Policies.Policy, "PolicyName"), [PolicyName]);
  await refused(ram("DeleteRole", { RoleName }), "DeleteConflict.Role.Policy", 409);
  await ram("DetachPolicyFromRole", attached);
  await ram("DeleteRole", { RoleName });
  await refused(ram("GetRole", { RoleName }), "EntityNotExist.Role", 404);
});

test("policies and their versions", async () => {
  const [PolicyName, UserName] = [await newPolicy(), await newUser()];
  const named = { PolicyName, PolicyType: "Custom" };
  const wider = { PolicyName, PolicyDocument: policyOf("oss:*", { Resource: "*" }) };
  const { PolicyVersion } = await ram("CreatePolicyVersion", wider);
  assert.deepEqual([PolicyVersion.VersionId, PolicyVersion.IsDefaultVersion], ["v2", false]);
  await ram("SetDefaultPolicyVersion", { PolicyName, VersionId: "v2" });
  const { PolicyVersions } = await ram("ListPolicyVersions", named);
  assert.deepEqual(each(PolicyVersions.PolicyVersion, "VersionId"), ["v1", "v2"]);
  assert.deepEqual(each(PolicyVersions.PolicyVersion, "IsDefaultVersion"), [false, true]);
  assert.equal((await ram("GetPolicyVersion", { ...named, VersionId: "v1" })).PolicyVersion.PolicyDocument, READ);
  await ram("DeletePolicyVersion", { PolicyName, VersionId: "v1" });
  await ram("UpdatePolicyDescription", { PolicyName, NewDescription: "other" });
  assert.equal((await ram("GetPolicy", named)).Policy.Description, "other");
  const { Policies } = await ram("ListPolicies", { PolicyType: "Custom", MaxItems: 1000 });
  assert.ok(each(Policies.Policy, "PolicyName").includes(PolicyName));
  await ram("AttachPolicyToUser", { ...named, UserName });
  assert.deepEqual(each((await ram("ListPoliciesForUser", { UserName })).Policies.Policy, "PolicyName"), [PolicyName]);
  await refused(ram("DeletePolicy", { PolicyName }), "DeleteConflict.Policy.User", 409);
  await ram("DetachPolicyFromUser", { ...named, UserName });
  await ram("DeletePolicy", { PolicyName });
  await refused(ram("CreatePolicy", { PolicyName, PolicyDocument: "{" }), "MalformedPolicyDocument", 400);
});

test("settings of the account", async () => {
  const { PasswordPolicy } = await ram("GetPasswordPolicy");
  const changed = await ram("SetPasswordPolicy", { MinimumPasswordLength: 8, MaxPasswordAge: 90 });
  assert.equal(changed.PasswordPolicy.MaxPasswordAge, 90);
  assert.deepEqual((await ram("SetPasswordPolicy", {})).PasswordPolicy, PasswordPolicy);
  const { SecurityPreference } = await ram("GetSecurityPreference");
  const set = await ram("SetSecurityPreference", { LoginSessionDuration: 2 });
  assert.equal(set.SecurityPreference.LoginProfilePreference.LoginSessionDuration, 2);
  const back = await ram("SetSecurityPreference", { LoginSessionDuration: 6 });
  assert.deepEqual(back.SecurityPreference, SecurityPreference);
  const AccountAlias = fresh("node");
  await ram("SetAccountAlias", { AccountAlias });
  assert.equal((await ram("GetAccountAlias")).AccountAlias, AccountAlias);
  await ram("ClearAccountAlias");
  assert.equal((await ram("GetAccountAlias")).AccountAlias ?? "", "");
});

test("no served action is left out", () => {
  const actions = served("Ram");
  assert.ok(actions.length > 60);
  // These have tests of their own through the Python SDKs (test_identity_policies.py).
  const elsewhere = ["TagResources", "UntagResources", "ListTagResources", "DecodeDiagnosticMessage"];
  assert.deepEqual(actions.filter((action) => !done.has(action) && !elsewhere.includes(action)), []);
});
