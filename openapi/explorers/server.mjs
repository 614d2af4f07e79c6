// One origin that has the pages and, at every other path, the program.
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, request } from "node:http";
import { extname, join } from "node:path";

const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json" };

/**
 * Serves `texts` (path → HTML or JSON) and the files of `folders` (prefix → folder), and passes everything else to the
 * program at `origin`.
 */
export async function startServer(origin, texts, folders) {
  const server = createServer((asked, answer) => {
    const path = new URL(asked.url, "http://localhost").pathname;
    if (path in texts) {
      return answer.writeHead(200, { "Content-Type": types[texts[path].startsWith("<") ? ".html" : ".json"] }).end(texts[path]);
    }
    const file = Object.entries(folders).filter(([prefix]) => path.startsWith(prefix))
      .map(([prefix, folder]) => join(folder, path.slice(prefix.length))).find((name) => existsSync(name) && statSync(name).isFile());
    if (file) {
      answer.writeHead(200, { "Content-Type": types[extname(file)] ?? "application/octet-stream" });
      return createReadStream(file).pipe(answer);
    }
    const passed = request(origin + asked.url, { method: asked.method, headers: asked.headers }, (response) => {
      answer.writeHead(response.statusCode, response.rawHeaders);
      response.pipe(answer);
    });
    asked.pipe(passed);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return { origin: `http://127.0.0.1:${server.address().port}`, stop: () => new Promise((ended) => { server.close(ended); server.closeAllConnections(); }) };
}
