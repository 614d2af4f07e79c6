import assert from "node:assert/strict";
import { test } from "node:test";
import { execute, openDocs, openOperation } from "./browser.mjs";
import { operations, visit } from "./world.mjs";

// What the envelope of each dialect says of a success. The system has none.
const envelopes = {
  jeecg: { success: true, code: 200, message: "success" },
  yudao: { code: 0, msg: "" },
  cas: { code: 200, status: "success", message: "请求成功" },
  ruoyi: { code: 200, msg: "操作成功" },
  jfinal: { state: "ok" },
  oauth2: { active: true },
  system: {},
};

// A mobile's sign-in replaces the session whose pair the example refreshes;
// passwords and sign-outs end the session that the page has. Hence an order.
const first = ["refreshAccessToken"];
const last = ["endSession", "updatePassword", "signOut"];
const turn = (id) => (first.includes(id) ? -1 : last.indexOf(id) + 1);

test("every operation answers its pre-filled example in the envelope of its dialect", async () => {
  const page = await visit();
  await openDocs(page);
  const ordered = operations().sort((a, b) => turn(a.operationId) - turn(b.operationId));
  const dialects = new Set();
  for (const { operationId: id, tags } of ordered) {
    const block = await openOperation(page, id);
    const answer = await execute(page, block);
    assert.equal(answer.status, 200, `${id}: ${answer.text}`);
    assert.match(answer.shown, /^200\b/, id);
    for (const [key, value] of Object.entries(envelopes[tags[0]])) {
      assert.equal(JSON.parse(answer.text)[key], value, `${id}: ${key} in ${answer.text}`);
    }
    dialects.add(tags[0]);
    await block.locator(".opblock-summary-control").click();
  }
  assert.deepEqual([...dialects].sort(), Object.keys(envelopes).sort());
});
