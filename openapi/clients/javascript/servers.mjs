// The two servers, and what only their operator can do to them.

export const MODES = ["honest", "legacy"];

/** The address of a server, "honest" or "legacy". */
export const serverOf = (mode) => process.env["QUARTET_" + mode.toUpperCase()];

async function post(url) {
  const answer = await fetch(url, { method: "POST" });
  if (!answer.ok) throw new Error(`POST ${url}: ${answer.status}`);
}

/** Puts the demo data of a server back. */
export const reset = (mode) => post(serverOf(mode) + "/demo/reset");

/** Makes all access tokens of a server expire. */
export const expire = (mode) => post(`${process.env.QUARTET_EXPIRE}?mode=${mode}`);
