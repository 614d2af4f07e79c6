// Node.js libraries that verify our JWT with nothing but the address of the public keys.
import jwt from "jsonwebtoken";
import { JwksClient } from "jwks-rsa";

export async function runVerifiers(steps, base) {
  await steps.step("getJsonWebKeys", "verify the JWT of a sign-in", "quartet", async () => {
    const answer = await fetch(base + "/api/user/login", { method: "POST", body: new URLSearchParams({ loginAccount: "demo", password: "quartet-demo" }) });
    const { Jwt } = await answer.json();
    const keys = new JwksClient({ jwksUri: base + "/.well-known/jwks.json" });
    const keyOf = (header, done) => keys.getSigningKey(header.kid).then((key) => done(null, key.getPublicKey()), done);
    return new Promise((resolve, reject) => {
      jwt.verify(Jwt, keyOf, (error, claims) => (error ? reject(error) : resolve(JSON.stringify(claims))));
    });
  });
}
