// The pictures of the READMEs, one a language. `make test-browser PICTURES=true` puts them where the READMEs show them.
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { test } from "node:test";
import { openDocs } from "./browser.mjs";
import { picture, visit } from "./world.mjs";

const shown = new URL("../../../.github/", import.meta.url).pathname;

for (const [language, name] of [["en", "docs"], ["zh-CN", "docs.zh-CN"]]) {
  test(`the picture ${name}.png`, async () => {
    const page = await visit({ language, width: 1280, height: 760 });
    await openDocs(page);
    await page.locator("#run-all").click();
    await page.locator(".card.answered").nth(4).waitFor();
    await page.mouse.move(0, 0);
    const path = process.env.PICTURES === "true" ? `${shown}${name}.png` : picture(name);
    await page.screenshot({ path });
    assert.ok(statSync(path).size < 250_000, `${path} has ${statSync(path).size} bytes`);
  });
}
