// Request layers that behave like those of RuoYi's front ends.
import { queryOf } from "./screen.mjs";

const byCode = { 401: "认证失败，无法访问系统资源", 403: "当前操作没有权限", 404: "访问资源不存在" };
const messageOf = ({ code, msg }) => byCode[code] || msg || "系统未知错误，请反馈给管理员";

// A call without a token says so in headers of its own; axios 0.x sends them, 1.x does not.
const publicHeaders = { isToken: false, repeatSubmit: false };

const ruoyiVue = ({ axios, base, session, screen }) => {
  const http = axios.create({ baseURL: base, timeout: 10_000, headers: { "Content-Type": "application/json;charset=utf-8" } });
  http.interceptors.request.use((config) => {
    if (session.token && config.headers.isToken !== false) config.headers.Authorization = "Bearer " + session.token;
    return config;
  });
  http.interceptors.response.use(({ data }) => {
    const code = data.code || 200;
    if (code === 200) return data;
    if (code === 401) {
      screen.askToSignIn("登录状态已过期，您可以继续留在该页面，或者重新登录");
      return Promise.reject(new Error("无效的会话，或者会话已过期，请重新登录。"));
    }
    screen.show(messageOf(data));
    return Promise.reject(new Error("error"));
  }, (error) => {
    let { message } = error;
    if (message === "Network Error") message = "后端接口连接异常";
    else if (message.includes("timeout")) message = "系统接口请求超时";
    else if (message.includes("Request failed with status code")) message = "系统接口" + message.slice(-3) + "异常";
    screen.show(message);
    return Promise.reject(error);
  });
  return ({ method = "GET", path, query, data, open }) => http.request({
    method, url: query ? path + "?" + queryOf(query) : path, data, headers: open ? publicHeaders : {},
  });
};

const ruoyiApp = ({ uni, base, session, screen }) => async ({ method = "GET", path, query, data, open }) => {
  const header = session.token && !open ? { Authorization: "Bearer " + session.token } : {};
  let answer;
  try {
    answer = await uni.request({ method, timeout: 10_000, url: base + path + (query ? "?" + queryOf(query) : ""), data, header, dataType: "json" });
  } catch (error) {
    screen.show("后端接口连接异常");
    throw error;
  }
  const code = answer.data.code || 200;
  if (code === 200) return answer.data;
  if (code === 401) screen.askToSignIn("登录状态已过期，您可以继续留在该页面，或者重新登录?");
  else screen.show(messageOf(answer.data));
  throw new Error(String(code));
};

export const ruoyiFronts = [
  { name: "RuoYi-Vue (axios 0.x)", axios: "0.26", create: ruoyiVue },
  { name: "RuoYi-Vue (axios 1.x)", axios: "1", create: ruoyiVue },
  { name: "RuoYi-App", uni: true, create: ruoyiApp },
];
