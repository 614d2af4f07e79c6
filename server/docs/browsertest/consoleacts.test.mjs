// What an operator does in the console beyond looking after users.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { origin, visit } from "./world.mjs";

const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();
const dialog = (page) => page.getByRole("dialog").filter({ visible: true });
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const fill = (page, label, text) => dialog(page).getByLabel(label, { exact: true }).fill(text);

async function open(page, place) {
  await page.goto("console/#/" + place);
  await page.locator("main h1").waitFor();
}

test("an organisation and a role are added, given to a user, changed and deleted", async () => {
  const page = await visit({ language: "en" });
  await open(page, "organisations");
  await press(page, "Add an organisation");
  await fill(page, "Code", "20010001");
  await fill(page, "Name", "第二实验小学");
  await dialog(page).getByRole("button", { name: "Save" }).click();
  await page.getByRole("link", { name: "第二实验小学" }).waitFor();

  await open(page, "roles");
  await press(page, "Add a role");
  await fill(page, "Code", "head");
  await fill(page, "Name", "校长");
  await dialog(page).getByText("Members with this role administer").click();
  await dialog(page).getByRole("button", { name: "Save" }).click();
  await page.getByRole("row", { name: /校长 head Yes/ }).waitFor();

  await open(page, "users/1");
  await page.getByRole("tab", { name: "Memberships" }).click();
  await press(page, "Add a membership");
  await fill(page, "Code of the organisation", "20010001");
  await dialog(page).getByText("校长").click();
  await dialog(page).getByRole("button", { name: "Save" }).click();
  await page.getByRole("row", { name: /第二实验小学 20010001 校长/ }).waitFor();
  await open(page, "organisations/20010001");
  await page.getByRole("link", { name: "林晚秋" }).waitFor();
  await open(page, "users/1");
  await page.getByRole("tab", { name: "Memberships" }).click();
  await press(page, "Delete 第二实验小学");
  await dialog(page).getByRole("button", { name: "Remove the membership" }).click();
  await page.getByRole("row", { name: /第二实验小学/ }).waitFor({ state: "detached" });

  await open(page, "organisations");
  await press(page, "Edit 第二实验小学");
  await fill(page, "Name", "第二实验学校");
  await dialog(page).getByRole("button", { name: "Save" }).click();
  await page.getByRole("link", { name: "第二实验学校" }).waitFor();
  await press(page, "Delete 第二实验学校");
  await dialog(page).getByRole("button", { name: "Delete" }).click();
  await page.getByRole("link", { name: "第二实验学校" }).waitFor({ state: "detached" });
});

test("an application gets rights one by one and a secret that is shown once and works until it is revoked", async () => {
  const page = await visit({ language: "en" });
  await open(page, "applications");
  await press(page, "Register an application");
  await fill(page, "ID", "timetable");
  await fill(page, "Name", "课程表");
  await dialog(page).getByText("Read users").click();
  await dialog(page).getByRole("button", { name: "Add", exact: true }).click();
  await heading(page, "课程表");
  await page.getByRole("listitem").filter({ hasText: "users.read" }).waitFor();
  assert.equal(await page.locator("main li").count(), 1);
  await press(page, "Add a secret");
  await dialog(page).getByRole("button", { name: "Add", exact: true }).click();
  const secret = await page.locator(".secret").innerText();
  assert.match(secret, /^qas_/);
  await dialog(page).getByRole("button", { name: "Close" }).last().click();
  await page.locator(".secret").waitFor({ state: "hidden" });
  assert.equal(await page.getByText(secret).count(), 0);

  const call = async (path) => (await fetch(`${origin()}/admin/${path}`, { headers: { Authorization: "Basic " + btoa(`timetable:${secret}`) } })).status;
  assert.deepEqual([await call("users"), await call("audit")], [200, 403]);
  await page.getByRole("button", { name: /^Revoke \d/ }).click();
  await dialog(page).getByRole("button", { name: "Revoke" }).click();
  await page.getByText(/^Revoked/).waitFor();
  assert.equal(await call("users"), 401);
});

