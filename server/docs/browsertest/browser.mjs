// Chromium, and a page that writes down whatever a user should never meet.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Starts the system's Chromium with an empty profile and no traffic of its own. */
export function startBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ],
  });
}

/**
 * A new page in a context of its own; `page.complaints()` lists what went wrong on it so far, such as a request
 * that neither `root` nor `and` contains. Chromium reports an answer of 4xx as an error: `refusals` are expected.
 */
export async function newPage(browser, root, { width = 1280, height = width < 500 ? 844 : 900, language = "zh-CN", theme = "light", refusals = false, and = root + "/" } = {}) {
  const context = await browser.newContext({ baseURL: root + "/", viewport: { width, height }, locale: language, colorScheme: theme, reducedMotion: "reduce" });
  context.setDefaultTimeout(120_000);
  const wrong = [];
  let requests = 0;
  context.on("request", (request) => {
    requests++;
    const url = request.url();
    if (!url.startsWith(root + "/") && !url.startsWith(and) && !url.startsWith("data:")) wrong.push(`request to ${url}`);
  });
  context.on("requestfailed", (request) => wrong.push(`failed: ${request.url()} ${request.failure()?.errorText}`));
  context.on("console", (message) => {
    const refused = refusals && /^Failed to load resource: the server responded with a status of 4\d\d/.test(message.text());
    if (["error", "warning"].includes(message.type()) && !refused) wrong.push(`console: ${message.text()} ${message.location().url}`);
  });
  context.on("weberror", (error) => wrong.push(`exception: ${error.error()}`));
  await context.exposeFunction("reportViolation", (what) => wrong.push(`content policy: ${what}`));
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (e) => window.reportViolation(`${e.violatedDirective} ${e.blockedURI}`));
  });
  const page = await context.newPage();
  page.complaints = () => (requests > 0 ? wrong : ["the page has asked for nothing"]);
  return page;
}

/** Opens an address of the explorer and waits until the operations and the cards are there. */
export async function openDocs(page, hash = "") {
  await page.goto("docs/" + hash);
  await page.locator(".opblock-tag-section .opblock").first().waitFor();
  await page.locator(".card").first().waitFor();
}

/** The block of an operation, opened. */
export async function openOperation(page, id) {
  const block = page.locator(`.opblock[id$="-${id}"]`);
  const open = await block.evaluate((element) => element.classList.contains("is-open"));
  if (!open) await block.locator(".opblock-summary-control").click();
  await block.locator(".execute").waitFor();
  return block;
}

/** Presses Execute with whatever the form holds; gives what the page shows, and the newest answer and request behind it. */
export async function execute(page, block) {
  if (await block.locator(".btn-clear").count()) await block.locator(".btn-clear").click();
  const answers = [];
  const collect = (response) => {
    if (response.request().resourceType() === "fetch" && !response.url().includes("/docs/")) answers.push(response);
  };
  page.on("response", collect);
  await block.locator(".execute").click();
  const shown = block.locator(".live-responses-table .response-col_status").last();
  await shown.waitFor();
  page.off("response", collect);
  const repeated = await block.locator(".repeated").count();
  const response = answers.at(-1);
  return {
    shown: (await shown.innerText()).trim(), repeated: repeated > 0,
    ...(response && { status: response.status(), text: await response.text(), request: response.request() }),
  };
}

/** Fails where the content is wider than the window. */
export async function fits(page, what) {
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(content <= window, `${what} is ${content} px wide, the window ${window}`);
}

/** The serious and critical faults that axe finds in a part of the page. */
export async function faultsOf(page, context = "body") {
  await page.evaluate(axe);
  return page.evaluate(async (place) => {
    const { violations } = await window.axe.run(place, { resultTypes: ["violations"] });
    return violations.filter(({ impact }) => ["serious", "critical"].includes(impact))
      .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ""}`));
  }, context);
}
