import assert from "node:assert/strict";
import { test } from "node:test";
import { execute, openDocs, openOperation } from "./browser.mjs";
import { operations, origin, visit } from "./world.mjs";

test("all operations are there, and are found by path, name, text and Chinese", async () => {
  const page = await visit({ language: "en" });
  await openDocs(page);
  const shown = () => page.locator(".opblock").evaluateAll((blocks) => blocks.map((block) => block.id.split("-").at(-1)).sort());
  assert.equal((await shown()).length, operations().length);
  for (const [phrase, found] of [
    ["/user/refresh", ["refreshUser"]],
    ["oldpassowrd", ["updatePassword"]],
    ["/api/user/", operations().filter((one) => one.tags[0] === "jfinal").map((one) => one.operationId)],
    ["last visit of no operation", []],
    ["发送短信验证码", ["sendMobileCode"]],
    ["extend lifetime", ["refreshUser"]],
    ["x-credential-body", ["refreshUser"]],
    ["wrong_credentials", ["signInAdministrator", "signInByPassword"]],
    ["1002014000", ["closeAccount", "resetForgottenPassword", "signInByMobile", "verifyMobile"]],
  ]) {
    await page.locator("#search").fill(phrase);
    await page.waitForFunction((count) => document.querySelector(".found").textContent.startsWith(`${count} of `), found.length, { timeout: 5000 })
      .catch(async () => assert.deepEqual(await shown(), found, phrase));
    assert.deepEqual(await shown(), [...found].sort(), phrase);
    assert.equal(await page.locator(".nothing").count(), found.length === 0 ? 1 : 0);
    assert.equal(await page.getByText("No operations defined").count(), 0);
  }
  await page.locator("#search").fill("");
  await page.locator(".opblock").nth(20).waitFor();
});

test("a card calls the server, and its answer stands beside the others'", async () => {
  const page = await visit({ refusals: true });
  await openDocs(page);
  const cards = page.locator(".card");
  assert.deepEqual(await cards.evaluateAll((all) => all.map((card) => card.dataset.dialect)), ["jeecg", "yudao", "cas", "ruoyi", "jfinal"]);
  assert.ok(await page.evaluate(() => document.querySelector(".card:last-child .strong").getBoundingClientRect().bottom < innerHeight), "the cards are below the fold");
  const keys = { jeecg: "success", yudao: "code", cas: "status", ruoyi: "msg", jfinal: "state" };
  for (const person of ["demo", "nobody"]) {
    await page.locator(`.person[data-person="${person}"]`).click();
    for (const [dialect, key] of Object.entries(keys)) {
      const card = page.locator(`.card.${dialect}`);
      const [answer] = await Promise.all([page.waitForResponse((response) => !/\/docs\//.test(response.url())), card.locator(".strong").click()]);
      const status = person === "demo" || dialect === "ruoyi" ? 200 : 401;
      assert.equal(answer.status(), status, dialect);
      await card.locator(".status", { hasText: String(status) }).waitFor();
      assert.ok((await card.locator("pre b").allInnerTexts()).includes(`"${key}"`), `${dialect} shows ${await card.locator("pre").innerText()}`);
      assert.equal(await card.locator(".advice").isVisible(), status !== 200);
    }
  }
  await page.locator(".card.cas a").click();
  await page.locator("#operations-cas-getUserInfo.is-open").waitFor();
});

test("a newcomer is the administrator after two clicks, also in the dialog Authorize and after a reload", async () => {
  const page = await visit();
  await openDocs(page);
  await page.locator('.person[data-person="administrator"]').click(); // one
  for (const reloaded of [false, true]) {
    if (reloaded) await page.reload();
    const answer = await execute(page, await openOperation(page, "getUserDetail"));
    assert.equal(answer.status, 200, answer.text);
    const jwt = (await answer.request.allHeaders()).jwt;
    const who = await (await fetch(origin() + "/user/refresh", { method: "POST", body: new URLSearchParams({ token: jwt, frontType: "0" }) })).json();
    assert.equal(who.result.username, "admin", reloaded ? "after a reload" : "at once");
    assert.equal(await page.locator('.person[aria-pressed="true"]').getAttribute("data-person"), "administrator");
  }
  await page.locator(".auth-wrapper > .authorize").first().click();
  assert.equal(await page.locator(".auth-container h6").count(), await page.locator(".auth-container").count(), "schemes that are authorised");
});

test("who authorises in Swagger UI's dialog calls with his own token, also after a reload", async () => {
  const signIn = await fetch(origin() + "/api/user/login", {
    method: "POST", body: new URLSearchParams({ loginAccount: "admin", password: "quartet-admin" }),
  });
  const { Jwt: token } = await signIn.json();
  assert.ok(token);
  const page = await visit();
  await openDocs(page);
  await page.locator(".auth-wrapper > .authorize").first().click();
  const scheme = page.locator(".auth-container").filter({ has: page.locator("h4", { hasText: /^jwtHeader/ }) });
  await scheme.getByRole("button", { name: "移除授权" }).click();
  await scheme.locator("input").fill(token);
  await scheme.getByRole("button", { name: "授权", exact: true }).click();
  await page.locator(".modal-ux .close-modal").click();
  for (const reloaded of [false, true]) {
    if (reloaded) await page.reload();
    const answer = await execute(page, await openOperation(page, "getUserDetail"));
    assert.equal(answer.status, 200, answer.text);
    assert.equal((await answer.request.allHeaders()).jwt, token, reloaded ? "after a reload" : "at once");
    assert.equal(await page.locator('.person[aria-pressed="true"]').getAttribute("data-person"), "own");
  }
});

test("after a reset by its button the page is still signed in, and the outbox shows a code", async () => {
  const page = await visit({ language: "en" });
  await openDocs(page);
  await execute(page, await openOperation(page, "signOut"));
  await page.locator("#reset").click();
  await page.locator("#note", { hasText: "still signed in" }).waitFor();
  const answer = await execute(page, await openOperation(page, "listSessions"));
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.repeated, false);
  await page.locator("#outbox").click();
  await page.locator("#outbox-panel .empty").waitFor();
  await fetch(origin() + "/auth/mobile/code", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ mobile: "13900000002", companyType: 0, productType: 0 }),
  });
  await page.locator("#outbox-panel .strong").click();
  assert.match(await page.locator("#outbox-panel tbody tr").innerText(), /13900000002\s+\d{6}/);
});

