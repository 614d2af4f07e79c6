// What each front end has to show: the data where a call succeeds, the server's message
// where it fails, the way to sign in where the session is over.
import { CODE, DEVICE, MOBILE, NAME, PAIR, UNKNOWN_TOKEN, WECHAT_CODE, ACCESS_TOKEN } from "../steps.mjs";
import { jeecgFronts } from "./jeecg.mjs";
import { jpressFronts } from "./jpress.mjs";
import { ruoyiFronts } from "./ruoyi.mjs";
import { FORM, Screen } from "./screen.mjs";
import { yudaoFronts } from "./yudao.mjs";

const withCases = (fronts, cases, basePath) => fronts.map((front) => ({ ...front, cases, basePath }));

/** Every front end, with its cases and the base path that its settings name. */
export const allFronts = [
  ...withCases(jeecgFronts, jeecgCases, "/jeecg-boot"),
  ...withCases(yudaoFronts, yudaoCases, "/admin-api"),
  ...withCases(ruoyiFronts, ruoyiCases, "/prod-api"),
  ...withCases(jpressFronts, jpressCases, ""),
];

/** Runs the cases of a front end, with the demo data put back before them. */
export async function runFront(front, { steps, tools, reset, expire }) {
  const { uni, wx, Request } = tools;
  const axios = tools.axios[front.axios];

  /** A new start of the front end: its calls, and what is on its screen after one. */
  const open = (session = {}, base = steps.base) => {
    const screen = new Screen();
    const call = front.create({ axios, Request, uni, wx, base, session, screen });
    return { session, screen, call };
  };
  const succeeds = (operation, kase, want, probe, needs) => steps.step(operation, kase, want, probe, needs);
  /** The message has to be on the screen, and the person is sent to sign in only where that is wanted. */
  const fails = (operation, kase, want, session, request) => steps.step(operation, kase, want, async () => {
    const { call, screen } = open(session);
    const got = await call(request).catch(() => {});
    if (got !== undefined) return "success: " + JSON.stringify(got);
    if (screen.signIn && want !== "to sign-in") return "sent to sign in: " + screen;
    return String(screen) || "nothing on the screen";
  });

  await reset();
  await front.cases({ front, steps, open, succeeds, fails, reset, expire });
}

async function jeecgCases({ front, steps, open, succeeds, fails }) {
  const operation = "refreshUser";
  const refresh = (data, form) => ({ method: "POST", path: "/user/refresh", data, form });
  const nameWith = (request, base) => async () => (await open({ token: ACCESS_TOKEN }, base).call(request)).name;
  await succeeds(operation, "success", NAME, nameWith(refresh({ token: ACCESS_TOKEN, frontType: 1 })));
  await succeeds(operation, "form", NAME, nameWith(refresh({ token: ACCESS_TOKEN, frontType: 1 }, true)));
  await succeeds(operation, "numbers as text, keys that no document names", NAME,
    nameWith(refresh({ frontType: "1", token: null, captcha: "", checkKey: 1795000000000, loginOrgCode: null })));
  await fails(operation, "invalid value", "参数", { token: ACCESS_TOKEN }, refresh({ frontType: 9 }));
  await fails(operation, "session ended", front.expired, { token: UNKNOWN_TOKEN }, refresh({ frontType: 1 }));
  await underBasePath({ front, steps, succeeds, operation, want: NAME, probe: (base) => nameWith(refresh({ frontType: 1 }), base) });
}

async function yudaoCases({ front, steps, open, succeeds, fails, reset, expire }) {
  const signIn = (data) => ({ method: "POST", path: "/auth/mobile/login", data: { companyType: 0, productType: 0, source: "web", mobile: MOBILE, validateNo: CODE, ...data } });
  const sendCode = (mobile) => ({ method: "POST", path: "/auth/mobile/code", data: { mobile, scene: 1 } });
  const check = { path: "/wx/pc/check-login-status", query: { deviceNumber: DEVICE } };
  const checkByPath = { path: "/wx/pc/check-login-status/" + DEVICE };
  const pair = () => ({ token: PAIR.accessToken, refreshToken: PAIR.refreshToken });

  await succeeds("signInByMobile", "success", NAME, async () => (await open().call(signIn())).userInfo.realName);
  await succeeds("signInByMobile", "numbers as text, text as numbers, null, keys that no document names", NAME, async () => {
    await reset();
    const data = { companyType: "0", productType: "", mobile: 13800138000, validateNo: 246135, source: null, captchaVerification: "", uuid: "", socialType: 10, socialCode: null, socialState: null };
    return (await open().call(signIn(data))).userInfo.realName;
  });
  await fails("signInByMobile", "wrong code", "验证码错误或已失效", {}, signIn({ mobile: "13900000002", validateNo: "000000" }));
  await fails("signInByMobile", "invalid value", "参数", {}, signIn({ mobile: "139" }));
  await steps.step("sendMobileCode", "too often", "操作太频繁", async () => {
    await open().call(sendCode("13900000004"));
    const { call, screen } = open();
    await call(sendCode("13900000004")).catch(() => {});
    return String(screen) || "nothing on the screen";
  });
  await succeeds("checkLoginStatus", "success", "true", async () => (await open({ token: ACCESS_TOKEN }).call(check)).isLogin);
  await succeeds("checkLoginStatusByPath", "success", "true", async () => (await open({ token: ACCESS_TOKEN }).call(checkByPath)).isLogin);
  await fails("checkLoginStatus", "session ended", "to sign-in", { token: UNKNOWN_TOKEN }, check);
  await succeeds("checkLoginStatus", "replaced by another device", "false", async () => {
    const signedIn = async () => {
      await reset();
      return (await open().call(signIn())).accessToken.value;
    };
    const first = await signedIn();
    await open().call(sendCode(MOBILE));
    await open().call(signIn());
    return (await open({ token: first }).call(check)).isLogin;
  });
  await succeeds("listSessions", "success", "1001", async () => {
    await reset();
    return JSON.stringify(await open({ token: ACCESS_TOKEN }).call({ path: "/auth/sessions" }));
  });
  await fails("endSession", "no such session", "会话不存在", { token: ACCESS_TOKEN }, { method: "DELETE", path: "/auth/sessions/999999" });
  if (front.refreshes) {
    await succeeds("refreshAccessToken", "expired token: refreshed, and the call repeated", "true AT-2-", async () => {
      await expire();
      const { session, call } = open(pair());
      return `${(await call(check)).isLogin} ${session.token}`;
    });
    await fails("refreshAccessToken", "unknown pair", "to sign-in", { token: UNKNOWN_TOKEN, refreshToken: "RT-" + "A".repeat(43) }, check);
    await reset();
  }
  await underBasePath({
    front, steps, succeeds, operation: "checkLoginStatus", want: "true",
    probe: (base) => async () => (await open({ token: ACCESS_TOKEN }, base).call(check)).isLogin,
  });
  await succeeds("signOut", "success", "true", async () => open({ token: ACCESS_TOKEN }).call({ method: "POST", path: "/auth/logout" }));
}