test("a user who is locked out is found, and let in again", async () => {
  const signIn = (password) => fetch(`${origin()}/api/user/login`, { method: "POST", body: new URLSearchParams({ loginAccount: "demo", password }) }).then((answer) => answer.json());
  for (let i = 0; i < 6; i++) await signIn("not-the-password");
  assert.equal((await signIn("quartet-demo")).state, "fail");
  const page = await visit({ language: "en" });
  await open(page, "lockouts");
  await page.getByRole("row", { name: /晚秋 127\.0\.0\.1 password/ }).getByRole("button", { name: "Unlock user" }).click();
  await dialog(page).getByRole("button", { name: "Lift the lockout" }).click();
  await page.getByText("The lockout is lifted.").waitFor();
  assert.equal((await signIn("quartet-demo")).state, "ok");
});

test("a user gets a password that is shown once, is disabled, and is merged into another", async () => {
  const page = await visit({ language: "en" });
  for (const name of ["one.of.two", "two.of.two"]) {
    await open(page, "users");
    await press(page, "Add a user");
    await fill(page, "User name", name);
    await dialog(page).getByRole("button", { name: "Add", exact: true }).click();
    await heading(page, name);
  }
  const stays = new URL(page.url()).hash.split("/").at(-1);
  await open(page, "users");
  await page.getByRole("link", { name: "one.of.two" }).click();
  await page.getByRole("tab", { name: "Account" }).click();
  await press(page, "Set a password");
  await dialog(page).getByRole("button", { name: "Save" }).click();
  const password = await page.locator(".secret").innerText();
  const signIn = async () => (await fetch(`${origin()}/api/user/login`, { method: "POST", body: new URLSearchParams({ loginAccount: "one.of.two", password }) }).then((answer) => answer.json())).state;
  assert.equal(await signIn(), "ok");
  await dialog(page).getByRole("button", { name: "Close" }).last().click();
  await press(page, "Disable");
  await dialog(page).getByRole("button", { name: "Disable" }).click();
  await page.getByText("The account is disabled").waitFor();
  assert.equal(await signIn(), "fail");
  await press(page, "Enable");
  await dialog(page).getByRole("button", { name: "Enable" }).click();
  await page.getByText("The account is enabled").waitFor();
  await press(page, "Merge");
  await fill(page, "ID of the account that stays", stays);
  await dialog(page).getByRole("button", { name: "Merge" }).click();
  await page.waitForURL(new RegExp(`users/${stays}$`));
  await heading(page, "two.of.two");
});

test("everything about a user is exported, and erased", async () => {
  const page = await visit({ language: "en" });
  await open(page, "users");
  await press(page, "Add a user");
  await fill(page, "User name", "shen.yan");
  await fill(page, "Mobile", "13900139001");
  await dialog(page).getByRole("button", { name: "Add", exact: true }).click();
  await heading(page, "shen.yan");
  const id = new URL(page.url()).hash.split("/").at(-1);
  await page.getByRole("tab", { name: "Account" }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), press(page, "Export")]);
  assert.equal(download.suggestedFilename(), `user-${id}.json`);
  const { user } = JSON.parse(readFileSync(await download.path(), "utf8"));
  assert.deepEqual([user.id, user.username, user.mobile], [id, "shen.yan", "13900139001"]);

  await press(page, "Erase");
  await dialog(page).getByText("shen.yan and everything that is stored about this user will be deleted.").waitFor();
  await dialog(page).getByRole("button", { name: "Cancel" }).click();
  await dialog(page).waitFor({ state: "detached" });
  await press(page, "Erase");
  await dialog(page).getByRole("button", { name: "Erase" }).click();
  await page.getByText("The account is erased.").waitFor();
  await heading(page, "Users");
  await page.getByRole("link", { name: "林晚秋" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "shen.yan" }).count(), 0);
  await open(page, "audit?kinds=user_erased data_copied");
  for (const said of ["User erased", "Data exported"]) await page.locator(".timeline").getByText(said).waitFor();
});

