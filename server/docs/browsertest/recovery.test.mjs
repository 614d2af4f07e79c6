// How the page goes on after a call that fails, is refused or gets no answer.
import assert from "node:assert/strict";
import { test } from "node:test";
import { execute, openDocs, openOperation } from "./browser.mjs";
import { origin, visit } from "./world.mjs";

const become = (page, id) => page.locator(`.person[data-person="${id}"]`).click();

const resetsOf = (page) => {
  const seen = [];
  page.on("request", (request) => { if (request.url().endsWith("/demo/reset")) seen.push(request); });
  return seen;
};

test("an answer that asks for Basic credentials is shown, and opens no dialog of the browser", async () => {
  const page = await visit({ refusals: true });
  await openDocs(page);
  await become(page, "nobody");
  const answer = await execute(page, await openOperation(page, "introspectToken"));
  assert.match(answer.shown, /^401\b/);
  assert.match((await answer.request.response()).headers()["www-authenticate"], /^Basic/);
  const sent = await page.evaluate(() => new Promise((resolve) => {
    const original = window.fetch;
    window.fetch = (address, options) => { resolve(options.credentials); return original(address, options); };
    document.querySelector(".card.cas .strong").click();
  }));
  assert.equal(sent, "omit");
  await execute(page, await openOperation(page, "getUserInfo"));
});

test("the cards answer after a sign-out, and say that the page has reset the demonstration", async () => {
  await fetch(origin() + "/demo/reset", { method: "POST" });
  const page = await visit({ language: "en", width: 390, refusals: true });
  await openDocs(page);
  await execute(page, await openOperation(page, "signOut"));
  const resets = resetsOf(page);
  await page.locator("#run-all").click();
  await page.locator(".card .good").nth(4).waitFor();
  assert.equal(resets.length, 1);
  assert.equal(await page.locator(".card .repeated:visible").count(), 1);
  assert.match(await page.locator(".card.jeecg .repeated").innerText(), /reset the demonstration/);
  await page.locator("#run-all").click();
  await page.locator(".card .repeated:visible").waitFor({ state: "hidden" });
  assert.equal(resets.length, 1);
});

test("the administrator's call of what belongs to the demo user is not reset for again and again", async () => {
  await fetch(origin() + "/demo/reset", { method: "POST" });
  const page = await visit({ language: "en", refusals: true });
  await openDocs(page);
  const resets = resetsOf(page);
  await become(page, "administrator");
  // The first call uses the code of verifyMobile up, though the mobile is the demo user's.
  for (const [i, [id, ...statuses]] of [["verifyMobile", 409, 401], ["endSession", 404, 404]].entries()) {
    const block = await openOperation(page, id);
    for (const status of statuses) {
      assert.equal((await execute(page, block)).status, status, id);
      assert.match(await block.locator(".after .repeated").innerText(), /belongs to the demo user/);
      assert.equal(resets.length, i + 1);
    }
  }
  await become(page, "demo");
  for (const id of ["verifyMobile", "endSession"]) assert.equal((await execute(page, await openOperation(page, id))).status, 200, id);
});

for (const [language, unfit, outOfReach] of [["zh-CN", /HTTP 不能传送的字符/, /没有收到服务器的响应/], ["en", /characters that HTTP cannot carry/, /did not answer/]]) {
  test(`a call that gets no answer says why and what to do, ${language}`, async () => {
    const page = await visit({ language });
    await openDocs(page);
    const card = page.locator(".card.yudao");
    await card.locator(".strong").click();
    await card.locator(".status", { hasText: "200" }).waitFor();

    await become(page, "own");
    await page.locator("#own-token").fill("令牌");
    await page.locator("#people .own button").click();
    assert.match(await page.locator("#own-token").evaluate((field) => field.validationMessage), unfit);
    assert.equal(await page.locator('.person[data-person="demo"]').getAttribute("aria-pressed"), "true");
    await page.evaluate(() => localStorage.setItem("authorized", localStorage.getItem("authorized").replace(/"value":"[^"]*"/g, '"value":"令牌"')));
    await openDocs(page, "?");
    const block = await openOperation(page, "listSessions");
    const says = async (pattern) => {
      await card.locator(".strong").click();
      await card.locator("pre", { hasText: pattern }).waitFor();
      assert.equal(await card.locator(".status").innerText(), "");
      await block.locator(".execute").click();
      await block.locator(".after .failed", { hasText: pattern }).waitFor();
      assert.doesNotMatch(await block.innerText(), /TypeError|Failed to|ISO-8859/);
    };
    await says(unfit);

    await become(page, "demo");
    await card.locator(".strong").click();
    await card.locator(".status", { hasText: "200" }).waitFor();
    await page.route("**/auth/sessions", (route) => route.abort("connectionrefused"));
    await page.route("**/demo/*", (route) => route.abort("connectionrefused"));
    await says(outOfReach);
    await page.locator("#reset").click();
    await page.locator("#note", { hasText: outOfReach }).waitFor();
    const expected = page.complaints().splice(0);
    assert.ok(expected.every((one) => /ERR_CONNECTION_REFUSED/.test(one)), expected.join("\n"));
  });
}
