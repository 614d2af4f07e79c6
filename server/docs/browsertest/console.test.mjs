// The console from the one-time address of an empty server to a device that has to sign in again.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { faultsOf, fits, newPage, startBrowser } from "./browser.mjs";
import { startEmpty } from "./firststart.mjs";

const PASSWORD = "松间明月照石上流泉";
let server, browser;
before(async () => {
  server = await startEmpty();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const visit = (look) => newPage(browser, server.admin, look);
const quiet = async (page) => {
  assert.deepEqual(page.complaints(), []);
  await page.context().close();
};
const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();
const hash = (page) => page.evaluate(() => location.hash);

/** Signs in as the super administrator of the first test. */
async function signIn(page) {
  await page.goto("console/");
  await page.locator("input[name=username]").fill("gu.qinghe");
  await page.locator("input[name=password]").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.locator("tbody tr").first().waitFor();
}

/** A device of a user: how it signs in and how it is answered. */
async function device(account, password) {
  const signedIn = await fetch(`${server.origin}/api/user/login`, { method: "POST", body: new URLSearchParams({ loginAccount: account, password }) });
  const { Jwt } = await signedIn.json();
  assert.equal(signedIn.status, 200);
  return { use: async () => (await fetch(`${server.origin}/auth/sessions`, { headers: { Authorization: `Bearer ${Jwt}` } })).status };
}

test("the one-time address makes the first super administrator, once, and does not stay in the address bar", async () => {
  const page = await visit({ language: "zh-CN", width: 390, refusals: true });
  await page.goto(server.address);
  await heading(page, "首次启动");
  assert.equal(await hash(page), "#/setup");
  assert.equal(await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }])).then((kept) => kept.includes("qst_")), false);
  assert.deepEqual(await faultsOf(page), []);
  await page.locator("input[name=username]").fill("gu.qinghe");
  await page.locator("input[name=password]").fill(PASSWORD);
  await page.locator("input[name=repeated]").fill(PASSWORD + "也");
  await page.getByText("两次输入的密码不一致。").waitFor();
  await page.locator("input[name=repeated]").fill(PASSWORD);
  // The server is too busy to say at once who that is.
  await page.route("**/admin/me", (route) => route.fulfill({ status: 429, json: { code: "too_many_requests", title: "请求过于频繁" } }), { times: 1 });
  await page.getByRole("button", { name: "创建并登录" }).click();
  await page.getByRole("alert").getByText("请求过于频繁").waitFor();
  assert.equal(await hash(page), "#/");
  await page.getByRole("button", { name: "重试" }).click();
  await heading(page, "用户");
  assert.match(await page.locator("tbody tr").first().innerText(), /gu\.qinghe[^]*超级管理员/);
  await fits(page, "the first list");
  await quiet(page);

  const late = await visit({ language: "en", refusals: true });
  await late.goto(server.address);
  await heading(late, "First start");
  for (const name of ["username", "password", "repeated"]) await late.locator(`input[name=${name}]`).fill(name === "username" ? "lu.jiahe" : PASSWORD);
  await late.keyboard.press("Enter");
  await late.getByRole("alert").waitFor();
  assert.match(await late.getByRole("alert").innerText(), /[a-z]{3}/, "the refusal is in the reader's language");
  await quiet(late);
});

for (const [language, width, words] of [
  ["zh-CN", 1280, { add: "添加用户", name: "用户名", password: "密码（选填，至少 8 个字符）", save: "添加", sessions: "会话", end: "结束", ended: "会话已结束。", search: "搜索" }],
  ["en", 390, { add: "Add a user", name: "User name", password: "Password (optional, at least 8 characters)", save: "Add", sessions: "Sessions", end: "End", ended: "The session has ended.", search: "Search" }],
]) {
  test(`a user is added, found, and thrown off a device: ${language}, ${width} px`, async () => {
    const username = `lin.${width}`;
    const page = await visit({ language, width });
    await signIn(page);
    await page.getByRole("button", { name: words.add }).click();
    await page.getByLabel(words.name, { exact: true }).fill(username);
    await page.getByLabel(words.password).fill("violet-mountain-9");
    assert.deepEqual(await faultsOf(page), []);
    await page.getByRole("dialog").getByRole("button", { name: words.save, exact: true }).click();
    await heading(page, username);

    const phone = await device(username, "violet-mountain-9");
    assert.equal(await phone.use(), 200);
    await page.locator("header").getByRole("link", { name: "gu.qinghe" }).waitFor();
    await page.goto("console/#/users");
    await page.getByLabel(words.search).fill(username);
    await page.waitForURL(/q=lin/);
    await page.getByRole("link", { name: username }).click();
    await page.getByRole("tab", { name: words.sessions }).click();
    await page.getByRole("tabpanel", { name: words.sessions }).getByRole("button", { name: new RegExp(`^${words.end} \\d`) }).click();
    await page.getByRole("dialog").getByRole("button", { name: words.end, exact: true }).click();
    await page.getByText(words.ended).waitFor();
    assert.equal(await phone.use(), 401);
    await fits(page, "the sessions");
    await quiet(page);
  });
}

test("two administrators do not overwrite each other", async () => {
  const [mine, others] = [await visit({ language: "en", refusals: true }), await visit({ language: "en" })];
  for (const page of [mine, others]) {
    await signIn(page);
    await page.getByRole("link", { name: "lin.1280" }).click();
    await page.getByRole("button", { name: "Edit" }).click();
  }
  await others.getByLabel("Nickname").fill("晚秋");
  await others.getByRole("button", { name: "Save" }).click();
  await others.getByText("Saved.").waitFor();
  await mine.getByLabel("Remark").fill("第二十七职业高中");
  await mine.getByRole("button", { name: "Save" }).click();
  await mine.getByText(/Somebody has changed it/).waitFor();
  await mine.getByRole("button", { name: "Read it again" }).click();
  await heading(mine, "晚秋");
  await mine.getByRole("button", { name: "Edit" }).click();
  await mine.getByLabel("Remark").fill("第二十七职业高中");
  await mine.getByRole("button", { name: "Save" }).click();
  await mine.getByText("Saved.").waitFor();
  await mine.getByText("第二十七职业高中").waitFor();
  for (const page of [mine, others]) await quiet(page);
});

test("a session that was ended elsewhere leads to the sign-in, and back to the page", async () => {
  const page = await visit({ language: "en", refusals: true });
  await signIn(page);
  await page.goto("console/#/organisations");
  await heading(page, "Organisations");
  const token = await page.evaluate(() => sessionStorage.getItem("quartet.console.token"));
  assert.equal((await fetch(`${server.admin}/admin/session`, { method: "DELETE", headers: { Authorization: `Bearer ${token}` } })).status, 204);
  await page.goto("console/#/roles");
  await page.getByText("Your session has ended").waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  await page.locator("input[name=username]").fill("gu.qinghe");
  await page.locator("input[name=password]").fill("not the password");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").waitFor();
  await page.locator("input[name=password]").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await heading(page, "Roles");
  await quiet(page);
});

test("with 100,000 users the list opens, pages on and back, and finds one", async () => {
  server.importUsers(100_000);
  const page = await visit({ language: "en" });
  await signIn(page);
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByText("Page 2").waitFor();
  await page.getByRole("button", { name: "Previous" }).click();
  await page.getByRole("link", { name: "gu.qinghe" }).last().waitFor();
  await page.getByLabel("Search").fill("person.99999");
  await page.getByRole("link", { name: "同学99999" }).waitFor();
  assert.equal(await page.locator("tbody tr").count(), 1);
  await quiet(page);
});
