import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../util/hash.ts";
import { packageRoot, packageVersion } from "./package-root.ts";

/** Versions a run record keeps: package, commit, Node, worker packages. */
export function runVersions(): Record<string, string> {
  return {
    sectune: packageVersion(),
    commit: commit(),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    "worker requirements": sha256(readFileSync(join(packageRoot, "worker", "requirements.lock"))).slice(
      0,
      12,
    ),
  };
}

/** The checkout's commit, `+changes` when files differ from it; `unknown` outside a checkout. */
function commit(): string {
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", packageRoot, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  try {
    const head = git("rev-parse", "--short=12", "HEAD");
    return git("status", "--porcelain", "--untracked-files=no") === "" ? head : `${head}+changes`;
  } catch {
    return "unknown";
  }
}
