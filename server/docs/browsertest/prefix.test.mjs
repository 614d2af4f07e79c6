// The documentation on a host that serves other sites at the root.
import assert from "node:assert/strict";
import { test } from "node:test";
import { execute, openDocs, openOperation } from "./browser.mjs";
import { behindProxy, operations, origin, visit } from "./world.mjs";

const dialects = () => operations().filter((operation) => !["oauth2", "admin", "system"].includes(operation.tags[0]));

for (const { name, root, demo, shown } of [
  { name: "a base path", root: () => origin() + "/prod-api", demo: () => origin() + "/demo/", shown: dialects },
  { name: "a proxy that cuts a prefix off", root: behindProxy, demo: () => behindProxy() + "/demo/", shown: operations },
]) {
  test(`under ${name} Try it out calls the server`, async () => {
    await fetch(origin() + "/demo/reset", { method: "POST" });
    const page = await visit({ root: root(), and: demo(), refusals: true });
    await page.goto("./"); // the redirect stays there
    assert.equal(page.url(), root() + "/docs/");
    await openDocs(page);
    assert.equal(await page.locator(".opblock").count(), shown().length);
    await page.locator("#run-all").click();
    await page.locator(".card .good").nth(4).waitFor();
    const repeated = [];
    for (const id of ["getUserDetail", "sendMobileCode", "createUser", "signInByPassword", "checkLoginStatusByPath", "signOut", "listSessions", "getUserInfo", "refreshUser"]) {
      const block = await openOperation(page, id);
      for (const turn of ["first", "second"]) {
        const answer = await execute(page, block);
        assert.equal(answer.status, 200, `${id}, the ${turn} time: ${answer.text}`);
        assert.ok(answer.request.url().startsWith(root() + "/"), `${id} asks ${answer.request.url()}`);
        if (answer.repeated) repeated.push(id);
      }
    }
    assert.deepEqual(repeated, ["sendMobileCode", "createUser", "signOut", "listSessions"]);
  });

  test(`under ${name} every link stays there and leads somewhere`, async () => {
    const page = await visit({ root: root(), and: demo() });
    await openDocs(page);
    await page.locator("#reset").click();
    await page.locator("#note:not(:empty)").waitFor();
    assert.match(await page.locator("#note").innerText(), /演示数据已还原/);
    await page.locator("#outbox").click();
    await page.locator("#outbox-panel .empty").waitFor();
    await page.locator("#outbox-panel .buttons button:last-child").click();
    const links = await page.locator("nav a:visible, .info .description a").evaluateAll((all) => all.map((link) => link.href));
    assert.ok(links.length >= 4, links.join(" "));
    for (const link of links) {
      assert.ok(link.startsWith(root() + "/") || link.endsWith("/console/"), link); // the console has no base path
      assert.equal((await fetch(link)).status, 200, link);
    }
    await page.goto("docs/errors#token_expired");
    await page.locator("tr:target").waitFor();
    await page.locator("nav a").first().click();
    await page.locator(".opblock-tag-section .opblock").first().waitFor();
  });
}

test("where a proxy does not pass the demonstration's paths on, the page has no reset and no outbox", async () => {
  const page = await visit({ root: origin() + "/prod-api", and: origin() + "/demo/", refusals: true });
  await page.route("**/demo/*", (route) => route.fulfill({ status: 404, contentType: "text/html", body: "<h1>404</h1>" }));
  await openDocs(page);
  await page.locator("#run-all").click();
  await page.locator(".card .good").nth(4).waitFor();
  assert.equal(await page.locator("#reset, #outbox").count(), 0);
});
