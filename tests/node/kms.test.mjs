// Every KMS action that is served: through the Tea package where it has it, else through pop-core.
import assert from "node:assert/strict";
import { constants, createHash, createHmac, generateKeyPairSync, privateDecrypt, publicEncrypt, randomBytes, verify } from "node:crypto";
import { createRequire } from "node:module";
import { after, test } from "node:test";
import { fresh, pop, refused, served, tea, teaHas, told } from "./setup.mjs";

const Kms = createRequire(import.meta.url)("@alicloud/kms20160120");

const throughTea = tea(Kms);
const byHand = pop("2016-01-20");
const done = new Set();
const made = [];

// What the answer says, by the names of the wire.
async function kms(action, given = {}) {
  const answer = await (teaHas(Kms, action) ? throughTea(action, given) : byHand.request(action, given, { method: "POST" }));
  done.add(action);
  return answer;
}

async function newKey(given = {}) {
  const { KeyMetadata } = await kms("CreateKey", given);
  made.push(KeyMetadata.KeyId);
  return KeyMetadata.KeyId;
}

// The Tea package of this generation writes `Error` behind codes.
const named = (code) => [code, `${code}Error`];
const base64 = (bytes) => Buffer.from(bytes).toString("base64");
const plain = (text) => Buffer.from(text, "base64");
const OAEP = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" };

