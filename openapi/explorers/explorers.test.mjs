// The pages that other projects explore a document with: each shows all of this one.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { newPage, startBrowser } from "../../server/docs/browsertest/browser.mjs";
import { startDemo } from "../../server/docs/browsertest/server.mjs";
import { names, operations } from "./expected.mjs";
import { links, sites } from "./pages.mjs";
import { startServer } from "./server.mjs";

let demo, server, browser, contract;

before(async () => {
  const { texts, folders } = sites();
  demo = await startDemo();
  server = await startServer(demo.origin, texts, folders);
  browser = await startBrowser();
  contract = await (await fetch(server.origin + "/openapi.json")).json();
});

after(async () => {
  await browser?.close();
  await server?.stop();
  await demo?.stop();
});

// Of the page's own: Redoc's logo and telemetry, which are answered with nothing, and React's advice to Elements' authors.
const own = /^request to (blob:|https:\/\/(cdn\.redoc\.ly|otel\.cloud\.redocly\.com)\/)|React Router Future Flag Warning/;

async function open() {
  const page = await newPage(browser, server.origin, { height: 1500 });
  await page.context().route(/^https:/, (route) => route.fulfill({ status: 200, contentType: "image/svg+xml", headers: { "Access-Control-Allow-Origin": "*" }, body: "<svg xmlns='http://www.w3.org/2000/svg'/>" }));
  return page;
}

// Each page's menu names every operation. Of the admin API, which is long, each opens a fifth, and all together all of it.
for (const [turn, [name, link]] of Object.entries(links).entries()) {
  test(`${name} lists every operation, with its parameters, body and answers`, async () => {
    const page = await open();
    const all = operations(contract);
    assert.ok(all.length > 20);
    for (const [i, operation] of all.entries()) {
      if (operation.tags[0] === "admin" && i % Object.keys(links).length !== turn) continue;
      await page.goto(link(operation));
      const wanted = { ...names(contract, operation), menu: all.filter((o) => o.tags[0] === operation.tags[0]).map((o) => o.summary) };
      assert.deepEqual(await missing(page, wanted, operation.method.toUpperCase() + operation.path), {}, `${operation.operationId} does not show`);
    }
    assert.deepEqual(page.complaints().filter((complaint) => !own.test(complaint)), []);
    await page.context().close();
  });
}

test("knife4j signs in with what it has filled in", async () => {
  const page = await open();
  await page.goto(links.knife4j(operations(contract).find((o) => o.operationId === "signInByPassword")));
  await page.getByText("调试", { exact: true }).click();
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === "POST"),
    page.locator("button:visible", { hasText: /发\s*送/ }).click(),
  ]);
  const text = await answer.text();
  assert.equal(answer.status(), 200, text);
  assert.equal(JSON.parse(text).state, "ok");
  assert.ok(JSON.parse(text).Jwt);
  assert.deepEqual(page.complaints().filter((complaint) => !own.test(complaint)), []);
  await page.context().close();
});

/** What a page does not show of the wanted names, by kind, once it has had time to. */
async function missing(page, wanted, operation) {
  const end = Date.now() + 30_000;
  const more = page.locator(`section[id$="${operation}"]`).getByRole("button", { name: /^Show \d+ more/ }); // Scalar's
  for (;;) {
    if (await more.count() > 0) await more.first().click();
    const texts = new Set(await page.evaluate(shown, operation));
    const left = Object.entries(wanted).map(([kind, all]) => [kind, all.filter((name) => !texts.has(name))]).filter(([, all]) => all.length > 0);
    if (left.length === 0 || Date.now() > end) return Object.fromEntries(left);
    await page.waitForTimeout(100);
  }
}

/**
 * Every text of the page that stands alone: a name in a row, not a word of a description, and nothing of the other
 * operations that Scalar has on the same page. Runs in the page.
 */
function shown(operation) {
  const texts = [];
  const visit = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return texts.push(node.data.trim().replace(/^"(.*)"$/, "$1"));
    if (node.nodeType !== Node.ELEMENT_NODE || ["STYLE", "SCRIPT", "P"].includes(node.tagName) || getComputedStyle(node).display === "none") return;
    if (node.tagName === "SECTION" && /\/(GET|POST|PUT|PATCH|DELETE)\//.test(node.id) && !node.id.endsWith(operation)) return;
    if ([...node.children].some((child) => child.tagName === "WBR")) texts.push(node.textContent.trim());
    [...(node.shadowRoot?.childNodes ?? []), ...node.childNodes].forEach(visit);
  };
  visit(document.body);
  return texts;
}
