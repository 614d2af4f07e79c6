// Every operation, in the order of the page, twice, with what is filled in already.
import assert from "node:assert/strict";
import { test } from "node:test";
import { execute, openDocs, openOperation } from "./browser.mjs";
import { operations, origin, visit } from "./world.mjs";

// What the envelope of each dialect says of a success. The system has none.
const envelopes = {
  jeecg: { success: true, code: 200, message: "success" },
  yudao: { code: 0, msg: "" },
  cas: { code: 200, status: "success", message: "请求成功" },
  ruoyi: { code: 200, msg: "操作成功" },
  jfinal: { state: "ok" },
  oauth2: { active: true },
  system: {},
};

for (const look of [{ language: "zh-CN", width: 1280 }, { language: "en", width: 390 }]) {
  test(`every operation succeeds twice in the order of the page, ${look.language} at ${look.width} px`, async () => {
    await fetch(origin() + "/demo/reset", { method: "POST" });
    const page = await visit({ ...look, refusals: true });
    await openDocs(page);
    const ids = await page.locator(".opblock").evaluateAll((blocks) => blocks.map((block) => block.id.split("-").at(-1)));
    assert.deepEqual([...ids].sort(), operations().map((one) => one.operationId).sort());
    const repeated = [];
    for (const id of ids) {
      const [tag] = operations().find((one) => one.operationId === id).tags;
      if (tag === "admin") continue; // below, as the administrator
      const block = await openOperation(page, id);
      for (const turn of ["first", "second"]) {
        const answer = await execute(page, block);
        assert.match(answer.shown, /^200\b/, `${id}, the ${turn} time: ${answer.text}`);
        assert.equal(answer.status, 200, `${id}, the ${turn} time: ${answer.text}`);
        for (const [key, value] of Object.entries(envelopes[tag])) {
          assert.equal(JSON.parse(answer.text)[key], value, `${id}: ${key} in ${answer.text}`);
        }
        if (answer.repeated) repeated.push(id);
      }
      await block.locator(".opblock-summary-control").click();
    }
    // What is used up by being called: the page says so, and only there.
    assert.deepEqual(repeated, [
      "sendMobileCode", "verifyMobile", "mergeUsers", "resetForgottenPassword", "listSignIns", "closeAccount",
      "refreshAccessToken", "signOut", "listSessions", "endSession", "createUser",
    ]);
  });
}

test("every operation of the admin API succeeds twice for the administrator, in the order of the page", async () => {
  await fetch(origin() + "/demo/reset", { method: "POST" });
  const page = await visit({ language: "en", refusals: true });
  await openDocs(page);
  await page.locator('.person[data-person="administrator"]').click();
  // The address of the first start takes a server without users. The key that was rotated is there once: a reset leaves keys alone.
  const others = { setUpAdministrator: ["403", "403"], retireSigningKey: ["204", "404"] };
  const repeated = [], wrong = [];
  for (const { operationId: id, responses } of operations().filter((one) => one.tags[0] === "admin")) {
    await page.locator("#search").fill(id); // the fewer blocks there are, the sooner one is drawn
    const block = await openOperation(page, id);
    for (const [i, turn] of ["first", "second"].entries()) {
      const success = others[id]?.[i] ?? Object.keys(responses)[0];
      const answer = await execute(page, block);
      if (String(answer.status) !== success || !answer.shown.startsWith(success)) wrong.push(`${id}, the ${turn} time: ${answer.shown} ${answer.text} ${answer.request?.url()}`);
      if (answer.repeated && repeated.at(-1) !== id) repeated.push(id);
    }
    await block.locator(".opblock-summary-control").click();
  }
  assert.deepEqual(wrong, []);
  // What is used up by being called, or by what was called before: the page has reset the demonstration.
  assert.deepEqual(repeated, [
    "signOutAdministrator", "readAdministrator", "setUpAdministrator", "addUser", "eraseUser", "setUserRole", "mergeUser",
    "endAnySession", "addOrganisation", "deleteOrganisation", "addRole", "deleteRole", "addApplication", "deleteApplication",
    "unlinkOrganisation", "addApplicationSecret", "revokeApplicationSecret", "retireSigningKey", "removeMembership", "deleteWebhook",
    "rotateWebhookSecret",
  ]);
});

test("a call that the reader has changed, or makes with his own token, is not repeated", async () => {
  const page = await visit({ refusals: true });
  await openDocs(page);
  const created = await openOperation(page, "createUser");
  await created.locator("textarea").fill('{"username":"demo"}');
  const taken = await execute(page, created);
  assert.equal(taken.status, 409, taken.text);
  assert.equal(taken.repeated, false);
  assert.match(await created.locator(".after .failed").innerText(), /username_taken/);
  await page.locator('.person[data-person="own"]').click();
  await page.locator("#own-token").fill("AT-1-this-is-no-token-of-the-server_A01");
  await page.locator("#people .own button").click();
  const refused = await execute(page, await openOperation(page, "listSessions"));
  assert.equal(refused.status, 401, refused.text);
  assert.equal(refused.repeated, false);
});
