// Uses the page that runs at PAGE_URL, and the built one, in Chromium as a person does. The server at
// QUARTET_URL is a demonstration.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium } from "playwright-core";
import { preview } from "vite";

const { PAGE_URL = "http://127.0.0.1:5173", QUARTET_URL = "http://127.0.0.1:8080", CHROMIUM = "/usr/bin/chromium" } = process.env;
const servers = [];
let browser;
before(async () => {
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ],
  });
});
after(async () => {
  await browser.close();
  for (const server of servers) await server.close();
});

/** Serves the built page on a free port, before the server of vite.config.ts or another. */
async function built(target) {
  const server = await preview({ preview: { port: 0, strictPort: false, ...(target && { proxy: { "/quartet": { target } } }) } });
  servers.push(server);
  return `http://127.0.0.1:${server.httpServer.address().port}`;
}

/** The page of somebody new; `page.wrong` has what its script throws and the requests that it sends elsewhere. */
async function open(origin) {
  const page = await browser.newPage();
  page.wrong = [];
  page.on("pageerror", (error) => page.wrong.push(error));
  page.on("request", (request) => {
    if (!request.url().startsWith(origin + "/") && !request.url().startsWith("data:")) page.wrong.push(request.url());
  });
  await page.goto(origin + "/");
  return page;
}

async function signIn(page, password) {
  const form = page.locator("form").first();
  await form.getByLabel("账号").fill("demo");
  await form.getByLabel("密码").fill(password);
  await form.getByRole("button", { name: "登录" }).click();
}

const heading = (page, name) => page.getByRole("heading", { name }).waitFor();
const token = (page) => page.evaluate(() => localStorage.getItem("token"));

for (const [name, address] of [["the page of npm run dev", async () => PAGE_URL], ["the built page", built]]) {
  test(name, async (t) => {
    const origin = await address();

    await t.test("signs in by password, stays signed in, signs out", async () => {
      const page = await open(origin);
      await signIn(page, "wrong");
      assert.equal(await page.getByRole("alert").innerText(), "账号或密码错误（401）");
      await signIn(page, "quartet-demo");
      await heading(page, "晚秋");
      await page.getByText("demo@example.com").waitFor();
      assert.equal(await page.getByRole("alert").count(), 0);

      await page.reload();
      await heading(page, "晚秋");
      await page.getByRole("button", { name: "退出登录" }).click();
      await heading(page, "密码登录");
      assert.equal(await token(page), "");
      assert.deepEqual(page.wrong, []);
    });

    await t.test("signs in by mobile and code, and notices that the session was ended elsewhere", async () => {
      const page = await open(origin);
      const mobile = `139${String(Math.floor(Math.random() * 1e8)).padStart(8, "0")}`;
      const form = page.locator("form").nth(1);
      await form.getByLabel("手机").fill(mobile);
      await form.getByRole("button", { name: "发送验证码" }).click();
      await page.getByText("验证码已发送").waitFor();
      const outbox = await (await fetch(QUARTET_URL + "/demo/outbox")).json();
      await form.getByLabel("验证码").fill(outbox.find((message) => message.to === mobile).code);
      await form.getByRole("button", { name: "登录" }).click();
      await page.getByText(mobile).waitFor();

      await fetch(QUARTET_URL + "/auth/logout", { method: "POST", headers: { Authorization: await token(page) } });
      await page.reload();
      await heading(page, "密码登录");
      assert.deepEqual(page.wrong, []);
    });
  });
}

test("the page says that the server cannot be reached", async () => {
  const page = await open(await built("http://127.0.0.1:9"));
  await signIn(page, "quartet-demo");
  assert.equal(await page.getByRole("alert").innerText(), "网络异常，请稍后重试");
});

// With the usual --access-life of an hour this would take half an hour.
test("the page goes on with the next JWT", { skip: process.env.SHORT_LIFE ? false : "needs a server with --access-life 1m and SHORT_LIFE=true" }, async () => {
  const page = await open(PAGE_URL);
  await signIn(page, "quartet-demo");
  await heading(page, "晚秋");
  const first = await token(page);
  await sleep(31_000);
  await page.reload();
  await heading(page, "晚秋");
  const next = await token(page);
  assert.notEqual(next, first);
  assert.match(next, /^ey/);
});
