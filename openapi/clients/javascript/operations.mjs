// Every operation of the five documents as a library calls it: once as it succeeds, once
// for each failure that its caller has to tell apart, and what callers send beside or
// instead of what the documents say.
import { ACCESS_TOKEN, CODE, DEVICE, MOBILE, NAME, PAIR, UNKNOWN_TOKEN, WECHAT_CODE } from "./steps.mjs";

const STAGING = "Basic c3RhZ2luZzpwcm94eQ==";

/** The number and the message of a failure, whatever its envelope. */
const failure = ({ body }) => `${body.code} ${body.msg ?? body.message}`;

export async function runOperations(steps, call) {
  const { base } = steps;
  const ask = (method) => (path, more = {}) => call({ method, url: base + path, ...more });
  const [get, post] = [ask("GET"), ask("POST")];
  const succeeds = (operation, want, probe) => steps.step(operation, "success", want, probe);
  const fails = (operation, kase, want, probe) => steps.step(operation, kase, want, async () => failure(await probe()));

  const signIn = (more) => post("/auth/mobile/login", { json: { companyType: 0, productType: 0, source: "web", ...more } });
  const device = (headers) => get("/wx/pc/check-login-status", { query: { deviceNumber: DEVICE }, headers });
  let access;
  await fails("signInByMobile", "wrong code", "1002014000 验证码错误或已失效", () => signIn({ mobile: "13900000002", validateNo: "000000" }));
  await fails("signInByMobile", "invalid value", "400 参数", () => signIn({ mobile: "139", validateNo: "000000" }));
  await succeeds("signInByMobile", NAME, async () => {
    const { body } = await signIn({ mobile: MOBILE, validateNo: CODE });
    access = body.data.accessToken.value;
    return body.data.userInfo.realName;
  });
  await fails("sendMobileCode", "too often", "1002014005 操作太频繁", async () => {
    await post("/auth/mobile/code", { json: { mobile: "13900000003" } });
    return post("/auth/mobile/code", { json: { mobile: "13900000003" } });
  });
  await succeeds("refreshAccessToken", "AT-2-", async () => (await post("/app/auth/token/refresh", { json: PAIR })).body.data.value);
  await fails("refreshAccessToken", "unknown pair", "401 ", () =>
    post("/app/auth/token/refresh", { json: { accessToken: UNKNOWN_TOKEN, refreshToken: "RT-" + "A".repeat(43) } }));
  await succeeds("checkLoginStatus", "true", async () => (await device({ Authorization: "Bearer " + access })).body.data.isLogin);
  await succeeds("checkLoginStatusByPath", "true", async () =>
    (await get("/wx/pc/check-login-status/" + DEVICE, { headers: { token: access } })).body.data.isLogin);
  await fails("checkLoginStatus", "not signed in", "401 未登录", () => device({}));

  const userInfo = (accessToken, userId, application) => get("/user/info", { query: { accessToken, userId }, headers: { "X-App-Id": application } });
  await succeeds("getUserInfo", "第二十七职业高中", async () => (await userInfo(access, "1", "1")).body.data.orgList[0].orgName);
  await fails("getUserInfo", "no such user", "404 用户不存在", () => userInfo(access, "700000000000000001", "1"));
  await fails("getUserInfo", "unknown token", "401 未登录", () => userInfo(UNKNOWN_TOKEN, "1", "1"));
  await fails("getUserInfo", "unknown application", "401 应用不存在", () => userInfo(access, "1", "no-such-application"));

  await succeeds("refreshUser", NAME, async () => (await post("/user/refresh", { form: { token: access, frontType: "2" } })).body.result.name);
  await fails("refreshUser", "unknown token", "401 未登录", () => post("/user/refresh", { form: { token: UNKNOWN_TOKEN, frontType: "2" } }));
  await fails("refreshUser", "invalid value", "400 参数", () => post("/user/refresh", { form: { token: access, frontType: "9" } }));

  const weChat = (code) => post("/account_api/wechat/user/getUserInfo", { json: { code } });
  await succeeds("getWeChatUserInfo", "操作成功 AT-", async () => {
    const { body, header } = await weChat(WECHAT_CODE);
    return `${body.msg} ${header("X-Access-Token")}`;
  });
  await fails("getWeChatUserInfo", "invalid code", "40029 微信", () => weChat("40029" + "0".repeat(27)));
  await fails("getWeChatUserInfo", "too frequent", "45011 微信", () => weChat("45011" + "0".repeat(27)));
  await fails("getWeChatUserInfo", "WeChat is busy", "503 微信", () => weChat("-1" + "0".repeat(30)));

  const password = (loginAccount, password) => post("/api/user/login", { form: { loginAccount, password } });
  let jwt;
  await fails("signInByPassword", "wrong password", "401 账号或密码错误", () => password("nobody", "quartet-nobody"));
  await succeeds("signInByPassword", "ok eyJ", async () => {
    const { body } = await password("demo", "quartet-demo");
    jwt = body.Jwt;
    return `${body.state} ${jwt}`;
  });
  await steps.step("signInByPassword", "JWT in the header Jwt", "eyJ", async () => (await password("demo", "quartet-demo")).header("Jwt"));
  const own = { Jwt: jwt ?? access };
  const detail = async () => (await get("/api/user/detail", { query: { id: 1 }, headers: own })).body.user;
  await succeeds("getUserDetail", NAME, async () => (await detail()).realname);
  await fails("getUserDetail", "no such user", "404 用户不存在", () => get("/api/user/detail", { query: { id: 999999 }, headers: own }));
  await fails("getUserDetail", "not signed in", "401 未登录", () => get("/api/user/detail", { query: { id: 1 } }));
  await succeeds("postUserDetail", NAME, async () => (await post("/api/user/detail", { form: { id: 1 }, headers: own })).body.user.realname);
  const user = { username: "chen.yiming", password: "quartet-example", nickname: "一鸣" };
  await succeeds("createUser", "ok", async () => (await post("/api/user/create", { json: user })).body.state);
  await steps.step("createUser", "user in a form", "ok", async () =>
    (await post("/api/user/create", { form: { user: JSON.stringify({ ...user, username: "li.yiming" }) } })).body.state);
  await fails("createUser", "name taken", "409 用户名已存在", () => post("/api/user/create", { json: user }));
  await succeeds("updateUser", "山有木兮", async () => {
    await post("/api/user/update", { json: { id: 1, signature: "山有木兮" }, headers: own });
    return (await detail()).signature;
  });
  await fails("updateUser", "another user", "403 没有权限", () => post("/api/user/update", { json: { id: 2, nickname: "不行" }, headers: own }));

  await habits({ steps, get, post, access, own, detail, signIn });

  const change = (oldPassowrd, newPassword) => post("/api/user/updatePassword", { form: { userId: 1, oldPassowrd, newPassword }, headers: own });
  await fails("updatePassword", "wrong old password", "400 旧密码错误", () => change("not-the-old-one", "violet-otter-lantern"));
  await fails("updatePassword", "common password", "422 密码不合要求", () => change("quartet-demo", "password123"));
  await succeeds("updatePassword", "ok", async () => (await change("quartet-demo", "a;b=c violet-otter")).body.state);
  await steps.step("signInByPassword", "password with ; unescaped", "ok", async () =>
    (await post("/api/user/login", {
      body: "loginAccount=demo&password=a;b=c+violet-otter", headers: { "Content-Type": "application/x-www-form-urlencoded" },
    })).body.state);

  // The new password has ended the sessions: every document says 401, which makes a client sign in.
  await fails("checkLoginStatus", "session ended", "401 ", () => device({ Authorization: access }));
  await fails("getUserInfo", "session ended", "401 ", () => userInfo(access, "1", "1"));
  await fails("refreshUser", "session ended", "401 ", () => post("/user/refresh", { form: { token: access } }));
  await fails("getUserDetail", "session ended", "401 ", () => get("/api/user/detail", { query: { id: 1 }, headers: { Jwt: access } }));
}