async function ruoyiCases({ front, steps, open, succeeds, fails }) {
  const operation = "getWeChatUserInfo";
  const weChat = (code) => ({ method: "POST", path: "/account_api/wechat/user/getUserInfo", data: { code, uuid: "", rememberMe: false }, open: true });
  const stamp = (base) => async () => (await open({}, base).call(weChat(WECHAT_CODE))).msg;
  await succeeds(operation, "success", "操作成功", stamp());
  await succeeds(operation, "token of another session beside it", "操作成功", async () =>
    (await open({ token: ACCESS_TOKEN }).call({ ...weChat(WECHAT_CODE), open: false })).msg);
  await fails(operation, "invalid code", "微信授权码 code 无效", {}, weChat("40029" + "0".repeat(27)));
  await fails(operation, "too frequent", "微信接口调用太频繁", {}, weChat("45011" + "0".repeat(27)));
  await fails(operation, "WeChat is busy", "微信服务暂不可用", {}, weChat("-1" + "0".repeat(30)));
  await fails(operation, "invalid value", "参数", {}, weChat(""));
  await underBasePath({ front, steps, succeeds, operation, want: "操作成功", probe: stamp });
}

async function jpressCases({ steps, open, succeeds }) {
  const form = { "content-type": FORM };
  const signIn = (data) => ({ method: "POST", path: "/api/user/login", data, header: form });
  const demo = { loginAccount: "demo", password: "quartet-demo" };
  const session = {};
  const { call } = open(session);
  const detail = { path: "/api/user/detail", query: { id: 1 } };
  const fails = (operation, kase, want, session, request) => steps.step(operation, kase, want, () => open(session).call(request).then(
    (answer) => "success: " + JSON.stringify(answer), ({ code, message }) => `${code} ${message}`));

  await succeeds("signInByPassword", "success", "ok", async () => (await call(signIn(demo))).state);
  await succeeds("signInByPassword", "JWT in the header Jwt", "eyJ", async () => session.token);
  await succeeds("getUserDetail", "success", NAME, async () => (await call(detail)).user.realname);
  await succeeds("postUserDetail", "success", NAME, async () => (await call({ ...detail, method: "POST" })).user.realname);
  const user = { username: "su.qing", password: "quartet-example", nickname: "苏青", gender: "女" };
  await succeeds("createUser", "success", "ok", async () => (await call({ method: "POST", path: "/api/user/create", data: user })).state);
  await fails("createUser", "name taken", "409 用户名已存在", {}, { method: "POST", path: "/api/user/create", data: user });
  await succeeds("updateUser", "success", "山有木兮", async () => {
    await call({ method: "POST", path: "/api/user/update", data: { id: "1", signature: "山有木兮", zipcode: 310000, gender: 1 } });
    return (await call(detail)).user.signature;
  });
  await fails("updateUser", "another user", "403 没有权限", session, { method: "POST", path: "/api/user/update", data: { id: 2, nickname: "不行" } });
  await fails("getUserDetail", "no such user", "404 用户不存在", session, { path: "/api/user/detail", query: { id: 999999 } });
  await fails("getUserDetail", "not signed in", "401 未登录", {}, detail);
  await fails("signInByPassword", "wrong password", "401 账号或密码错误", {}, signIn({ ...demo, password: "quartet-wrong" }));
  const change = { userId: 1, oldPassowrd: "quartet-demo", newPassword: "violet-otter-lantern" };
  await succeeds("updatePassword", "success", "ok", async () => (await call({ method: "POST", path: "/api/user/updatePassword", data: change, header: form })).state);
  await fails("updatePassword", "wrong old password", "400 旧密码错误", session, { method: "POST", path: "/api/user/updatePassword", data: change, header: form });
}

/** The base path that the front's settings name, and the same joined with a second slash. */
async function underBasePath({ front, steps, succeeds, operation, want, probe }) {
  const needs = ["--base-path " + front.basePath];
  await succeeds(operation, "under " + front.basePath, want, probe(steps.base + front.basePath), needs);
  await succeeds(operation, `under ${front.basePath}/, joined without folding`, want, probe(steps.base + front.basePath + "/"), needs);
}
