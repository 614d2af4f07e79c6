// Libraries as they come from npm, each behind the same few calls. A failure is what the
// library's documentation says to look at: the answer of an exception, or the answer.
import { createRequire } from "node:module";

import { createAlova } from "alova";
import adapterFetch from "alova/fetch";
import axios0 from "axios";
import axios018 from "axios-0.18";
import axios1 from "axios-1";
import { build } from "esbuild";

const require = createRequire(import.meta.url);
const FORM = "application/x-www-form-urlencoded";

/** Its source has imports that only a bundler finds, as uni-app's. */
async function luchRequest() {
  const bundle = await build({ entryPoints: [require.resolve("luch-request")], bundle: true, write: false, format: "esm" });
  const { default: Request } = await import("data:text/javascript;base64," + Buffer.from(bundle.outputFiles[0].text).toString("base64"));
  return Request;
}

export const Request = await luchRequest();

const headersOf = (headers) => (name) => headers[Object.keys(headers).find((key) => key.toLowerCase() === name.toLowerCase())];

const withAxios = (axios, options = {}) => async ({ method = "GET", url, query, headers = {}, json, form, body }) => {
  const data = json ?? (form && new URLSearchParams(form).toString()) ?? body;
  if (form) headers = { ...headers, "Content-Type": FORM };
  const answer = await axios.request({ method, url, params: query, headers, data, ...options }).catch((error) => {
    if (!error.response) throw error;
    return error.response;
  });
  return { status: answer.status, body: answer.data, header: (name) => headersOf(answer.headers)(name) };
};

async function withAlova({ method = "GET", url, query, headers = {}, json, form, body }) {
  const alova = createAlova({
    requestAdapter: adapterFetch(), cacheFor: null, shareRequest: false,
    responded: async (response) => ({ status: response.status, body: await response.json(), header: (name) => response.headers.get(name) }),
  });
  const data = json ?? (form && new URLSearchParams(form).toString()) ?? body;
  if (form) headers = { ...headers, "Content-Type": FORM };
  const config = { params: query, headers };
  return method === "GET" ? alova.Get(url, config) : alova.Post(url, data, config);
}

// Fly encodes an object by itself, and puts it into the query of a GET.
const withFly = (fly) => async ({ method = "GET", url, query, headers = {}, json, form, body }) => {
  if (query && method !== "GET") url += "?" + new URLSearchParams(query);
  if (form) headers = { ...headers, "Content-Type": FORM };
  const data = method === "GET" ? query : (json ?? form ?? body);
  const answer = await fly.request(url, data, { method, headers }).catch((error) => {
    if (!error.response) throw error;
    return { ...error.response, status: error.status };
  });
  return { status: answer.status, body: answer.data, header: (name) => [headersOf(answer.headers)(name)].flat()[0] };
};

async function withLuch({ method = "GET", url, query, headers = {}, json, form, body }) {
  const header = form ? { ...headers, "content-type": FORM } : headers;
  const answer = await new Request().request({ method, url, params: query, header, data: json ?? form ?? body }).catch((failed) => {
    if (!failed.statusCode) throw failed;
    return failed;
  });
  return { status: answer.statusCode, body: answer.data, header: headersOf(answer.header) };
}

const withMiniProgram = (request) => ({ method = "GET", url, query, headers = {}, json, form, body }) => {
  if (query) url += "?" + new URLSearchParams(query);
  const header = form ? { ...headers, "content-type": FORM } : headers;
  return new Promise((resolve, reject) => {
    request({
      method, url, header, data: json ?? form ?? body,
      success: (answer) => resolve({ status: answer.statusCode, body: answer.data, header: headersOf(answer.header) }), fail: reject,
    });
  });
};

/** The libraries by the name of their row. The mini-program's globals must be there. */
export const libraries = () => ({
  "axios 0.18": withAxios(axios018),
  "axios 0.26": withAxios(axios0),
  "axios 1.x": withAxios(axios1),
  "alova (fetch)": withAlova,
  flyio: withFly(require("flyio/src/node")()),
  "flyio (mini-program)": withFly(new (require("flyio/dist/npm/wx"))()),
  "luch-request": withLuch,
  "axios-miniprogram-adapter": withAxios(axios0, { adapter: require("axios-miniprogram-adapter") }),
  "wx.request": withMiniProgram((options) => globalThis.wx.request(options)),
  "uni.request": withMiniProgram((options) => globalThis.uni.request(options)),
});