test("a role over the whole server, and one in an organisation, are given and taken", async () => {
  const page = await visit({ language: "en" });
  await open(page, "users/3");
  await page.getByRole("tab", { name: "Account" }).click();
  for (const [role, back] of [["Administrator", false], ["Member", true]]) {
    await dialog(page).waitFor({ state: "detached" });
    await press(page, "Change the role");
    await dialog(page).locator(".el-select").click();
    await page.getByRole("option", { name: role, exact: true }).click();
    await dialog(page).getByRole("button", { name: "Save" }).click();
    await page.getByText(`Role over the whole server: ${role}.`).waitFor();
    await page.locator(".el-tag", { hasText: "Administrator" }).waitFor({ state: back ? "detached" : "visible" });
  }
  await page.getByRole("tab", { name: "Memberships" }).click();
  for (const [before, after] of [["教职工", "实习生"], ["实习生", "教职工"]]) {
    await dialog(page).waitFor({ state: "detached" });
    await press(page, "Edit 第二十七职业高中");
    assert.equal(await dialog(page).getByRole("checkbox", { name: before }).isChecked(), true);
    for (const role of [before, after]) await dialog(page).locator(".el-checkbox", { hasText: role }).click();
    await dialog(page).getByRole("button", { name: "Save" }).click();
    await page.getByRole("row", { name: new RegExp(`第二十七职业高中 10020027 ${after} `) }).waitFor();
  }
});

test("a delivery that was given up is sent again, by itself and with all of its webhook", async () => {
  await fetch(origin() + "/demo/reset", { method: "POST" });
  const page = await visit({ language: "en" });
  await open(page, "deliveries?state=dead");
  await page.getByRole("row", { name: /Given up/ }).waitFor();
  await press(page, "Send again msg_2002_1");
  await dialog(page).getByRole("button", { name: "Send again" }).click();
  await page.getByText("Queued: 1").waitFor();
  await page.getByText("Nothing found.").waitFor();
  await open(page, "deliveries");
  const delivered = page.getByRole("row", { name: /msg_2002_1 User changed Delivered/ });
  for (let i = 0; await delivered.count() === 0; i++) {
    assert.ok(i < 60, await page.locator("tbody").innerText());
    await page.waitForTimeout(500);
    await page.reload();
    await page.getByRole("row", { name: /msg_2002_1/ }).waitFor();
  }

  await fetch(origin() + "/demo/reset", { method: "POST" });
  await open(page, "webhooks/1");
  await page.getByRole("row", { name: /msg_2002_1 .* Given up/ }).waitFor();
  await press(page, "Send again");
  await dialog(page).getByRole("button", { name: "Send again" }).click();
  await page.getByText("Queued: 1").waitFor();
  await page.getByRole("row", { name: /Given up/ }).waitFor({ state: "detached" });
});

test("the signing key is rotated, the old one retired, a webhook is added and tested, and the audit tells of all", async () => {
  const page = await visit({ language: "en" });
  await open(page, "keys");
  await press(page, "Rotate");
  await dialog(page).getByRole("button", { name: "Rotate" }).click();
  await page.getByText("The new key is there.").waitFor();
  assert.equal(await page.locator("tbody tr").count(), 2);
  const retire = page.locator("tbody").getByRole("button", { name: /^Retire/ });
  assert.equal(await retire.count(), 1, "the newest key stays");
  await press(page, "Retire 1");
  await dialog(page).getByText("although tokens signed with it may be in use").waitFor();
  await dialog(page).getByRole("button", { name: "Retire" }).click();
  await page.getByRole("row", { name: /^1 / }).waitFor({ state: "detached" });
  assert.equal(await page.locator("tbody tr").count(), 1);
  assert.equal(await retire.count(), 0);

  await open(page, "webhooks");
  await press(page, "Add a webhook");
  await fill(page, "Address", "https://hooks.example.com/timetable");
  await fill(page, "Description", "课程表");
  await dialog(page).getByRole("button", { name: "Add", exact: true }).click();
  assert.match(await page.locator(".secret").innerText(), /^whsec_/);
  await dialog(page).getByRole("button", { name: "Close" }).last().click();
  await page.getByRole("link", { name: "https://hooks.example.com/timetable" }).click();
  await heading(page, "课程表");
  await press(page, "Send a test");
  await page.getByRole("row", { name: /Webhook tested/ }).waitFor();
  await page.getByRole("button", { name: /^Show msg_/ }).first().click();
  await page.locator("pre", { hasText: '"type": "webhook_tested"' }).waitFor();
  await page.keyboard.press("Escape");

  await open(page, "audit?kinds=webhook_added key_rotated key_retired");
  for (const said of ["Signing key rotated", "Signing key retired", "Webhook added"]) await page.locator(".timeline").getByText(said).waitFor();
  assert.equal(await page.locator(".timeline li").count(), 3);
});
