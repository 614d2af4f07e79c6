// Writes the client into src/generated, from the contract of this checkout: the types of openapi-typescript, and the
// layer that unwraps the envelopes.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const [tags] = process.argv.slice(2);
const folder = "src/generated";
const go = (...args) => execFileSync("go", ["run", ...args], { maxBuffer: 1 << 26, stdio: ["ignore", "pipe", "inherit"] });

mkdirSync(folder, { recursive: true });
const contract = go("quartet/cmd/quartet", "openapi", "--render", "client", "--tag", tags);
writeFileSync(`${folder}/schema.d.ts`, astToString(await openapiTS(contract)));
go("quartet/openapi/sdk/unwrap", "-language", "typescript", "-tag", tags, "-o", folder);
