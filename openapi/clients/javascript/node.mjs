// Runs each client against both servers, with the demo data put back before it.
import axios0 from "axios";
import axios018 from "axios-0.18";
import axios1 from "axios-1";

import { runDocument002 } from "./document002.mjs";
import { allFronts, runFront } from "./fronts/cases.mjs";
import { libraries, Request } from "./libraries.mjs";
import { runExpired, runOperations } from "./operations.mjs";
import { expire, MODES, reset, serverOf } from "./servers.mjs";
import { Steps } from "./steps.mjs";
import { runVerifiers } from "./verifiers.mjs";
import { installMiniProgram } from "./wx.mjs";

installMiniProgram();

const stepsOf = (client, mode) => new Steps({ client, mode, base: serverOf(mode) });

for (const [name, call] of Object.entries(libraries())) {
  for (const mode of MODES) {
    const steps = stepsOf(name, mode);
    await reset(mode);
    await runOperations(steps, call);
    await reset(mode);
    await expire(mode);
    await runExpired(steps, call);
  }
}

const tools = { axios: { 0.18: axios018, 0.26: axios0, 1: axios1 }, Request, uni: globalThis.uni, wx: globalThis.wx };
for (const front of allFronts) {
  for (const mode of MODES) {
    await runFront(front, { steps: stepsOf(front.name, mode), tools, reset: () => reset(mode), expire: () => expire(mode) });
  }
}

for (const mode of MODES) {
  await reset(mode);
  await runDocument002(stepsOf("document 002's Axios example", mode));
}

await reset("honest");
await runVerifiers(new Steps({ client: "jwks-rsa and jsonwebtoken", mode: "both" }), serverOf("honest"));
