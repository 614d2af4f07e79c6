// The page in each language, width and theme: what it asks for, how wide it is, who can use it, and what it says.
import assert from "node:assert/strict";
import { test } from "node:test";
import { execute, faultsOf, fits, openDocs, openOperation } from "./browser.mjs";
import { picture, visit } from "./world.mjs";

for (const language of ["zh-CN", "en"]) {
  for (const width of [390, 1280]) {
    for (const theme of ["light", "dark"]) {
      test(`${language}, ${width} px, ${theme}`, async () => {
        const page = await visit({ language, width, theme, refusals: true });
        const faults = [];
        const look = async (what, place) => {
          await fits(page, what);
          faults.push(...(await faultsOf(page, place)).map((fault) => `${what}: ${fault}`), ...await foreignWords(page, language));
        };
        await openDocs(page);
        await look("the first screen");
        const name = `${language}-${width}-${theme}`;
        await page.screenshot({ path: picture(`first-${name}`) });
        await page.locator("#run-all").click();
        await page.locator(".card.answered").nth(4).waitFor();
        await page.screenshot({ path: picture(`cards-${name}`) });
        await look("the cards", ".start");

        const block = await openOperation(page, "getUserInfo");
        await execute(page, block);
        await look("an operation with an answer", ".opblock.is-open");
        for (const view of ["envelopes", "failures"]) {
          await block.locator(`[data-view=${view}]`).click();
          await look(`an operation's ${view}`, ".opblock.is-open .more");
        }
        await shoot(page, block.locator(".more"), `failures-${name}`);
        await shoot(page, block, `operation-${name}`);
        await page.locator('.person[data-person="nobody"]').click();
        await execute(page, block);
        await block.locator(".after .failed").waitFor();
        await look("a failure", ".opblock.is-open .after");
        await shoot(page, block.locator(".execute"), `failure-${name}`);
        await page.locator('.person[data-person="demo"]').click();
        for (const id of ["createUser", "updateUser"]) {
          const form = await openOperation(page, id);
          const place = `#${await form.getAttribute("id")}`;
          await look(`the form of ${id}`, place);
          await form.locator(".opblock-section-request-body .tab li button").last().click();
          await form.locator(".opblock-section-request-body .model .property").first().waitFor();
          await look(`the schema of ${id}`, place);
        }

        await page.locator(".about summary").click();
        await look("the notes on the contract", ".about");
        await page.locator(".models-control").click();
        await page.locator(".model-container").first().waitFor();
        await fits(page, "the schemas");

        await page.locator(".auth-wrapper > .authorize").first().click();
        await look("the dialog Authorize", ".dialog-ux");
        await page.screenshot({ path: picture(`authorize-${name}`) });
        await page.locator(".modal-ux .close-modal").click();
        await page.locator("#outbox").click();
        await look("the outbox", "#outbox-panel");
        await page.screenshot({ path: picture(`outbox-${name}`) });
        for (const other of ["errors", "tokens"]) {
          await page.goto(`docs/${other}`);
          await look(`the page ${other}`);
        }
        assert.deepEqual([...new Set(faults)], []);
      });
    }
  }
}

async function shoot(page, place, name) {
  await place.evaluate((element) => element.scrollIntoView());
  await page.screenshot({ path: picture(name) });
}

// Names, values and answers have no language. The switch offers the other one.
const noWords = "code, pre, textarea, input, option, .language-switch, .opblock-summary-path, .parameter__name, .parameter__type, .prop-type, .header-col, .model, .card header";
const names = [
  /https?:\S+|[\w.@-]*\/[\w/{}.-]*|\b[\w.]+\.(yaml|json)\b|\b[a-z]+[A-Z]\w+\b|\b[A-Z]\w*(-[A-Z]\w*)+\b|\b\w+_\w+\b|\{\w+\}|--[a-z-]+|quartet app secret list|quartet keys|wx\.login|\bAllow\b/g,
  /\b(Quartet|JeecgBoot|RuoYi|JFinal|JPress|OpenAPI|HTTP|JSON|YAML|JWTs?|RFC|API|IDs?|GUID|SDK|URL|UTF|BOM|GB\w*|OAuth|Apache|OAS|XML|CAS|SMS|IP|PC|ASCII|ISO|AccessToken|TypeScript|Java|Python|Go)\b/g,
  /\b(post|get|put|patch|delete|head|webhook|https?|basic|bearer|apikey|curl|gzip|prometheus|demo|admin|string|integer|x|ms|code|jwt|oapi-codegen|openapi-generator|jeecg|yudao|cas|ruoyi|jfinal|oauth2|system)\b/gi,
];

async function foreignWords(page, language) {
  const texts = await page.evaluate((skipped) => {
    const found = new Set();
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const element = walk.currentNode.parentElement;
      if (!element.closest(skipped) && element.checkVisibility()) found.add(walk.currentNode.data.trim());
    }
    for (const element of document.querySelectorAll("[aria-label], [placeholder], [title]")) {
      if (!element.closest(".language-switch") && element.checkVisibility()) {
        for (const key of ["aria-label", "title"]) found.add((element.getAttribute(key) ?? "").trim());
      }
    }
    return [...found];
  }, noWords);
  const foreign = language === "en" ? /\p{Script=Han}/u : /[A-Za-z]{2,}/;
  const withoutNames = (text) => names.reduce((rest, name) => rest.replace(name, ""), text.replaceAll("\u200b", ""));
  return texts.filter((text) => foreign.test(language === "en" ? text : withoutNames(text)));
}
