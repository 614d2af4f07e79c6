// What each test file has of its own: a demonstration, a browser, the contract.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, afterEach, before } from "node:test";
import { newPage, startBrowser } from "./browser.mjs";
import { startDemo, startProxy } from "./server.mjs";

let demo, proxy, browser, contract;
const pages = [];

before(async () => {
  demo = await startDemo();
  proxy = await startProxy(demo.origin, "/account");
  browser = await startBrowser();
  contract = await (await fetch(demo.origin + "/openapi.json")).json();
});

after(async () => {
  await browser?.close();
  await proxy?.stop();
  await demo?.stop();
});

// Whatever a test was about: nothing foreign was asked for, and nothing broke.
afterEach(async () => {
  const complaints = [];
  for (const page of pages.splice(0)) {
    complaints.push(...page.complaints());
    await page.context().close();
  }
  assert.deepEqual(complaints, []);
});

/** A new page, at the end of the test held to have had no complaint. It asks for nothing outside of `root`. */
export async function visit({ root = demo.origin, ...look } = {}) {
  const page = await newPage(browser, root, look);
  pages.push(page);
  return page;
}

/** Where the demonstration listens. */
export const origin = () => demo.origin;

/** Where a proxy has the demonstration under a path that it cuts off. */
export const behindProxy = () => proxy.origin + "/account";

/** All operations of the contract, as the server tells it. */
export const operations = () =>
  Object.values(contract.paths).flatMap((item) => Object.values(item)).filter((operation) => operation.operationId);

const pictures = new URL("../../../bin/browser/", import.meta.url).pathname;
mkdirSync(pictures, { recursive: true });

/** Where a picture goes that nobody but the reader of a failure needs. */
export const picture = (name) => `${pictures}${name}.png`;