after(async () => {
  for (const KeyId of made) {
    const { KeyMetadata } = await kms("DescribeKey", { KeyId });
    if (KeyMetadata.KeyState !== "PendingDeletion") await kms("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 });
  }
});

test("a key's life", async () => {
  const KeyId = await newKey({ Description: "node" });
  await kms("UpdateKeyDescription", { KeyId, Description: "other" });
  assert.equal((await kms("DescribeKey", { KeyId })).KeyMetadata.Description, "other");
  await kms("DisableKey", { KeyId });
  await kms("EnableKey", { KeyId });
  const ProtectedResourceArn = `acs:kms:${told.region}:${told.account}:key/${KeyId}`;
  await kms("SetDeletionProtection", { ProtectedResourceArn, EnableDeletionProtection: true });
  await refused(kms("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 }), named("Rejected.DeletionProtected"));
  await kms("SetDeletionProtection", { ProtectedResourceArn, EnableDeletionProtection: false });
  await kms("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 });
  await kms("CancelKeyDeletion", { KeyId });
  const { TotalCount, Keys } = await kms("ListKeys", { PageNumber: 1, PageSize: 1 });
  assert.ok(TotalCount >= 1 && Keys.Key.length === 1);
  const AliasName = `alias/${fresh("node")}`;
  await kms("CreateAlias", { AliasName, KeyId });
  await kms("UpdateAlias", { AliasName, KeyId });
  assert.equal((await kms("ListAliasesByKeyId", { KeyId })).Aliases.Alias[0].AliasName, AliasName);
  assert.ok((await kms("ListAliases", { PageSize: 100 })).TotalCount >= 1);
  assert.deepEqual((await kms("GetKeyInventory", { KeyId })).Aliases.Alias, [AliasName]);
  await kms("DeleteAlias", { AliasName });
});

test("envelopes", async () => {
  const [KeyId, DestinationKeyId] = [await newKey(), await newKey({ KeySpec: "Aliyun_SM4" })];
  const { CiphertextBlob } = await kms("Encrypt", { KeyId, Plaintext: base64("abc") });
  assert.equal((await kms("Decrypt", { CiphertextBlob })).Plaintext, base64("abc"));
  const moved = await kms("ReEncrypt", { CiphertextBlob, DestinationKeyId });
  assert.equal((await kms("Decrypt", { CiphertextBlob: moved.CiphertextBlob })).KeyId, DestinationKeyId);
  const data = await kms("GenerateDataKey", { KeyId, NumberOfBytes: 20 });
  assert.equal(plain(data.Plaintext).length, 20);
  assert.ok(!("Plaintext" in await kms("GenerateDataKeyWithoutPlaintext", { KeyId, KeySpec: "AES_128" })));
  const outside = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const PublicKeyBlob = base64(outside.publicKey.export({ type: "spki", format: "der" }));
  const to = { PublicKeyBlob, WrappingKeySpec: "RSA_2048", WrappingAlgorithm: "RSAES_OAEP_SHA_256" };
  const opened = (exported) => base64(privateDecrypt({ key: outside.privateKey, ...OAEP }, plain(exported.ExportedDataKey)));
  assert.equal(opened(await kms("ExportDataKey", { CiphertextBlob: data.CiphertextBlob, ...to })), data.Plaintext);
  const both = await kms("GenerateAndExportDataKey", { KeyId, ...to });
  assert.equal(opened(both), (await kms("Decrypt", { CiphertextBlob: both.CiphertextBlob })).Plaintext);
});

async function pair(given) {
  const KeyId = await newKey(given);
  const { KeyVersions } = await kms("ListKeyVersions", { KeyId });
  const { KeyVersionId } = KeyVersions.KeyVersion[0];
  const { KeyVersion } = await kms("DescribeKeyVersion", { KeyId, KeyVersionId });
  assert.equal(KeyVersion.KeyVersionId, KeyVersionId);
  return { KeyId, KeyVersionId };
}

test("pairs and codes", async () => {
  const signer = await pair({ KeySpec: "EC_P256", KeyUsage: "SIGN/VERIFY" });
  const asked = { ...signer, Algorithm: "ECDSA_SHA_256", Digest: base64(createHash("sha256").update("message").digest()) };
  const { Value } = await kms("AsymmetricSign", asked);
  const { PublicKey } = await kms("GetPublicKey", signer);
  assert.ok(verify("sha256", Buffer.from("message"), PublicKey, plain(Value)));
  assert.equal((await kms("AsymmetricVerify", { ...asked, Value })).Value, true);
  // Seven days have to lie between two versions.
  await assert.rejects(kms("CreateKeyVersion", { KeyId: signer.KeyId }));
  done.add("CreateKeyVersion");
  const opener = { ...await pair({ KeySpec: "RSA_2048", KeyUsage: "ENCRYPT/DECRYPT" }), Algorithm: "RSAES_OAEP_SHA_256" };
  const { CiphertextBlob } = await kms("AsymmetricEncrypt", { ...opener, Plaintext: base64("abc") });
  assert.equal((await kms("AsymmetricDecrypt", { ...opener, CiphertextBlob })).Plaintext, base64("abc"));
  const code = { KeyId: await newKey({ KeySpec: "HMAC_SM3", KeyUsage: "GENERATE_VERIFY_MAC" }), Algorithm: "HMAC_SM3" };
  const { Mac } = await kms("GenerateMac", { ...code, Message: base64("message") });
  assert.equal((await kms("VerifyMac", { ...code, Message: base64("message"), Mac })).Value, true);
});

test("brought material", async () => {
  const KeyId = await newKey({ Origin: "EXTERNAL", KeySpec: "HMAC_SHA_256", KeyUsage: "GENERATE_VERIFY_MAC" });
  const way = { WrappingKeySpec: "RSA_2048", WrappingAlgorithm: "RSAES_OAEP_SHA_256" };
  const { PublicKey, ImportToken } = await kms("GetParametersForImport", { KeyId, ...way });
  const material = randomBytes(32);
  const key = { key: plain(PublicKey), format: "der", type: "spki", ...OAEP };
  const EncryptedKeyMaterial = base64(publicEncrypt(key, material));
  // Never to be forgotten, as the Tea package wants it said.
  await kms("ImportKeyMaterial", { KeyId, ImportToken, EncryptedKeyMaterial, KeyMaterialExpireUnix: 0 });
  const { Mac } = await kms("GenerateMac", { KeyId, Algorithm: "HMAC_SHA_256", Message: base64("message") });
  assert.equal(Mac, createHmac("sha256", material).update("message").digest("base64"));
  await kms("DeleteKeyMaterial", { KeyId });
  assert.equal((await kms("DescribeKey", { KeyId })).KeyMetadata.KeyState, "PendingImport");
});

test("what is under older versions, and their end", async () => {
  const KeyId = await newKey();
  const started = (await kms("StartKeyRewrap", { KeyId })).KeyRewrap;
  assert.deepEqual(started.OlderKeyVersions.KeyVersionId, []);
  let told = started;
  while (told.Status === "Running") {
    await new Promise((done) => setTimeout(done, 50));
    told = (await kms("GetKeyRewrap", { KeyId })).KeyRewrap;
  }
  assert.equal((await kms("GetKeyRewrap", { KeyId })).KeyRewrap.Status, "Done");
  // A second version takes seven days, or Amazon's interface; test_rewrap.py has one retired.
  done.add("RetireKeyVersion");
  await refused(kms("RetireKeyVersion", { KeyId, KeyVersionId: started.PrimaryKeyVersion }), named("InvalidParameter"));
});

test("rotation, policies, tags, probes", async () => {
  const KeyId = await newKey();
  await kms("UpdateRotationPolicy", { KeyId, EnableAutomaticRotation: true, RotationInterval: "7d" });
  assert.equal((await kms("DescribeKey", { KeyId })).KeyMetadata.RotationInterval, "604800s");
  const { Policy } = await kms("GetKeyPolicy", { KeyId });
  await kms("SetKeyPolicy", { KeyId, Policy });
  await kms("TagResource", { KeyId, Tags: '[{"TagKey":"team","TagValue":"a"}]' });
  assert.equal((await kms("ListResourceTags", { KeyId })).Tags.Tag[0].TagValue, "a");
  await kms("UntagResource", { KeyId, TagKeys: '["team"]' });
  const both = { ResourceType: "key", ResourceId: [KeyId] };
  await kms("TagResources", { ...both, Tag: [{ Key: "more", Value: "b" }] });
  assert.equal((await kms("ListTagResources", both)).TagResources.TagResource[0].TagKey, "more");
  await kms("UntagResources", { ...both, All: true });
  assert.equal((await kms("DescribeRegions")).Regions.Region[0].RegionId, told.region);
  assert.equal((await kms("DescribeAccountKmsStatus")).AccountStatus, "Enabled");
  await kms("OpenKmsService");
});

test("secrets", async () => {
  const SecretName = fresh("node");
  await kms("CreateSecret", { SecretName, VersionId: "v1", SecretData: "one" });
  await kms("PutSecretValue", { SecretName, VersionId: "v2", SecretData: "two" });
  assert.equal((await kms("GetSecretValue", { SecretName })).SecretData, "two");
  const batch = await kms("BatchGetSecretValue", { SecretsList: JSON.stringify([{ SecretName, VersionId: "v1" }]) });
  assert.equal(batch.SecretValues[0].SecretData, "one");
  assert.equal((await kms("ListSecretVersionIds", { SecretName })).VersionIds.VersionId.length, 2);
  await kms("UpdateSecretVersionStage", { SecretName, VersionStage: "ACSCurrent", MoveToVersion: "v1" });
  await kms("UpdateSecret", { SecretName, Description: "node" });
  assert.equal((await kms("DescribeSecret", { SecretName })).Description, "node");
  assert.ok((await kms("ListSecrets", { PageSize: 1 })).TotalCount >= 1);
  const statement = { Effect: "Allow", Principal: { RAM: [`acs:ram::${told.account}:root`] }, Action: ["kms:*"], Resource: ["*"] };
  const Policy = JSON.stringify({ Version: "1", Statement: [statement] });
  await kms("SetSecretPolicy", { SecretName, Policy });
  assert.deepEqual(JSON.parse((await kms("GetSecretPolicy", { SecretName })).Policy), JSON.parse(Policy));
  assert.equal((await kms("GetRandomPassword", { PasswordLength: "20" })).RandomPassword.length, 20);
  // Generic secrets rotate by being put; test_secrets.py rotates those that are not.
  for (const [action, given] of [["RotateSecret", { VersionId: "v3" }], ["UpdateSecretRotationPolicy", { EnableAutomaticRotation: true }]]) {
    await refused(kms(action, { SecretName, ...given }), named("InvalidParameter"));
    done.add(action);
  }
  await kms("DeleteSecret", { SecretName, RecoveryWindowInDays: "7" });
  await kms("RestoreSecret", { SecretName });
  await kms("DeleteSecret", { SecretName, ForceDeleteWithoutRecovery: "true" });
});

test("no served action is left out", () => {
  const actions = served("Kms");
  assert.ok(actions.length > 60);
  assert.deepEqual(actions.filter((action) => !done.has(action)), []);
});
