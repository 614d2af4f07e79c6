// What runs inside the pages: the front ends with the browser's own requests.
import axios0 from "axios";
import axios018 from "axios-0.18";
import axios1 from "axios-1";
import Request from "luch-request";

import { allFronts, runFront } from "./fronts/cases.mjs";
import { Screen } from "./fronts/screen.mjs";
import { ACCESS_TOKEN, DEVICE, NAME, Steps, WECHAT_CODE } from "./steps.mjs";
import { uniRequest } from "./unih5.mjs";

const { writeStep: write, reset, expire } = globalThis;
const uni = (globalThis.uni = { request: uniRequest });
const tools = { axios: { 0.18: axios018, 0.26: axios0, 1: axios1 }, Request, uni };

// JPress's SDK is for mini-programs alone.
const fronts = allFronts.filter((front) => !front.miniProgram);
const rowOf = (front) => `${front.name} on a page of another origin`;

async function runFronts(mode, base, needs) {
  for (const front of fronts) {
    await runFront(front, { steps: new Steps({ client: rowOf(front), mode, base, needs, write }), tools, reset: () => reset(mode), expire: () => expire(mode) });
  }
}

const DEVICE_CHECK = "/wx/pc/check-login-status?deviceNumber=" + DEVICE;

// The headers that front ends are known to send, and one that no front end has sent yet.
const requestHeaders = [
  "X-Sign", "X-TIMESTAMP", "X-Version", "X-Tenant-Id", "X-Low-App-ID", "tenant-id", "visit-tenant-id", "Cache-Control", "Pragma",
  "platform", "terminal", "isToken", "repeatSubmit", "X-Access-Token", "Authorization", "Jwt", "X-App-Id", "X-Device-Number", "X-Requested-With", "X-Of-Tomorrow",
];

async function runPreflights(base, needs) {
  const steps = new Steps({ client: "fetch on a page of another origin", mode: "both", base, needs, write });
  const isLogin = async (options) => (await (await fetch(base + DEVICE_CHECK, options)).json()).data.isLogin;
  for (const name of requestHeaders) {
    const value = ["Authorization", "X-Access-Token", "Jwt"].includes(name) ? ACCESS_TOKEN : "1";
    await steps.step("checkLoginStatus", "header " + name, "true", () => isLogin({ headers: { token: ACCESS_TOKEN, [name]: value } }));
  }
  await steps.step("checkLoginStatus", "all headers at once", "true", () =>
    isLogin({ headers: { ...Object.fromEntries(requestHeaders.map((name) => [name, "1"])), token: ACCESS_TOKEN, Authorization: "Basic c3RhZ2luZzpwcm94eQ==", "X-Access-Token": "", Jwt: "" } }));
  await steps.step("checkLoginStatus", "credentials: include", "true", () => isLogin({ headers: { token: ACCESS_TOKEN }, credentials: "include" }));
  await steps.step("getWeChatUserInfo", "reads the header X-Access-Token", "AT-", async () =>
    (await fetch(base + "/account_api/wechat/user/getUserInfo", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ code: WECHAT_CODE }),
    })).headers.get("X-Access-Token"));
  await steps.step("signInByPassword", "reads the header Jwt", "eyJ", async () =>
    (await fetch(base + "/api/user/login", { method: "POST", body: new URLSearchParams({ loginAccount: "demo", password: "quartet-demo" }) })).headers.get("Jwt"));
  await steps.step("getUserInfo", "reads the header WWW-Authenticate", "Bearer", async () =>
    (await fetch(base + "/user/info?userId=1&accessToken=AT-1-expired", { headers: { "X-App-Id": "1" } })).headers.get("WWW-Authenticate"));
  await steps.step("refreshUser", "multipart form", NAME, async () => {
    const body = new FormData();
    body.append("token", ACCESS_TOKEN);
    body.append("frontType", "2");
    return (await (await fetch(base + "/user/refresh", { method: "POST", body })).json()).result.name;
  });
}

async function runLocal(base) {
  const steps = new Steps({ client: "fetch on a page of localhost", mode: "both", base, write, needs: ["--demo"] });
  await steps.step("checkLoginStatus", "success", "true", async () =>
    (await (await fetch(base + DEVICE_CHECK, { headers: { token: ACCESS_TOKEN } })).json()).data.isLogin);
}

/** On a page of an origin that is not allowed, each front end's first call has to fail in the browser. */
async function runRefused(base, needs) {
  const steps = (client) => new Steps({ client, mode: "both", base, needs, write });
  for (const front of fronts) {
    const call = front.create({ axios: tools.axios[front.axios], Request, uni, base, session: { token: ACCESS_TOKEN }, screen: new Screen() });
    await steps(rowOf(front)).step("checkLoginStatus", "refused on a page of another origin", "refused", () =>
      call({ path: "/wx/pc/check-login-status", query: { deviceNumber: DEVICE } }).then(
        (got) => "success: " + JSON.stringify(got), (error) => (error.response || error.statusCode ? "an answer" : "refused")));
  }
  await steps("fetch on a page of another origin").step("checkLoginStatus", "refused on a page of another origin", "refused", () =>
    fetch(base + DEVICE_CHECK, { headers: { token: ACCESS_TOKEN } }).then((answer) => "an answer: " + answer.status, () => "refused"));
}

globalThis.clients = { runFronts, runPreflights, runLocal, runRefused };
