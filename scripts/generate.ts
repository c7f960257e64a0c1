// npm run generate [-- --check]: writes every generated file; with --check only compares, and exits 1 on drift.

import { spawnSync } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

const argv = process.argv.slice(2);
const generators = (await readdir(import.meta.dirname))
  .filter((name) => /^gen-.*\.ts$/.test(name))
  .sort(registryFirst);
for (const name of generators) {
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, name), ...argv], {
    stdio: "inherit",
  });
  if (status !== 0) process.exitCode = 1;
}

/** The other generators load what the registry lists. */
function registryFirst(a: string, b: string): number {
  const rank = (name: string) => (name === "gen-registry.ts" ? 0 : 1);
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}
