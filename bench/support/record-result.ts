import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { cpus, loadavg, totalmem } from "node:os";

const results = new URL("../../docs/results/", import.meta.url);

/** Writes `docs/results/NAME.json`: the command, what the figures depend on besides the code, and the figures. */
export async function recordResult(name: string, command: string, figures: object): Promise<void> {
  const result = { command: command.trim(), ...circumstances(), figures };
  await mkdir(results, { recursive: true });
  await writeFile(new URL(`${name}.json`, results), `${JSON.stringify(result, null, 2)}\n`);
}

/** The commit and whether the code was as there, the embedded model, the time, the machine, and what else ran on it. */
function circumstances(): object {
  const commit = `${git("rev-parse", "--short", "HEAD")}${git("status", "--porcelain", "--", ":!docs") === "" ? "" : ", changed"}`;
  const weights = readFileSync(new URL("../../assets/tiny-coder/model.safetensors", import.meta.url));
  const machine = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    loadAverage: loadavg().map((load) => Math.round(load * 100) / 100),
  };
  const tinyCoder = createHash("sha256").update(weights).digest("hex").slice(0, 12);
  return { commit, tinyCoder, at: new Date().toISOString(), machine };
}

function git(...argv: readonly string[]): string {
  return execFileSync("git", argv, { encoding: "utf8" }).trim();
}
