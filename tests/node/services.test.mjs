// KMS, RAM and STS through the Node SDKs: pop-core (RPC HMAC-SHA1), the Tea packages, and their ways with maps.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { config, fresh, pop, refused, told } from "./setup.mjs";

const require = createRequire(import.meta.url);
const Kms = require("@alicloud/kms20160120");
const Sts = require("@alicloud/sts20150401");

const CONTEXT = { Purpose: "te st", "b c": "1/2*~é" };

for (const method of ["GET", "POST"]) {
  test(`pop-core by ${method}: a key, an envelope, an error`, async () => {
    const kms = pop("2016-01-20");
    const call = (action, given) => kms.request(action, given, { method });
    const { KeyMetadata } = await call("CreateKey", { Description: "node" });
    const sealed = await call("Encrypt", {
      KeyId: KeyMetadata.KeyId, Plaintext: "YWJj", EncryptionContext: JSON.stringify(CONTEXT),
    });
    const opened = await call("Decrypt", {
      CiphertextBlob: sealed.CiphertextBlob, EncryptionContext: JSON.stringify(CONTEXT),
    });
    assert.equal(opened.Plaintext, "YWJj");
    await call("DisableKey", { KeyId: KeyMetadata.KeyId });
    await refused(call("Encrypt", { KeyId: KeyMetadata.KeyId, Plaintext: "YWJj" }), "Rejected.Disabled");
    await call("ScheduleKeyDeletion", { KeyId: KeyMetadata.KeyId, PendingWindowInDays: 7 });
    await refused(call("DescribeKey", { KeyId: "00000000-0000-4000-8000-000000000000" }), "Forbidden.KeyNotFound");
  });
}

test("pop-core: users", async () => {
  const ram = pop("2015-05-01");
  const UserName = fresh("node");
  await ram.request("CreateUser", { UserName });
  assert.equal((await ram.request("GetUser", { UserName })).User.UserName, UserName);
  await refused(ram.request("CreateUser", { UserName }), "EntityAlreadyExists.User");
  await ram.request("DeleteUser", { UserName });
});

test("pop-core: a wrong secret", async () => {
  await refused(pop("2016-01-20", { id: told.id, secret: "wrong" }).request("ListKeys", {}), [
    "SignatureDoesNotMatch", "InvalidAccessKeySecret",
  ]);
});

// This package is of the older generation: its answers have no body member.
test("Tea KMS: the context travels flattened", async () => {
  const kms = new Kms.default(config());
  const { keyMetadata: { keyId } } = await kms.createKey(new Kms.CreateKeyRequest({ description: "node" }));
  const given = new Kms.EncryptRequest({ keyId, plaintext: "YWJj", encryptionContext: CONTEXT });
  const { ciphertextBlob } = await kms.encrypt(given);
  const opened = await kms.decrypt(new Kms.DecryptRequest({ ciphertextBlob, encryptionContext: CONTEXT }));
  assert.equal(opened.plaintext, "YWJj");
  await assert.rejects(kms.decrypt(new Kms.DecryptRequest({ ciphertextBlob })));
  await kms.scheduleKeyDeletion(new Kms.ScheduleKeyDeletionRequest({ keyId, pendingWindowInDays: 7 }));
});

test("Tea STS: who am I, and a role", async () => {
  const sts = new Sts.default(config());
  assert.equal((await sts.getCallerIdentity()).body.accountId, told.account);
  const assumer = new Sts.default(config(told.assumer));
  const answer = await assumer.assumeRole(new Sts.AssumeRoleRequest({ roleArn: told.role, roleSessionName: "node" }));
  assert.match(answer.body.credentials.accessKeyId, /^STS\./);
});
