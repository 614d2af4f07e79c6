// Request layers that behave like those of yudao's front ends, and of renren-fast-vue, whose
// envelope is the same. They refresh by operation 3 of document 001, and replay the request.
import { FORM, queryOf } from "./screen.mjs";

const REFRESH = "/app/auth/token/refresh";
const pairOf = (session) => ({ accessToken: session.token, refreshToken: session.refreshToken });

const adminVue3 = ({ axios, base, session, screen }) => {
  const http = axios.create({ baseURL: base, timeout: 30_000, withCredentials: false });
  http.interceptors.request.use((config) => {
    const { headers } = config;
    if (session.token) headers.Authorization = "Bearer " + session.token;
    headers["tenant-id"] = 1;
    if (headers.Authorization) headers["visit-tenant-id"] = 122;
    if (config.method.toUpperCase() === "GET") {
      headers["Cache-Control"] = "no-cache";
      headers.Pragma = "no-cache";
    }
    return config;
  });
  let refreshing = false;
  const askToSignIn = () => {
    screen.askToSignIn("登录超时,请重新登录!");
    return Promise.reject(new Error("登录超时,请重新登录!"));
  };
  http.interceptors.response.use(async ({ data, config }) => {
    const code = data.code || 200;
    if (code === 401 && !refreshing) {
      refreshing = true;
      try {
        if (!session.refreshToken) return await askToSignIn();
        const answer = await axios.post(base + REFRESH, pairOf(session), { headers: { "tenant-id": 1 } });
        session.token = answer.data.data.value;
      } catch {
        return askToSignIn();
      } finally {
        refreshing = false;
      }
      config.headers.Authorization = "Bearer " + session.token;
      return http(config);
    }
    if (code === 200) return data;
    screen.show(code === 500 ? "服务器错误,请联系管理员!" : data.msg);
    return Promise.reject(new Error("error"));
  }, (error) => {
    const { message } = error;
    screen.show(message.includes("Request failed with status code") ? "请求出错，请稍候重试" + message.slice(-3) : "操作失败,系统异常!");
    return Promise.reject(error);
  });
  return async ({ method = "GET", path, query, data }) => (await http.request({ method, url: path, params: query, data })).data;
};

const mallUniapp = ({ Request, base, session, screen }) => {
  const custom = { showError: true };
  const http = new Request({
    baseURL: base, timeout: 8000, custom, header: { Accept: "text/json", "Content-Type": "application/json;charset=UTF-8", platform: "WechatMiniProgram" },
  });
  http.interceptors.request.use((config) => {
    if (session.token) config.header.Authorization = session.token;
    Object.assign(config.header, { terminal: 10, Accept: "*/*", "tenant-id": 1 });
    return config;
  });
  let refreshing = false;
  const askToSignIn = () => {
    screen.askToSignIn();
    return Promise.reject(new Error("您的登陆已过期"));
  };
  async function refresh(config) {
    if (refreshing) return Promise.reject(new Error("error"));
    refreshing = true;
    try {
      if (!session.refreshToken) return await askToSignIn();
      const body = await http.request({ method: "POST", url: REFRESH, data: pairOf(session) });
      if (body.code !== 0) throw new Error("刷新令牌失败");
      session.token = body.data.value;
      config.header.Authorization = "Bearer " + session.token;
    } catch {
      return askToSignIn();
    } finally {
      refreshing = false;
    }
    return http.middleware(config);
  }
  http.interceptors.response.use((response) => {
    const { data, config } = response;
    if (data.code === 401) return refresh(config);
    if (data.code !== 0) screen.show(data.msg || "服务器开小差啦,请稍后再试~");
    return data;
  }, (error) => {
    // It shows a message only where the caller has switched messages off.
    if (error?.config?.custom.showError === false) screen.show(error.data?.msg ?? "网络请求出错");
    return false;
  });
  return async ({ method = "GET", path, query, data }) => {
    const body = await http.request({ method, url: path, params: query, data });
    if (!body || body.code !== 0) throw new Error("false");
    return body.data;
  };
};

const adminUniapp = ({ uni, base, session, screen }) => {
  let refreshing = false;
  const expired = () => screen.askToSignIn("登录已过期，请重新登录");

  const http = (options) => new Promise((resolve, reject) => {
    const header = { ...options.header, "tenant-id": 1 };
    if (session.token) Object.assign(header, { Authorization: "Bearer " + session.token, "visit-tenant-id": 122 });
    uni.request({
      ...options, header, url: base + options.path + (options.query ? "?" + queryOf(options.query) : ""), dataType: "json", timeout: 60_000,
      success: async (answer) => {
        const body = answer.data;
        if (answer.statusCode === 401 || body.code === 401) {
          if (options.retried || !session.refreshToken || options.path.includes("refresh") || refreshing) {
            if (!options.path.includes("refresh")) expired();
            return reject(answer);
          }
          refreshing = true;
          try {
            session.token = (await http({ method: "POST", path: REFRESH, data: pairOf(session) })).value;
          } catch (error) {
            expired();
            return reject(error);
          } finally {
            refreshing = false;
          }
          return http({ ...options, retried: true }).then(resolve, reject);
        }
        if (answer.statusCode >= 200 && answer.statusCode < 300 && (body.code === 0 || body.code === 200)) return resolve(body.data);
        screen.show(body.msg || "请求错误");
        reject(answer);
      },
      fail(error) {
        screen.show("网络错误，换个网络试试");
        reject(error);
      },
    });
  });
  return ({ method = "GET", path, query, data }) => http({ method, path, query, data });
};

// Its cookie has no token before the first sign-in: the header then says null.
const renrenFast = ({ axios, base, session, screen }) => {
  const http = axios.create({ timeout: 30_000, withCredentials: true, headers: { "Content-Type": "application/json; charset=utf-8" } });
  http.interceptors.request.use((config) => {
    config.headers.token = session.token ?? null;
    return config;
  });
  http.interceptors.response.use((response) => {
    if (response.data?.code === 401) screen.askToSignIn();
    return response;
  });
  return async ({ method = "GET", path, query, data, form }) => {
    const t = Date.now();
    const sent = method === "GET" ? { params: { t, ...query } } : { data: form ? queryOf({ t, ...data }) : JSON.stringify({ t, ...data }), params: query };
    const { data: body } = await http.request({ method, url: base + path, ...sent, headers: form ? { "Content-Type": FORM + "; charset=utf-8" } : {} });
    if (body.code === 0) return body.data;
    screen.show(body.msg);
    throw new Error(body.msg);
  };
};

export const yudaoFronts = [
  { name: "yudao-ui-admin-vue3", axios: "1", refreshes: true, create: adminVue3 },
  { name: "yudao mall uni-app", uni: true, refreshes: true, create: mallUniapp },
  { name: "yudao admin uni-app", uni: true, refreshes: true, create: adminUniapp },
  { name: "renren-fast-vue", axios: "0.18", refreshes: false, create: renrenFast },
];
