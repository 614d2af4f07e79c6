// The real program without a demonstration: an empty database, and the one-time address of the first start.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const module = new URL("../../..", import.meta.url).pathname;

/** Starts `quartet serve` with a new database; resolves with the origins of its two listeners, the one-time address, and what a test does with it. */
export async function startEmpty() {
  const folder = mkdtempSync(join(tmpdir(), "quartet-console-"));
  const binary = join(folder, "quartet"), database = `sqlite:${join(folder, "quartet.db")}`, file = join(folder, "quartet.db.keys.setup");
  execFileSync("go", ["build", "-o", binary, "./cmd/quartet"], { cwd: module, stdio: "inherit" });
  const program = spawn(binary, ["serve", "--addr", "127.0.0.1:0", "--database", database], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const stop = async () => {
    if (program.exitCode === null && program.signalCode === null) {
      const ended = new Promise((resolve) => program.once("exit", resolve));
      program.kill("SIGTERM");
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const origin = await listening(program);
    const address = readFileSync(file, "utf8").trim();
    return {
      origin, address, admin: new URL(address).origin, stop,
      /** Whether the file of the one-time address is still there. */
      offered: () => existsSync(file),
      /** Adds so many users, as an import from another system does. */
      importUsers(count) {
        const table = join(folder, "sys_user.csv");
        const rows = Array.from({ length: count }, (_, i) => `${i + 1},person.${i + 1},同学${i + 1},0,0,`);
        writeFileSync(table, ["user_id,user_name,nick_name,del_flag,status,password", ...rows, ""].join("\n"));
        execFileSync(binary, ["import", "--from", "ruoyi", "--database", database, table], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
      },
    };
  } catch (failed) {
    await stop();
    throw failed;
  }
}

// The log names the address of the main listener; the rest of it is read and dropped.
function listening(program) {
  return new Promise((resolve, reject) => {
    const said = [];
    for (const stream of [program.stdout, program.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        if (said.length < 100) said.push(line);
        const found = line.match(/msg=listening address=(\S+)/);
        if (found) resolve(`http://${found[1]}`);
      });
    }
    program.once("error", reject);
    program.once("exit", (code) => reject(new Error(`quartet ended with ${code}:\n${said.join("\n")}`)));
  });
}
