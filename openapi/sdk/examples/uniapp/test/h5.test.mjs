// Uses the page of npm run dev:h5 at PAGE_URL in Chromium as a person does. The server is a demonstration.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const { PAGE_URL = "http://127.0.0.1:5174", QUARTET_URL = "http://127.0.0.1:8080", CHROMIUM = "/usr/bin/chromium" } = process.env;
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
after(() => browser.close());

test("sign in by mobile and code in a browser, stay signed in, sign out", async () => {
  const page = await browser.newPage();
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(error));
  await page.goto(PAGE_URL + "/");
  await page.locator(".mobile input").fill("13900001234");
  await page.locator(".code input").fill("000000");
  await page.locator(".in").click();
  await page.locator(".message", { hasText: "（1002014000）" }).waitFor();

  await page.locator(".send").click();
  await page.getByText("验证码已发送").waitFor();
  const outbox = await (await fetch(QUARTET_URL + "/demo/outbox")).json();
  await page.locator(".code input").fill(outbox.find(({ to }) => to === "13900001234").code);
  await page.locator(".in").click();
  await page.locator(".name").waitFor();
  await page.getByText("13900001234").waitFor();

  await page.reload();
  await page.locator(".name").waitFor();
  await page.locator(".out").click();
  await page.locator(".in").waitFor();
  assert.equal(await page.locator(".message").count(), 0);
  assert.equal(await page.getByText("微信登录").count(), 0); // that is of mini-programs
  assert.deepEqual(wrong, []);
});
