// Where the server is and whose keys to use; test_node.py tells it by environment.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";

export const told = JSON.parse(process.env.BAILEE_TEST);

export function fresh(kind) {
  return `${kind}-${randomBytes(6).toString("hex")}`;
}

export function pattern(size, seed = 0) {
  const block = createHash("sha512").update(`${seed}`).digest();
  return Buffer.alloc(size, block);
}

// The promise has to fail with this code and, if given, this status.
export async function refused(promise, code, status) {
  const codes = Array.isArray(code) ? code : [code];
  await assert.rejects(promise, (error) => {
    const got = error.code ?? error.Code ?? error.name;
    const gotStatus = error.status ?? error.statusCode ?? error.$metadata?.httpStatusCode;
    assert.ok(codes.includes(got) || codes.includes(error.name), `expected ${codes}, got ${got}: ${error.message}`);
    if (status && gotStatus) assert.equal(gotStatus, status);
    return true;
  });
}
