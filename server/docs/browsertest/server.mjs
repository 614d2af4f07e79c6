// The real program with its demonstration, built once and started on a port that
// the kernel chooses.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const module = new URL("../../..", import.meta.url).pathname;

/** Starts `quartet serve --demo`; resolves with its origin and a way to stop it, rejects when it ends instead. */
export async function startDemo() {
  const folder = mkdtempSync(join(tmpdir(), "quartet-browser-"));
  const binary = join(folder, "quartet");
  execFileSync("go", ["build", "-o", binary, "./cmd/quartet"], { cwd: module, stdio: "inherit" });
  const args = ["serve", "--demo", "--addr", "127.0.0.1:0", "--database", `sqlite:${join(folder, "quartet.db")}`, "--base-path", "/prod-api"];
  const program = spawn(binary, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const stop = async () => {
    if (program.exitCode === null && program.signalCode === null) {
      const ended = new Promise((resolve) => program.once("exit", resolve));
      program.kill("SIGTERM");
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    return { origin: await firstAddress(program), stop };
  } catch (failed) {
    await stop();
    throw failed;
  }
}

// The welcome names the address; the log that follows it is read and dropped.
function firstAddress(program) {
  return new Promise((resolve, reject) => {
    const said = [];
    for (const stream of [program.stdout, program.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        if (said.length < 100) said.push(line);
        const found = line.match(/(http:\/\/127\.0\.0\.1:\d+)\/docs\//);
        if (found) resolve(found[1]);
      });
    }
    program.once("error", reject);
    program.once("exit", (code) => reject(new Error(`quartet ended with ${code}:\n${said.join("\n")}`)));
  });
}

/** A proxy that cuts a prefix off before it asks the origin, and has nothing at other paths. */
export async function startProxy(origin, prefix) {
  const proxy = createServer((asked, answer) => {
    if (!asked.url.startsWith(prefix + "/")) return answer.writeHead(404).end();
    const path = asked.url.slice(prefix.length);
    const passed = request(origin + path, { method: asked.method, headers: asked.headers }, (response) => {
      answer.writeHead(response.statusCode, response.rawHeaders);
      response.pipe(answer);
    });
    asked.pipe(passed);
  });
  await new Promise((listening) => proxy.listen(0, "127.0.0.1", listening));
  return { origin: `http://127.0.0.1:${proxy.address().port}`, stop: () => new Promise((ended) => { proxy.close(ended); proxy.closeAllConnections(); }) };
}
