// Request layers that behave like those of JeecgBoot's front ends.
import { FORM, queryOf, signature } from "./screen.mjs";

const timestamp = () => Math.floor(Date.now() / 1000);

// The two versions differ in the name of the tenant's header, and in when they sign.
function jeecgVue3({ tenantHeader, signsAlways }) {
  return ({ axios, base, session, screen }) => {
    const http = axios.create({ timeout: 10_000, headers: { "Content-Type": "application/json;charset=UTF-8" } });
    http.interceptors.request.use((config) => {
      const { headers } = config;
      const sign = () => {
        headers["X-TIMESTAMP"] = timestamp();
        headers["X-Sign"] = signature(config.url + JSON.stringify(config.params ?? {}) + JSON.stringify(config.data ?? {}));
      };
      if (signsAlways) sign();
      headers["X-Version"] = "v3";
      if (session.token) {
        if (!signsAlways) sign();
        headers.Authorization = session.token;
        headers["X-Access-Token"] = session.token;
        headers[tenantHeader] = session.tenant ?? 0;
        headers["X-Low-App-ID"] = "1475366213400227842";
      }
      return config;
    });
    const byStatus = {
      403: "用户得到授权，但是访问是禁止的。!", 404: "网络请求错误,未找到该资源!", 405: "网络请求错误,请求方法未允许!", 408: "网络请求超时!",
      500: "服务器错误,请联系管理员!", 503: "服务不可用，服务器暂时过载或维护!",
    };
    http.interceptors.response.use(undefined, (error) => {
      const status = error.response?.status;
      const message = error.response?.data?.message ?? "";
      if (status === 401) screen.askToSignIn(message || "用户没有权限（令牌、用户名、密码错误）!");
      else if (status === 400) screen.show(message);
      else if (byStatus[status]) screen.show(byStatus[status]);
      else if (!status) screen.show("网络异常，请检查您的网络连接是否正常!");
      return Promise.reject(error);
    });

    return async ({ method = "GET", path, query, data, form }) => {
      const config = { method, url: base + path };
      if (method === "GET") config.params = { ...query, _t: timestamp() };
      else Object.assign(config, { data: form ? queryOf(data) : data, params: query });
      if (form) config.headers = { "Content-Type": FORM + ";charset=UTF-8" };
      const { data: body } = await http.request(config);
      if (body.code === 0 || body.code === 200) return body.result;
      if (body.code === 401) screen.askToSignIn("登录超时,请重新登录!");
      else screen.show(body.message);
      throw new Error(body.message);
    };
  };
}

// A page of this front end looks at success and shows the message of a failure itself.
const antDesignVue = ({ axios, base, session, screen }) => {
  const http = axios.create({ baseURL: base, timeout: 180_000 });
  http.interceptors.request.use((config) => {
    if (session.token) config.headers["X-Access-Token"] = session.token;
    config.headers["X-Low-App-ID"] = "1475366213400227842";
    config.headers["tenant-id"] = session.tenant ?? 0;
    if (config.method === "get") config.params = { _t: timestamp(), ...config.params };
    return config;
  });
  http.interceptors.response.use((response) => response.data, (error) => {
    const { response } = error;
    if (!response) screen.show(error.message);
    else if (response.status === 401) {
      screen.show("很抱歉，登录已过期，请重新登录");
      if (session.token) screen.askToSignIn();
    } else if (response.status === 403) screen.show("拒绝访问");
    else if (response.status === 404) screen.show("很抱歉，资源未找到!");
    else if (response.status === 504) screen.show("网络超时");
    else if (response.status !== 500) screen.show(response.data.message);
    return Promise.reject(error);
  });

  return async ({ method = "GET", path, query, data, form }) => {
    const body = await http.request({
      method, url: path, params: query, data: form ? queryOf(data) : data, headers: form ? { "Content-Type": FORM } : {},
    });
    if (body.success) return body.result;
    screen.show(body.message);
    throw new Error(body.message);
  };
};

// Its own copy of luch-request takes only status 200 for a success.
const jeecgUniapp = ({ Request, base, session, screen }) => {
  const http = new Request({ baseURL: base, validateStatus: (status) => status === 200 });
  http.interceptors.request.use((config) => {
    config.header = { ...config.header, "X-Access-Token": session.token ?? "" };
    config.timeout = 9000;
    return config;
  });
  http.interceptors.response.use((response) => response, (response) => {
    const data = response.data ?? {};
    // It looks for a status in the body, which JeecgBoot's envelope does not have.
    if (data.status === 403) screen.show("拒绝访问");
    else if (![404, 504, 401, 500].includes(data.status)) screen.show(data.message ?? response.errMsg);
    return response;
  });

  return async ({ method = "GET", path, query, data, form }) => {
    const response = await http.request({ method, url: path, params: query, data, header: form ? { "content-type": FORM } : {} });
    if (response.data?.success) return response.data.result;
    if (response.statusCode === 200) screen.show(response.data.message);
    throw new Error(response.data?.message ?? response.errMsg);
  };
};

/** The fronts, with how each shows that the person has to sign in again. */
export const jeecgFronts = [
  { name: "JeecgBoot Vue 3", axios: "1", expired: "to sign-in", create: jeecgVue3({ tenantHeader: "X-Tenant-Id", signsAlways: true }) },
  { name: "JeecgBoot Vue 3 (older)", axios: "0.26", expired: "to sign-in", create: jeecgVue3({ tenantHeader: "tenant-id", signsAlways: false }) },
  { name: "ant-design-vue-jeecg", axios: "0.18", expired: "to sign-in", create: antDesignVue },
  { name: "jeecg-uniapp", uni: true, expired: "未登录", create: jeecgUniapp },
];
