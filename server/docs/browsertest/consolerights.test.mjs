// The console of those who may do less than everything: it shows what they may open, and nothing fails.
import assert from "node:assert/strict";
import { test } from "node:test";
import { faultsOf, fits } from "./browser.mjs";
import { origin, visit } from "./world.mjs";

const PASSWORD = "violet-mountain-9";
const everything = async (method, path, body) => {
  const { demo } = await (await fetch(`${origin()}/console/settings.json`)).json();
  const answer = await fetch(`${origin()}/admin/${path}`, {
    method, headers: { Authorization: `Bearer ${demo.token}`, ...(body && { "Content-Type": "application/json" }) }, body: body && JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.text()}`);
};

// 陆嘉禾 administers one organisation, of which 林晚秋 and lin.wanqiu are members.
let prepared;
const prepare = async () => {
  await everything("POST", "roles", { code: "head", name: "校长", administers: true });
  await everything("PUT", "users/3/memberships/10020027", { roles: ["head"] });
  await everything("PUT", "users/1/memberships/10020031", { roles: [] });
  await everything("POST", "users/3/password", { password: PASSWORD });
};

/** A page on which somebody is signed in to the console. */
async function visitAs(account, password, look) {
  await (prepared ??= prepare());
  const answer = await fetch(`${origin()}/admin/session`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ account, password }) });
  const { token } = await answer.json();
  assert.equal(answer.status, 201);
  const page = await visit(look);
  await page.addInitScript((kept) => location.protocol === "about:" || sessionStorage.setItem("quartet.console.token", kept), token);
  return page;
}

const open = async (page, place) => {
  await page.goto("about:blank"); // so that what is waited for is of this page
  await page.goto("console/#/" + place);
  await page.locator("main h1").waitFor();
  await page.waitForFunction(() => !document.querySelector("main [aria-busy=true]") && !/^(加载中…|Loading…)$/m.test(document.querySelector("main").innerText));
};
const dialog = (page) => page.getByRole("dialog").filter({ visible: true });
const buttons = (page, name) => page.getByRole("button", { name }).count();
const placesOf = (page) => page.locator("#menu a").evaluateAll((links) => links.map((link) => link.getAttribute("href").slice(2)));

/** Opens the tabs of a page and presses whatever can be pressed on it: each button asks something, or reads again, and nothing is refused. */
async function pressAll(page, what) {
  const tabs = page.locator("main").getByRole("tab");
  for (let tab = 0; tab < Math.max(await tabs.count(), 1); tab++) {
    if (await tabs.count()) await tabs.nth(tab).click();
    await page.waitForFunction(() => !document.querySelector("main [aria-busy=true]"));
    const found = page.locator("main").getByRole("button", { disabled: false }).filter({ visible: true });
    for (let i = 0; i < await found.count(); i++) {
      const name = await found.nth(i).evaluate((button) => button.ariaLabel || button.textContent.trim());
      await found.nth(i).click();
      if (!/^(Refresh|Deliveries)$/.test(name)) {
        await dialog(page).waitFor();
        await page.keyboard.press("Escape");
        await dialog(page).waitFor({ state: "detached" });
      }
      assert.equal(await page.locator(".trouble").filter({ visible: true }).count(), 0, `${what}: ${name}`);
      if (name === "Deliveries") await page.goBack();
    }
    assert.equal(await page.locator(".trouble").count(), 0, what);
  }
}

const people = [
  { who: "an administrator", account: "he.yun", password: "quartet-heyun",
    places: ["users", "sessions", "lockouts", "organisations", "roles", "applications", "keys", "audit", "figures", "webhooks", "deliveries", "outbox"],
    own: ["users/1", "users/2", "users/4", "organisations/10020027", "applications/1", "webhooks/1"], closed: [] },
  { who: "who administers one organisation", account: "lu.jiahe", password: PASSWORD,
    places: ["users", "organisations", "roles", "outbox"],
    own: ["users/1", "users/3", "organisations/10020027"], closed: ["sessions", "keys", "audit?kinds=sign_in", "webhooks/1", "applications/1"] },
];

for (const { who, account, password, places, own, closed } of people) {
  test(`${who} is offered what the server lets them do`, async () => {
    const page = await visitAs(account, password, { language: "en" });
    await open(page, "");
    assert.deepEqual(await placesOf(page), places);
    for (const place of [...places, ...own]) {
      if (place === "outbox") continue; // its reset ends every session
      await open(page, place);
      await pressAll(page, place);
    }
    for (const place of closed) {
      await page.goto("console/#/" + place);
      await page.getByText("There is nothing here that you may open.").waitFor();
      assert.equal(await page.evaluate(() => location.hash), "#/" + place);
      assert.deepEqual(await placesOf(page), places);
    }
    assert.deepEqual(await faultsOf(page), []);
  });
}

test("an administrator changes a member, and neither themselves nor other administrators", async () => {
  const page = await visitAs("he.yun", "quartet-heyun", { language: "en" });
  await open(page, "users/1");
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  await page.getByLabel("Remark").fill("第二十七职业高中");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").waitFor();
  await page.getByRole("tab", { name: "Account" }).click();
  await page.getByRole("button", { name: "Set a password" }).waitFor();
  assert.equal(await buttons(page, /^(Change the role|Export|Merge|Erase)$/), 0);
  for (const id of [2, 4]) {
    await open(page, `users/${id}`);
    assert.deepEqual(await page.getByRole("tab").allInnerTexts(), ["Facts", "Sessions", "Memberships"]);
    for (const tab of await page.getByRole("tab").all()) {
      await tab.click();
      await page.waitForFunction(() => !document.querySelector("main [aria-busy=true]"));
      assert.equal(await buttons(page, /^(Edit|End|Add a membership|Delete)/), 0);
    }
  }
  await open(page, "sessions");
  const own = page.getByRole("row").filter({ has: page.getByRole("link", { name: "贺云" }) });
  await own.first().waitFor();
  assert.equal(await own.getByRole("button").count(), 0, "they end their own session by signing out");
});

test("who administers an organisation gives its members roles there, and none that administers", async () => {
  const page = await visitAs("lu.jiahe", PASSWORD, { language: "zh-CN", width: 390 });
  await open(page, "users/1");
  assert.deepEqual(await page.getByRole("tab").allInnerTexts(), ["资料", "所属组织"]);
  await page.getByRole("tab", { name: "所属组织" }).click();
  await page.getByRole("button", { name: "修改 第二十七职业高中" }).click();
  assert.deepEqual(await dialog(page).getByRole("checkbox").evaluateAll((boxes) => boxes.map((box) => box.value)), ["js_000008", "js_000099"]);
  await dialog(page).getByText("实习生").click();
  await dialog(page).getByRole("button", { name: "保存" }).click();
  await page.locator("tbody").getByText("实习生").waitFor();
  assert.equal(await page.locator("tbody tr").count(), 1, "the other organisation stays unseen");
  assert.equal(await buttons(page, "加入组织"), 0);
  assert.deepEqual(await faultsOf(page), []);
  await fits(page, "the memberships");
  await open(page, "users/3");
  await page.getByRole("tab", { name: "所属组织" }).click();
  await page.locator("tbody").getByText("校长").waitFor();
  assert.equal(await page.locator("tbody").getByRole("button").count(), 0);

  await everything("PUT", "users/3/memberships/10020031", { roles: ["head"] });
  await open(page, "users/5");
  await page.reload();
  await page.getByRole("tab", { name: "所属组织" }).click();
  await page.getByRole("button", { name: "加入组织" }).click();
  await dialog(page).getByText("第三十一职业高中").waitFor();
  await dialog(page).getByRole("button", { name: "保存" }).click();
  await page.locator("tbody").getByText("10020031").waitFor();
  await everything("DELETE", "users/3/memberships/10020031");
});

test("who has lost every right, or never had one, is told so", async () => {
  const page = await visitAs("lu.jiahe", PASSWORD, { language: "en", refusals: true });
  await everything("PUT", "users/3/memberships/10020027", { roles: ["js_000008"] });
  await open(page, "");
  assert.deepEqual(await placesOf(page), ["outbox"]);
  await open(page, "users");
  await page.getByText("There is nothing here that you may open.").waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.locator("input[name=username]").fill("lu.jiahe");
  await page.locator("input[name=password]").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByRole("alert").waitFor();
  assert.equal(await page.evaluate(() => location.hash), "#/sign-in");
});

test("a server that cannot say who operates is asked again, and then the page that was asked for opens", async () => {
  const page = await visit({ language: "en", refusals: true });
  let refused = 0;
  await page.route("**/admin/me", (route) => {
    if (refused++ > 1) return route.continue();
    return route.fulfill({ status: 429, contentType: "application/problem+json", json: { type: "urn:problem-type:quartet:too_many_requests", code: "too_many_requests", status: 429, title: "Too many requests" } });
  });
  await page.goto("console/#/organisations?q=1");
  await page.getByRole("alert").getByText("Too many requests").waitFor();
  assert.equal(await page.locator("#menu a").count(), 0);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.waitForFunction(() => document.querySelector("[role=alert]"));
  while (refused < 2) await page.waitForTimeout(20);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("heading", { level: 1, name: "Organisations" }).waitFor();
  assert.equal(await page.evaluate(() => location.hash), "#/organisations?q=1");
  for (const unknown of ["none", "no/such/page"]) {
    await page.goto("console/#/" + unknown);
    await page.getByRole("heading", { level: 1, name: "Users" }).waitFor();
  }
});
