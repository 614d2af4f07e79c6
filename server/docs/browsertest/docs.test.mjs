import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { test } from "node:test";
import { execute, openDocs, openOperation } from "./browser.mjs";
import { operations, origin, visit } from "./world.mjs";

const screenshots = new URL("../../../bin/browser/", import.meta.url).pathname;
mkdirSync(screenshots, { recursive: true });

test("all operations are there, and the filter leaves those of one tag", async () => {
  const page = await visit();
  await openDocs(page);
  assert.equal(await page.locator(".opblock").count(), operations().length);
  await page.locator(".operation-filter-input").fill("jfinal");
  await page.waitForFunction(() => document.querySelectorAll(".opblock-tag-section").length === 1);
  assert.equal(await page.locator(".opblock").count(), operations().filter((o) => o.tags[0] === "jfinal").length);
});

test("a deep link opens its operation", async () => {
  const page = await visit();
  await openDocs(page, "#/jfinal/createUser");
  const open = page.locator(".opblock.is-open");
  await open.waitFor();
  assert.equal(await open.getAttribute("id"), "operations-jfinal-createUser");
  await open.locator(".execute").waitFor();
});

test("an operation shows how it is read beyond its schema", async () => {
  const page = await visit();
  await openDocs(page);
  const extensions = await (await openOperation(page, "createUser")).innerText();
  assert.match(extensions, /x-lenient-reading\s+"?fastjson/);
});

test("who authorises once stays authorised", async () => {
  const signIn = await fetch(origin() + "/api/user/login", {
    method: "POST", body: new URLSearchParams({ loginAccount: "admin", password: "quartet-admin" }),
  });
  const { Jwt: token } = await signIn.json();
  assert.ok(token);
  const page = await visit();
  await openDocs(page);
  await page.locator(".auth-wrapper > .authorize").first().click();
  const scheme = page.locator(".auth-container").filter({ has: page.locator("h4", { hasText: /^jwtHeader/ }) });
  await scheme.getByRole("button", { name: "Remove authorization" }).click();
  await scheme.locator("input").fill(token);
  await scheme.getByRole("button", { name: "Apply credentials" }).click();
  await page.locator(".modal-ux .close-modal").click();
  for (const reloaded of [false, true]) {
    if (reloaded) await page.reload();
    const answer = await execute(page, await openOperation(page, "getUserDetail"));
    assert.equal(answer.status, 200, answer.text);
    assert.equal((await answer.request.allHeaders()).jwt, token, reloaded ? "after a reload" : "at once");
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

for (const width of [390, 768, 1280]) {
  test(`nothing is wider than a window of ${width} px`, async () => {
    const page = await visit({ width, height: width < 500 ? 844 : 900 });
    await openDocs(page);
    await page.screenshot({ path: `${screenshots}docs-${width}.png` });
    await fits(page, "the list of operations");
    await page.locator(".auth-wrapper > .authorize").first().click();
    await fits(page, "the Authorize dialog");
    await page.locator(".modal-ux .close-modal").click();
    const block = await openOperation(page, "getUserInfo");
    await execute(page, block);
    await fits(page, "an answer");
    await block.locator(".live-responses-table").evaluate((table) => table.scrollIntoView());
    await page.screenshot({ path: `${screenshots}answer-${width}.png` });
    await openOperation(page, "createUser");
    await fits(page, "a form");
    await page.locator(".models-control").click();
    await page.locator(".model-container").first().waitFor();
    await fits(page, "the schemas");
    await page.goto("docs/errors");
    await fits(page, "the error page");
    await page.screenshot({ path: `${screenshots}errors-${width}.png` });
  });
}

async function fits(page, what) {
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(content <= window, `${what} is ${content} px wide, the window ${window}`);
}
