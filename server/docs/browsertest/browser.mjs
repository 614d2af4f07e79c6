// Chromium, and a page that writes down whatever a user should never meet.
import { chromium } from "playwright-core";

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

/** A new page in a context of its own; `page.complaints()` lists what went wrong on it so far, such as a request outside of `root`. */
export async function newPage(browser, root, { width = 1280, height = 900 } = {}) {
  const context = await browser.newContext({ baseURL: root + "/", viewport: { width, height }, locale: "zh-CN", colorScheme: "light" });
  context.setDefaultTimeout(120_000);
  const wrong = [];
  let requests = 0;
  context.on("request", (request) => {
    requests++;
    const url = request.url();
    if (!url.startsWith(root + "/") && !url.startsWith("data:")) wrong.push(`request to ${url}`);
  });
  context.on("requestfailed", (request) => wrong.push(`failed: ${request.url()} ${request.failure()?.errorText}`));
  context.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) wrong.push(`console: ${message.text()} ${message.location().url}`);
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

/** Opens an address of Swagger UI and waits until the operations are there. */
export async function openDocs(page, hash = "") {
  await page.goto("docs/" + hash);
  await page.locator(".opblock-tag-section .opblock").first().waitFor();
}

/** The block of an operation, opened. */
export async function openOperation(page, id) {
  const block = page.locator(`.opblock[id$="-${id}"]`);
  const open = await block.evaluate((element) => element.classList.contains("is-open"));
  if (!open) await block.locator(".opblock-summary-control").click();
  await block.locator(".execute").waitFor();
  return block;
}

/** Presses Execute with whatever the form holds, and gives the answer and the request behind it. */
export async function execute(page, block) {
  const own = (response) => response.request().resourceType() === "fetch";
  const [response] = await Promise.all([page.waitForResponse(own), block.locator(".execute").click()]);
  const shown = block.locator(".live-responses-table .response-col_status").last();
  await shown.waitFor();
  return { status: response.status(), text: await response.text(), request: response.request(), shown: (await shown.innerText()).trim() };
}
