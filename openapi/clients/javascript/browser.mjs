// Runs the front ends in Chromium, on pages of origins that the servers allow and refuse.
// The browser speaks English, since an end user's may; the messages are wanted as they are.
import { build } from "esbuild";
import http from "node:http";
import { chromium } from "playwright-core";

import { expire, MODES, reset, serverOf } from "./servers.mjs";

const NEEDS = ["--allow-origins https://admin.example.com"];
const { QUARTET_PAGE_ORIGIN: pageOrigin, QUARTET_OTHER_ORIGIN: otherOrigin } = process.env;
const localOrigin = "http://localhost:" + new URL(pageOrigin).port;

async function servePages() {
  const bundle = await build({ entryPoints: ["page.mjs"], bundle: true, write: false, format: "iife", platform: "browser", mainFields: ["browser", "module", "main"] });
  const script = bundle.outputFiles[0].text;
  const answer = (request, response) => {
    const isScript = request.url === "/page.js";
    response.setHeader("Content-Type", isScript ? "text/javascript; charset=utf-8" : "text/html; charset=utf-8");
    response.end(isScript ? script : '<!doctype html><link rel="icon" href="data:,"><script src="/page.js"></script>');
  };
  const servers = [pageOrigin, otherOrigin].map((origin) => http.createServer(answer).listen(new URL(origin).port));
  return () => servers.forEach((server) => {
    server.close();
    server.closeAllConnections();
  });
}

const closePages = await servePages();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM.includes("/") ? process.env.CHROMIUM : "/usr/bin/" + process.env.CHROMIUM,
  args: [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    `--host-resolver-rules=MAP ${new URL(pageOrigin).hostname} 127.0.0.1, MAP ${new URL(otherOrigin).hostname} 127.0.0.1`,
  ],
});

/** Opens a page of an origin, and runs one of the functions of page.mjs in it. */
async function onPage(origin, name, ...args) {
  const context = await browser.newContext({ locale: "en-US" });
  const page = await context.newPage();
  await page.exposeFunction("writeStep", (line) => console.log(line));
  await page.exposeFunction("reset", reset);
  await page.exposeFunction("expire", expire);
  page.on("pageerror", (error) => {
    throw error;
  });
  await page.goto(origin + "/");
  await page.evaluate(([name, args]) => globalThis.clients[name](...args), [name, args]);
  await context.close();
}

try {
  for (const mode of MODES) {
    await reset(mode);
    await onPage(pageOrigin, "runFronts", mode, serverOf(mode), NEEDS);
  }
  await reset("honest");
  await onPage(pageOrigin, "runPreflights", serverOf("honest"), NEEDS);
  await onPage(localOrigin, "runLocal", serverOf("honest"));
  await onPage(otherOrigin, "runRefused", serverOf("honest"), NEEDS);
} finally {
  await browser.close();
  closePages();
}
