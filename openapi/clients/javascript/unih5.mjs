// uni.request as uni-app makes it of XMLHttpRequest in a browser (H5): an answer of any
// status is a success, names of headers are in small letters, JSON is parsed where it can be.
const isObject = (value) => Object.prototype.toString.call(value) === "[object Object]";

function encoded(method, url, data, header) {
  if (data === undefined || data === null) return { url };
  if (method === "GET") return { url: isObject(data) && Object.keys(data).length ? url + (url.includes("?") ? "&" : "?") + new URLSearchParams(data) : url };
  if (!isObject(data)) return { url, body: data };
  const type = Object.entries(header).find(([name]) => /^content-type$/i.test(name))?.[1] ?? "";
  return { url, body: type.includes("application/x-www-form-urlencoded") ? new URLSearchParams(data).toString() : JSON.stringify(data) };
}

function request({ url, data, header = {}, method = "GET", dataType = "json", withCredentials = false, timeout = 60_000, success, fail, complete }) {
  method = method.toUpperCase();
  const task = new XMLHttpRequest();
  const headers = { ...header };
  if (method !== "GET" && !Object.keys(headers).some((name) => /^content-type$/i.test(name))) headers["Content-Type"] = "application/json";
  const sent = encoded(method, url, data, headers);
  task.open(method, sent.url);
  for (const [name, value] of Object.entries(headers)) task.setRequestHeader(name, value);
  Object.assign(task, { timeout, withCredentials });
  const ended = (callback, result) => {
    callback?.(result);
    complete?.(result);
  };
  task.onload = () => {
    let body = task.responseText;
    try {
      if (dataType === "json") body = JSON.parse(body);
    } catch {
      // The text stays as it is.
    }
    const lines = task.getAllResponseHeaders().trim().split("\r\n");
    const answer = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]));
    ended(success, { data: body, statusCode: task.status, header: answer, cookies: [], errMsg: "request:ok" });
  };
  task.onerror = () => ended(fail, { errMsg: "request:fail" });
  task.ontimeout = () => ended(fail, { errMsg: "request:fail timeout" });
  task.send(sent.body);
  return { abort: () => task.abort() };
}

/** With a callback it gives the task, without one a promise. */
export function uniRequest(options) {
  if (options.success || options.fail || options.complete) return request(options);
  return new Promise((resolve, reject) => request({ ...options, success: resolve, fail: reject }));
}
