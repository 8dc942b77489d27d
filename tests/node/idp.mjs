// An identity provider of OpenID Connect on loopback, as a process of its own: `oidc-provider` with the pages it brings for
// development, where everybody is who they say. Told by IDP: port, and perhaps cert and key for TLS. Its keys are new at each
// start. `POST /sign` signs any claims with them, for tokens that no provider would issue.

import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { SignJWT, importJWK } from "jose";
import Provider from "oidc-provider";

const { port, cert, key } = JSON.parse(process.env.IDP);
const issuer = `${cert ? "https" : "http"}://127.0.0.1:${port}`;

const kinds = {
  RS256: ["rsa", { modulusLength: 2048 }],
  ES256: ["ec", { namedCurve: "P-256" }],
  ES384: ["ec", { namedCurve: "P-384" }],
  EdDSA: ["ed25519", {}],
};
const keys = Object.entries(kinds).map(([alg, [type, options]]) => {
  const jwk = generateKeyPairSync(type, options).privateKey.export({ format: "jwk" });
  // The RSA key is for PS256 too, so it says of none of them that it is for it alone.
  return { ...jwk, use: "sig", kid: randomUUID(), ...(alg === "RS256" ? {} : { alg }) };
});
const algorithms = [...Object.keys(kinds), "PS256"];

const provider = new Provider(issuer, {
  jwks: { keys },
  enabledJWA: { idTokenSigningAlgValues: algorithms },
  clients: algorithms.map((alg) => ({
    client_id: `client-${alg}`,
    client_secret: "a secret of the client's",
    redirect_uris: [`${issuer}/callback`],
    id_token_signed_response_alg: alg,
  })),
  cookies: { keys: [randomUUID()] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
});
const answer = provider.callback();

async function sign(request, response) {
  let body = "";
  for await (const chunk of request) body += chunk;
  const { alg = "RS256", header = {}, claims } = JSON.parse(body);
  const jwk = keys.find((one) => (alg === "RS256" || alg === "PS256" ? one.kty === "RSA" : one.alg === alg));
  const token = new SignJWT({ iss: issuer, ...claims }).setProtectedHeader({ alg, kid: jwk.kid, ...header });
  response.end(await token.sign(await importJWK(jwk, alg)));
}

const serve = (request, response) => (request.url === "/sign" ? sign(request, response) : answer(request, response));
const server = cert ? createSecureServer({ cert, key }, serve) : createServer(serve);
server.listen(port, "127.0.0.1", () => console.log(`ready: ${issuer}`));
