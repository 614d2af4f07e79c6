// Runs the built mini-program's own code on a stand-in of wx: the network is real, and behaves as WeChat documents it.
// The server at QUARTET_URL is a demonstration.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { installMiniProgram } from "../../../../clients/javascript/wx.mjs";

const { QUARTET_URL = "http://127.0.0.1:8080", SHORT_LIFE } = process.env;
const storage = new Map();
let weChatCode;
installMiniProgram();
const { request } = globalThis.wx;
delete globalThis.uni; // uni-app makes its own of wx
for (const name of ["App", "Page", "Component", "getApp"]) globalThis[name] = () => {}; // nothing is shown
const sent = [];
globalThis.wx = {
  request: (options) => sent.push(options) && request(options),
  login: ({ success }) => success({ code: weChatCode, errMsg: "login:ok" }),
  getStorageSync: (key) => storage.get(key) ?? "",
  setStorageSync: (key, value) => storage.set(key, value),
  removeStorageSync: (key) => storage.delete(key),
  canIUse: () => true,
  getSystemInfoSync: () => ({ platform: "devtools", language: "zh_CN" }),
};
const quartet = createRequire(import.meta.url)("../dist/build/mp-weixin/api/quartet.js");
const refusal = async (call) => quartet.messageOf(await call.then(() => assert.fail("a failure was due"), (thrown) => thrown));

test("by WeChat", async () => {
  assert.equal(await quartet.currentUser(), undefined);
  weChatCode = "40029000000000000000000000000000"; // the demonstration plays WeChat's error
  assert.match(await refusal(quartet.signInByWeChat()), /（40029）$/);
  weChatCode = "f" + randomBytes(16).toString("hex").slice(1);
  await quartet.signInByWeChat();
  assert.match(storage.get("token"), /^AT-/);
  assert.equal((await quartet.currentUser()).phoneNumber, null);
  assert.deepEqual(await quartet.organisations(), []);
  await quartet.signOut();
  assert.equal(storage.size, 0);
});

test("by mobile and code", async () => {
  await quartet.sendCode("13800138000");
  assert.equal(await refusal(quartet.signInByMobile("13800138000", "000000")), "验证码错误或已失效（1002014000）");
  await quartet.signInByMobile("13800138000", "246135");
  assert.equal((await quartet.currentUser()).nickname, "晚秋");
  assert.deepEqual(await quartet.organisations(), ["第二十七职业高中"]);
  const { url } = sent.at(-1);
  assert.equal(url, QUARTET_URL + "/user/info");

  await fetch(QUARTET_URL + "/auth/logout", { method: "POST", headers: { Authorization: storage.get("token") } });
  assert.equal(await quartet.currentUser(), undefined);
  assert.equal(storage.size, 0);
});

test("a network that is down", async () => {
  const { request } = globalThis.wx;
  globalThis.wx.request = (options) => request({ ...options, url: "http://127.0.0.1:9/" });
  assert.equal(await refusal(quartet.sendCode("13800138000")), "网络异常，请稍后重试");
  globalThis.wx.request = request;
});

// With the usual --access-life of an hour this would take half an hour.
test("the next JWT", { skip: SHORT_LIFE ? false : "needs a server with --access-life 1m and SHORT_LIFE=true" }, async () => {
  const form = new URLSearchParams({ loginAccount: "demo", password: "quartet-demo" });
  const { Jwt } = await (await fetch(QUARTET_URL + "/api/user/login", { method: "POST", body: form })).json();
  storage.set("token", Jwt); // every dialect takes the tokens of the others
  await sleep(31_000);
  assert.equal((await quartet.currentUser()).nickname, "晚秋");
  assert.match(storage.get("token"), /^ey/);
  assert.notEqual(storage.get("token"), Jwt);
});
