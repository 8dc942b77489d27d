// S3 through the AWS SDK for JavaScript, whose streams and checksums differ from boto3's.
import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { after, before, test } from "node:test";
import * as S3 from "@aws-sdk/client-s3";
import { fresh, pattern, refused, told } from "./setup.mjs";

const client = new S3.S3Client({
  endpoint: told.url, region: told.region, forcePathStyle: true, maxAttempts: 1,
  credentials: { accessKeyId: told.id, secretAccessKey: told.secret },
});
const Bucket = fresh("aws-js");
const send = (name, given) => client.send(new S3[`${name}Command`]({ Bucket, ...given }));

before(() => send("CreateBucket", {}));
after(async () => {
  const { Contents = [] } = await send("ListObjectsV2", {});
  for (const { Key } of Contents) await send("DeleteObject", { Key });
  await send("DeleteBucket", {});
});

test("what is put is what is got", async () => {
  const Body = pattern(300_000);
  const Key = "dir/a b+é~*(1).txt";
  await send("PutObject", { Key, Body, ContentType: "text/x-test", Metadata: { colour: "blue" } });
  const got = await send("GetObject", { Key, ChecksumMode: "ENABLED" });
  assert.ok(Body.equals(Buffer.from(await got.Body.transformToByteArray())));
  assert.deepEqual([got.ContentType, got.Metadata], ["text/x-test", { colour: "blue" }]);
});

test("a stream with a trailing checksum", async () => {
  const body = pattern(200_000, 3);
  const given = { Key: "stream", Body: Readable.from([body]), ContentLength: body.length, ChecksumAlgorithm: "CRC32" };
  await send("PutObject", given);
  const got = await send("GetObject", { Key: "stream" });
  assert.ok(body.equals(Buffer.from(await got.Body.transformToByteArray())));
});

test("multipart", async () => {
  const Key = "parts";
  const { UploadId } = await send("CreateMultipartUpload", { Key });
  const bodies = [pattern(5 * 1024 * 1024, 1), pattern(100, 2)];
  const Parts = [];
  for (const [index, Body] of bodies.entries()) {
    const PartNumber = index + 1;
    const { ETag } = await send("UploadPart", { Key, UploadId, PartNumber, Body });
    Parts.push({ PartNumber, ETag });
  }
  await send("CompleteMultipartUpload", { Key, UploadId, MultipartUpload: { Parts } });
  const got = await send("GetObject", { Key });
  assert.ok(Buffer.concat(bodies).equals(Buffer.from(await got.Body.transformToByteArray())));
});

test("deleting many", async () => {
  for (const Key of ["d1", "d 2"]) await send("PutObject", { Key, Body: "x" });
  const { Deleted } = await send("DeleteObjects", { Delete: { Objects: [{ Key: "d1" }, { Key: "d 2" }] } });
  assert.equal(Deleted.length, 2);
});

test("errors have their names", async () => {
  await refused(send("GetObject", { Key: "none" }), "NoSuchKey", 404);
  await refused(send("PutObject", { Key: "once", Body: "1", IfMatch: '"x"' }), ["NoSuchKey", "PreconditionFailed"]);
  await refused(send("ListObjectsV2", { Bucket: fresh("none") }), "NoSuchBucket", 404);
});