test("the documentation leads to the console of the demonstration", async () => {
  const page = await visit({ language: "en" });
  await openDocs(page);
  const [answer] = await Promise.all([page.waitForResponse((response) => response.url().endsWith("/console/")), page.getByRole("link", { name: "Console" }).click()]);
  assert.equal(answer.status(), 200);
});

test("language and theme are remembered, and follow the browser until they are chosen", async () => {
  const page = await visit({ language: "zh-CN", theme: "dark" });
  const looks = () => page.evaluate(() => [document.documentElement.lang, document.documentElement.dataset.theme]);
  await openDocs(page);
  assert.deepEqual(await looks(), ["zh-CN", "dark"]);
  await page.locator(".theme-switch").selectOption("light");
  await Promise.all([page.waitForEvent("load"), page.locator(".language-switch").click()]);
  for (const address of ["docs/", "docs/errors"]) {
    await page.goto(address);
    assert.deepEqual(await looks(), ["en", "light"], address);
  }
  await openDocs(page);
  assert.match(await page.locator(".start h1").innerText(), /^One account server/);
});

test("a deep link opens its operation, which shows who may call it, samples, envelopes and its row in the transcription", async () => {
  const page = await visit({ language: "en" });
  await openDocs(page, "#/jfinal/createUser");
  const open = page.locator(".opblock.is-open");
  await open.waitFor();
  assert.equal(await open.getAttribute("id"), "operations-jfinal-createUser");
  await open.locator(".execute").waitFor();
  assert.match(await open.locator(".access").innerText(), /An administrator, or anybody where open registration is on/);
  assert.match(await open.locator(".opblock-external-docs__link").getAttribute("href"), /\/TRANSCRIPTION\.md#createUser$/);
  const samples = open.locator(".samples .languages button:not(.copy)");
  assert.deepEqual(await samples.allInnerTexts(), ["curl", "TypeScript", "Java", "Python", "Go"]);
  await samples.nth(4).click();
  assert.match(await open.locator(".samples pre").innerText(), /CreateUser/);
  await open.locator("[data-view=envelopes]").click();
  assert.match((await open.locator(".envelopes tbody tr").allInnerTexts())[0], /^jfinal[\s\S]*"state": "ok"[\s\S]*"state": "fail"/);
  assert.equal(await open.locator(".envelopes tbody tr").count(), 5);
  await open.locator("[data-view=failures]").click();
  const rows = await open.locator(".failures tbody tr").allInnerTexts();
  assert.ok(rows.some((row) => /^409\s+409\s+username_taken/.test(row)), rows.join("\n"));
  await open.locator(".extensions summary").click();
  assert.match(await open.locator(".extensions").innerText(), /x-lenient-reading\s+"?fastjson/);
});

test("the keyboard reaches every control of the first screen, and shows where it is", async () => {
  const page = await visit();
  await openDocs(page);
  const reached = [];
  for (let i = 0; i < 40 && !reached.includes("search"); i++) {
    await page.keyboard.press("Tab");
    const { name, outline } = await page.evaluate(() => {
      const { id, dataset, textContent } = document.activeElement;
      return { name: id || dataset.person || textContent.trim(), outline: getComputedStyle(document.activeElement).outlineStyle };
    });
    assert.notEqual(outline, "none", name);
    reached.push(name);
  }
  for (const name of ["English", "demo", "administrator", "nobody", "own", "outbox", "reset", "run-all", "运行", "关于本契约", "search"]) {
    assert.ok(reached.includes(name), `${name} is not among ${reached}`);
  }
});

test("every failure has its place on the error page", async () => {
  const page = await visit();
  await page.goto("docs/errors#token_expired");
  const target = page.locator("tr:target");
  assert.equal(await target.getAttribute("id"), "token_expired");
  assert.ok(await target.evaluate((row) => row.getBoundingClientRect().top < innerHeight), "the row is out of sight");
  const symbols = await page.locator("tbody tr").evaluateAll((rows) => rows.map((row) => row.id));
  assert.ok(symbols.length > 30);
  assert.equal(new Set(symbols).size, symbols.length);
  await page.locator("#wrong_code a").click();
  assert.equal(new URL(page.url()).hash, "#wrong_code");
});