/** What the origins' own servers take, and their clients send. */
async function habits({ steps, get, post, access, own, detail, signIn }) {
  const named = ({ body }) => body.result?.name ?? failure({ body });
  const refresh = async (more, path = "/user/refresh") => named(await post(path, more));
  const done = async (answer) => {
    const { body } = await answer;
    if (body.state !== "ok") throw new Error(failure({ body }));
  };
  await steps.step("signInByMobile", "numbers as text, text as numbers, null", "13800138000", async () => {
    await post("/auth/mobile/code", { json: { mobile: MOBILE } });
    const { body } = await signIn({ companyType: "0", productType: "", mobile: 13800138000, validateNo: 246135, source: null });
    return body.data?.userInfo.mobile ?? failure({ body });
  });
  await steps.step("refreshUser", "numbers as text", NAME, () => refresh({ json: { token: ACCESS_TOKEN, frontType: "1" } }));
  await steps.step("refreshUser", "null credential in the body, good one in the header", NAME, () =>
    refresh({ json: { token: null, frontType: 1 }, headers: { "X-Access-Token": ACCESS_TOKEN } }));
  await steps.step("updateUser", "numbers and dates as fastjson takes them", "310000 2000-08-30", async () => {
    await done(post("/api/user/update", { json: { id: "1", zipcode: 310000, gender: 1, birthday: 967596032000 }, headers: own }));
    const { zipcode, birthday } = await detail();
    return `${zipcode} ${birthday}`;
  });
  await steps.step("updateUser", "picture by its path, site without scheme", "/attachment/20220830/a.png www.example.com", async () => {
    await done(post("/api/user/update", { json: { id: 1, avatar: "/attachment/20220830/a.png", site: "www.example.com" }, headers: own }));
    const { avatar, site } = await detail();
    return `${avatar} ${site}`;
  });
  await steps.step("refreshUser", "Authorization: Basic beside the token", NAME, () =>
    refresh({ json: { frontType: 1 }, headers: { Authorization: STAGING, token: ACCESS_TOKEN } }));
  await steps.step("getUserDetail", "Authorization: Bearer undefined beside the Jwt", NAME, async () =>
    (await get("/api/user/detail", { query: { id: 1 }, headers: { ...own, Authorization: "Bearer undefined" } })).body.user.realname);
  await steps.step("checkLoginStatus", "Authorization: Basic beside the token", "true", async () =>
    (await get("/wx/pc/check-login-status", { query: { deviceNumber: DEVICE }, headers: { Authorization: STAGING, token: ACCESS_TOKEN } })).body.data.isLogin);
  const decorated = { _t: 1795000000, t: 1795000000123, sign: "C1", appId: "wx1", tenantId: 1 };
  await steps.step("getUserInfo", "parameters that no document names", "晚**", async () =>
    (await get("/user/info", { query: { accessToken: ACCESS_TOKEN, userId: 1, ...decorated }, headers: { "X-App-Id": "1" } })).body.data.nickname);
  await steps.step("refreshUser", "keys that no document names", NAME, () =>
    refresh({ json: { token: ACCESS_TOKEN, frontType: 0, captcha: "", uuid: null, socialType: 10, socialCode: "x", rememberMe: true } }));
  const form = { token: ACCESS_TOKEN, frontType: 0 };
  await steps.step("refreshUser", "slash at the end of the path", NAME, () => refresh({ form }, "/user/refresh/"));
  await steps.step("refreshUser", "two slashes in the path", NAME, () => refresh({ form }, "//user//refresh"));
  for (const prefix of ["/jeecg-boot", "/prod-api", "/dev-api", "/admin-api", "/app-api"]) {
    await steps.step("refreshUser", "under " + prefix, NAME, () => refresh({ form }, prefix + "/user/refresh"), ["--base-path " + prefix]);
  }
  await steps.step("checkLoginStatus", "times end in Z", "Z", async () =>
    (await get("/wx/pc/check-login-status", { query: { deviceNumber: DEVICE }, headers: { token: ACCESS_TOKEN } })).body.data.lastLoginTime);
  for (const [operation, ask] of Object.entries({
    refreshUser: () => post("/user/refresh", { form: { token: access } }),
    checkLoginStatus: () => get("/wx/pc/check-login-status", { query: { deviceNumber: DEVICE } }),
    getUserInfo: () => get("/user/info"),
    getWeChatUserInfo: () => post("/account_api/wechat/user/getUserInfo", { json: {} }),
    getUserDetail: () => get("/api/user/detail", { query: { id: 1 }, headers: own }),
  })) {
    await steps.step(operation, "answer names its charset", "charset=utf-8", async () => (await ask()).header("Content-Type").toLowerCase());
  }
}

/** An access token that has expired is told apart from one that is unknown; the caller has made it expire. */
export async function runExpired(steps, call) {
  await steps.step("refreshUser", "expired token", "401 令牌已过期", async () =>
    failure(await call({ method: "POST", url: steps.base + "/user/refresh", form: { token: ACCESS_TOKEN } })));
}
