// Where the server is and whose keys to use; test_node.py tells it by environment.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { Config } = require("@alicloud/openapi-client");
const { RPCClient } = require("@alicloud/pop-core");

export const told = JSON.parse(process.env.BAILEE_TEST);

// What the Tea packages are made with.
export function config(keys = told) {
  const given = { accessKeyId: keys.id, accessKeySecret: keys.secret, endpoint: told.address, regionId: told.region };
  return new Config({ ...given, protocol: "HTTP" });
}

export function pop(version, keys = told) {
  return new RPCClient({ accessKeyId: keys.id, accessKeySecret: keys.secret, endpoint: told.url, apiVersion: version });
}

// A service through its Tea package: a function of the action and its parameters, and what answers, by the names of the wire.
export function tea(sdk, keys = told) {
  const client = new sdk.default(config(keys));
  return async (action, given = {}) => {
    const method = client[lower(action)].bind(client);
    const Request = sdk[`${action}Request`];
    const answer = await (Request ? method(filled(Request, given)) : method());
    // The packages of the older generation give back the body itself.
    return (answer.body ?? answer).toMap();
  };
}

const lower = (name) => name[0].toLowerCase() + name.slice(1);

export function teaHas(sdk, action) {
  return typeof sdk.default.prototype[lower(action)] === "function";
}

function filled(Request, given) {
  const members = Object.fromEntries(Object.entries(Request.names()).map(([member, name]) => [name, member]));
  for (const name of Object.keys(given)) assert.ok(members[name], `${Request.name} has no ${name}`);
  return new Request(Object.fromEntries(Object.entries(given).map(([name, value]) => [members[name], value])));
}

// The actions of a service that docs/compatibility.md says are answered.
export function served(service) {
  const page = readFileSync(new URL("../../docs/compatibility.md", import.meta.url), "utf8");
  const section = page.split("\n## ").find((part) => part.startsWith(`Alibaba Cloud ${service} `));
  return [...section.matchAll(/^\| (\w+) \|.*\| (?:full|partial) \|$/gm)].map(([, action]) => action);
}

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
