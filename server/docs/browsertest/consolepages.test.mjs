// Every page of the console, in a demonstration, as a reader meets it.
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { test } from "node:test";
import { faultsOf, fits } from "./browser.mjs";
import { behindProxy, origin, picture, visit } from "./world.mjs";

const shown = new URL("../../../.github/", import.meta.url).pathname;

/** Opens the console, which the demonstration has signed in, and waits until the first list is there. */
async function openConsole(page) {
  await page.goto("console/");
  await page.locator("tbody tr").first().waitFor();
}

/** Waits until a page has said what it has. */
const settled = async (page) => {
  await page.locator("main h1").waitFor();
  await page.waitForFunction(() => !document.querySelector("main [aria-busy=true]") && !/^(加载中…|Loading…)$/m.test(document.querySelector("main").innerText));
};

for (const [language, width, theme] of [["zh-CN", 1280, "light"], ["zh-CN", 390, "dark"], ["en", 1280, "dark"], ["en", 390, "light"]]) {
  test(`every page of the console: ${language}, ${width} px, ${theme}`, async () => {
    const page = await visit({ language, width, theme });
    await openConsole(page);
    const places = await page.locator("#menu a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
    assert.equal(places.length, 12, places.join(" "));
    const own = ["#/users/1", "#/organisations/10020027", "#/applications/1"];
    for (const place of [...places, ...own]) {
      await page.goto("about:blank"); // so that what is waited for is of this page
      await page.goto("console/" + place);
      await settled(page);
      const tabs = page.getByRole("tab");
      for (let i = 0; i < Math.max(await tabs.count(), 1); i++) {
        if (await tabs.count()) await tabs.nth(i).click();
        await settled(page);
        const what = `${place} ${i}`;
        assert.equal(await page.locator(".trouble").count(), 0, what);
        assert.deepEqual(await faultsOf(page), [], what);
        await fits(page, what);
      }
      await page.screenshot({ path: picture(`console-${language}-${width}-${place.replace(/\W+/g, "")}`) });
    }
  });
}

test("the first screen is small, and comes from this server alone", async () => {
  const page = await visit();
  const loaded = [];
  page.on("response", (response) => loaded.push(response));
  await openConsole(page);
  let bytes = 0;
  for (const response of loaded) {
    if (!/\/console\/($|assets\/)/.test(response.url())) continue;
    assert.equal(response.headers()["content-encoding"], "gzip", response.url());
    bytes += (await response.request().sizes()).responseBodySize;
  }
  console.log(`# the first screen: ${bytes} bytes in ${loaded.length} answers`);
  assert.ok(bytes > 50_000 && bytes < 200_000, `${bytes} bytes`);
});

test("behind a proxy that cuts a prefix off, the console calls its server", async () => {
  const page = await visit({ root: behindProxy() });
  await openConsole(page);
  await page.getByRole("link", { name: "林晚秋" }).click();
  await page.getByText("demo@example.com").waitFor();
});

test("language and theme are chosen, and kept", async () => {
  const page = await visit({ language: "en", theme: "light" });
  await openConsole(page);
  await page.getByRole("button", { name: "中文" }).click();
  await page.getByRole("heading", { level: 1, name: "用户" }).waitFor();
  await page.getByLabel("主题").selectOption("dark");
  await page.reload();
  await page.getByRole("heading", { level: 1, name: "用户" }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.className), "dark");
});

test("a user is looked up and edited by the keyboard alone", async () => {
  const page = await visit({ language: "en" });
  await openConsole(page);
  await page.keyboard.press("Tab");
  const focused = () => page.evaluate(() => {
    const style = getComputedStyle(document.activeElement);
    return { text: document.activeElement.textContent.trim(), visible: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 };
  });
  for (let i = 0; (await focused()).text !== "林晚秋"; i++) {
    assert.ok(i < 60 , "the list is out of the keyboard's reach");
    await page.keyboard.press("Tab");
  }
  assert.ok((await focused()).visible, "the focus cannot be seen");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "林晚秋" }).waitFor();
  for (let i = 0; (await focused()).text !== "Edit"; i++) {
    assert.ok(i < 60);
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  assert.deepEqual(await faultsOf(page), []);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
});

test("what each dialect answers about a user is shown", async () => {
  const page = await visit({ language: "en" });
  await openConsole(page);
  await page.goto("console/#/users/1");
  await page.getByRole("tab", { name: "Answers" }).click();
  for (const [dialect, said] of [["jeecg", '"success": true'], ["yudao", '"code": 0'], ["cas", '"status": "success"'], ["ruoyi", '"code": 200'], ["jfinal", '"state": "ok"']]) {
    await page.getByRole("button", { name: dialect }).click();
    await page.locator("pre", { hasText: said }).waitFor();
  }
});

test("the demonstration's outbox has a code that was sent, and the reset empties it", async () => {
  const asked = await fetch(origin() + "/auth/mobile/code", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ mobile: "13900139000" }) });
  assert.equal(asked.status, 200);
  const page = await visit({ language: "en" });
  await openConsole(page);
  await page.goto("console/#/outbox");
  await page.locator("tbody").getByText("13900139000").waitFor();
  await page.getByRole("button", { name: "Reset the demonstration" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Reset the demonstration" }).click();
  await page.locator("tbody").getByText("13900139000").waitFor({ state: "detached" });
});

for (const [language, name] of [["en", "console"], ["zh-CN", "console.zh-CN"]]) {
  test(`the picture ${name}.png`, async () => {
    const page = await visit({ language, width: 1280, height: 760 });
    await openConsole(page);
    const path = process.env.PICTURES === "true" ? `${shown}${name}.png` : picture(name);
    await page.screenshot({ path });
    assert.ok(statSync(path).size < 250_000, `${path} has ${statSync(path).size} bytes`);
  });
}
