// OSS through ali-oss, with both signatures and each addressing style it has.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import OSS from "ali-oss";
import { fresh, pattern, refused, told } from "./setup.mjs";

const WEIRD = "dir/a b+é~*(1).txt";

const STYLES = {
  "V1, path style": { sldEnable: true },
  "V4, path style": { sldEnable: true, authorizationV4: true },
  // With an IP endpoint, ali-oss sends `Host: <bucket>.oss-<region>.aliyuncs.com`.
  "V1, virtual host": {},
  "V4, virtual host": { authorizationV4: true },
};

for (const [style, options] of Object.entries(STYLES)) {
  describe(style, () => {
    const bucket = fresh("ali-oss");
    const keys = { accessKeyId: told.id, accessKeySecret: told.secret };
    const client = new OSS({
      ...keys, ...options, region: `oss-${told.region}`, endpoint: told.url, secure: false, bucket, retryMax: 0,
    });

    before(async () => {
      await client.putBucket(bucket);
      client.useBucket(bucket);
    });

    after(async () => {
      const { objects = [] } = await client.listV2({ "max-keys": 1000 });
      for (const { name } of objects) await client.delete(name);
      await client.deleteBucket(bucket);
    });

    test("the bucket is listed", async () => {
      const { buckets } = await client.listBuckets({ prefix: bucket });
      assert.deepEqual(buckets.map(({ name }) => name), [bucket]);
    });

    test("what is put is what is got", async () => {
      const body = pattern(300_000);
      const made = await client.put(WEIRD, body, { mime: "text/x-test", meta: { colour: "blue" } });
      assert.equal(made.res.status, 200);
      const got = await client.get(WEIRD);
      assert.ok(body.equals(got.content));
      assert.equal(got.res.headers["content-type"], "text/x-test");
      const head = await client.head(WEIRD);
      assert.equal(head.meta.colour, "blue");
      assert.equal(head.res.headers["content-length"], "300000");
    });

    test("a range", async () => {
      await client.put("range", Buffer.from("0123456789"));
      const got = await client.get("range", { headers: { Range: "bytes=2-4" } });
      assert.equal(got.content.toString(), "234");
    });

    test("a missing object is named", async () => {
      await refused(client.get("none"), ["NoSuchKey", "NoSuchKeyError"], 404);
      await refused(client.head("none"), ["NoSuchKey", "NoSuchKeyError"], 404);
    });

    test("listing", async () => {
      for (const name of ["l/a", "l/b c", "l/sub/d"]) await client.put(name, Buffer.from(name));
      const flat = await client.listV2({ prefix: "l/", "max-keys": 1000 });
      assert.deepEqual(flat.objects.map(({ name }) => name), ["l/a", "l/b c", "l/sub/d"]);
      const top = await client.list({ prefix: "l/", delimiter: "/", "max-keys": 1000 });
      assert.deepEqual(top.prefixes, ["l/sub/"]);
    });

    test("copying and deleting many", async () => {
      await client.put("source", Buffer.from("abc"), { meta: { a: "1" } });
      await client.copy("target", "source");
      assert.equal((await client.get("target")).content.toString(), "abc");
      const { deleted } = await client.deleteMulti(["source", "target", "never"]);
      assert.equal(deleted.length, 3);
      await refused(client.get("source"), ["NoSuchKey", "NoSuchKeyError"], 404);
    });

    test("multipart", async () => {
      const body = pattern(1_200_000, 7);
      await client.multipartUpload("parts", body, { partSize: 500 * 1024, parallel: 2, mime: "text/parts" });
      const got = await client.get("parts");
      assert.ok(body.equals(got.content));
      assert.equal(got.res.headers["content-type"], "text/parts");
    });

    test("ACL", async () => {
      await client.put("acl", Buffer.from("abc"));
      await client.putACL("acl", "public-read");
      assert.equal((await client.getACL("acl")).acl, "public-read");
    });
  });
}

test("presigned URLs", async () => {
  const bucket = fresh("ali-oss");
  const client = new OSS({
    accessKeyId: told.id, accessKeySecret: told.secret, region: `oss-${told.region}`, bucket,
    endpoint: `http://localhost:${told.port}`, secure: false, sldEnable: true, retryMax: 0,
  });
  await client.putBucket(bucket);
  client.useBucket(bucket);
  await client.put(WEIRD, Buffer.from("abc"));
  const urls = [client.signatureUrl(WEIRD, { expires: 60 }), await client.signatureUrlV4("GET", 60, undefined, WEIRD)];
  for (const url of urls) {
    const answer = await fetch(url);
    assert.equal(answer.status, 200, `${url}: ${await answer.clone().text()}`);
    assert.equal(await answer.text(), "abc");
  }
  await client.delete(WEIRD);
  await client.deleteBucket(bucket);
});

test("a wrong secret is refused", async () => {
  const client = new OSS({
    accessKeyId: told.id, accessKeySecret: "wrong", region: `oss-${told.region}`, endpoint: told.url, secure: false,
    sldEnable: true, retryMax: 0,
  });
  await refused(client.listBuckets({}), ["SignatureDoesNotMatch", "SignatureDoesNotMatchError"], 403);
});

test("temporary credentials", async () => {
  const admin = new OSS({
    accessKeyId: told.id, accessKeySecret: told.secret, region: `oss-${told.region}`, endpoint: told.url, secure: false,
    sldEnable: true, retryMax: 0,
  });
  const bucket = fresh("ali-oss");
  await admin.putBucket(bucket);
  admin.useBucket(bucket);
  await admin.put("a", Buffer.from("abc"));
  const sts = new OSS.STS({ accessKeyId: told.assumer.id, accessKeySecret: told.assumer.secret, endpoint: told.url });
  const { credentials } = await sts.assumeRole(told.role, undefined, 900, "node");
  const client = new OSS({
    accessKeyId: credentials.AccessKeyId, accessKeySecret: credentials.AccessKeySecret,
    stsToken: credentials.SecurityToken, region: `oss-${told.region}`, endpoint: told.url, secure: false, bucket,
    sldEnable: true, retryMax: 0,
  });
  assert.equal((await client.get("a")).content.toString(), "abc");
  await refused(client.put("b", Buffer.from("x")), ["AccessDenied", "AccessDeniedError"], 403);
  await admin.delete("a");
  await admin.deleteBucket(bucket);
});
