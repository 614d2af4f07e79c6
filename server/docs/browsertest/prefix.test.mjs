// The documentation on a host that serves other sites at the root.
import assert from "node:assert/strict";
import { test } from "node:test";
import { execute, openDocs, openOperation } from "./browser.mjs";
import { behindProxy, operations, origin, visit } from "./world.mjs";

const dialects = () => operations().filter((operation) => !["oauth2", "system"].includes(operation.tags[0]));

for (const { name, root, shown, outbox } of [
  { name: "a base path", root: () => origin() + "/prod-api", shown: dialects, outbox: false },
  { name: "a proxy that cuts a prefix off", root: behindProxy, shown: operations, outbox: true },
]) {
  test(`under ${name} Try it out calls the server`, async () => {
    await fetch(origin() + "/demo/reset", { method: "POST" });
    const page = await visit({ root: root() });
    await page.goto("./"); // the redirect stays there
    assert.equal(page.url(), root() + "/docs/");
    await openDocs(page);
    assert.equal(await page.locator(".opblock").count(), shown().length);
    await page.locator("#run-all").click();
    await page.locator(".card .good").nth(4).waitFor();
    for (const id of ["getUserDetail", "createUser", "signInByPassword", "checkLoginStatusByPath", "listSessions", "getUserInfo", "refreshUser"]) {
      const answer = await execute(page, await openOperation(page, id));
      assert.equal(answer.status, 200, `${id}: ${answer.text}`);
      assert.ok(answer.request.url().startsWith(root() + "/"), `${id} asks ${answer.request.url()}`);
    }
  });

  test(`under ${name} every link stays there and leads somewhere`, async () => {
    const page = await visit({ root: root() });
    await openDocs(page);
    assert.equal(await page.locator("#outbox").isVisible(), outbox);
    const links = await page.locator("nav a:visible, .info .description a").evaluateAll((all) => all.map((link) => link.href));
    assert.ok(links.length >= 4, links.join(" "));
    for (const link of links) {
      assert.ok(link.startsWith(root() + "/"), link);
      assert.equal((await fetch(link)).status, 200, link);
    }
    await page.goto("docs/errors#token_expired");
    await page.locator("tr:target").waitFor();
    await page.locator("nav a").first().click();
    await page.locator(".opblock-tag-section .opblock").first().waitFor();
  });
}
