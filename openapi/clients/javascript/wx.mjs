// Stand-ins for the network of a mini-program: wx.request as WeChat documents it, and
// uni.request, which uni-app makes of it. An answer of any status is a success, headers keep
// the case that the server sent, JSON is parsed where it can be, redirects are not followed.
import http from "node:http";

const isObject = (value) => Object.prototype.toString.call(value) === "[object Object]";
const pairs = (data) => Object.entries(data).map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`).join("&");

function parsed(text, dataType) {
  if (dataType !== "json") return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Objects become the query of a GET, a form where the header says so, else JSON. */
function encoded(url, method, data, type) {
  if (data === undefined || data === null || data === "") return { url };
  if (!isObject(data)) return { url, body: typeof data === "string" ? data : JSON.stringify(data) };
  if (method === "GET") return { url: url + (Object.keys(data).length ? (url.includes("?") ? "&" : "?") + pairs(data) : "") };
  return { url, body: /application\/x-www-form-urlencoded/i.test(type) ? pairs(data) : JSON.stringify(data) };
}

function request(options) {
  const { data, success, fail, complete, dataType = "json", timeout = 60_000 } = options;
  const method = (options.method ?? "GET").toUpperCase();
  const header = {};
  for (const [name, value] of Object.entries(options.header ?? {})) {
    // WeChat sends every value as text, and sets the Referer itself.
    if (!/^referer$/i.test(name) && value !== undefined) header[name] = String(value);
  }
  if (!Object.keys(header).some((name) => /^content-type$/i.test(name))) header["content-type"] = "application/json";
  const type = Object.entries(header).find(([name]) => /^content-type$/i.test(name))[1];
  const sent = encoded(options.url, method, data, type);
  header.Referer = "https://servicewechat.com/wx0000000000000000/devtools/page-frame.html";
  if (sent.body !== undefined) header["content-length"] = Buffer.byteLength(sent.body);

  const ended = (callback, result) => {
    callback?.(result);
    complete?.(result);
  };
  const task = http.request(sent.url, { method, headers: header, timeout }, async (answer) => {
    const chunks = [];
    for await (const chunk of answer) chunks.push(chunk);
    const headers = {};
    for (let i = 0; i < answer.rawHeaders.length; i += 2) headers[answer.rawHeaders[i]] = answer.rawHeaders[i + 1];
    ended(success, {
      data: parsed(Buffer.concat(chunks).toString("utf8"), dataType), statusCode: answer.statusCode, header: headers, cookies: [], errMsg: "request:ok",
    });
  });
  task.on("error", (error) => ended(fail, { errMsg: "request:fail " + error.message, errno: 600001 }));
  task.on("timeout", () => task.destroy(new Error("timeout")));
  task.end(sent.body);
  return { abort: () => task.destroy(new Error("abort")) };
}

/** uni.request gives a promise where no callback is given, as in uni-app for Vue 3. */
function uniRequest(options) {
  if (options.success || options.fail || options.complete) return request(options);
  return new Promise((resolve, reject) => request({ ...options, success: resolve, fail: reject }));
}

/** Sets the global objects that libraries for mini-programs look for. */
export function installMiniProgram() {
  globalThis.wx = { request };
  globalThis.uni = { request: uniRequest };
}
