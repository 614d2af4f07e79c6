// The pages as their projects publish them, brought by npm and Maven into bin/explorers.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

const cache = new URL("../../bin/explorers/", import.meta.url).pathname;
const { npm, maven } = JSON.parse(readFileSync(new URL("assets.json", import.meta.url)));

/** The folder of a package of assets.json, which is fetched once for each version. */
export function assets(name) {
  const kept = join(cache, `${name.replace(/\W+/g, "-").replace(/^-/, "")}-${(npm[name] ?? maven[name]).version}`);
  if (!existsSync(kept)) {
    const fresh = kept + ".new";
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(fresh, { recursive: true });
    (npm[name] ? fromNpm : fromMaven)(name, fresh);
    renameSync(fresh, kept);
  }
  return kept;
}

function fromNpm(name, folder) {
  const { version, integrity } = npm[name];
  const [packed] = JSON.parse(run("npm", folder, "pack", "--silent", "--json", `${name}@${version}`));
  if (packed.integrity !== integrity) throw new Error(`${name}@${version} is ${packed.integrity}`);
  run("tar", folder, "-xzf", packed.filename, "--strip-components=1");
}

function fromMaven(name, folder) {
  const { group, version, sha256 } = maven[name];
  run("mvn", folder, "-q", "-B", "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy",
    `-Dartifact=${group}:${name}:${version}`, `-DoutputDirectory=${folder}`);
  const jar = `${name}-${version}.jar`;
  const [found] = run("sha256sum", folder, jar).split(" ");
  if (found !== sha256) throw new Error(`${jar} is ${found}`);
  run("python3", folder, "-m", "zipfile", "-e", jar, ".");
}

const run = (program, cwd, ...args) => execFileSync(program, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
