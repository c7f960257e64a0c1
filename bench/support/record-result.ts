import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { cpus, loadavg, totalmem } from "node:os";

const results = new URL("../../docs/results/", import.meta.url);

/** Writes `docs/results/NAME.json`: the command, what the figures depend on besides the code, and the figures. */
export async function recordResult(name: string, command: string, figures: object): Promise<void> {
  const result = { command: command.trim(), ...circumstances(), figures };
  await mkdir(results, { recursive: true });
  await writeFile(new URL(`${name}.json`, results), `${JSON.stringify(result, null, 2)}\n`);
}

/** The commit, the time, the machine, and what else ran on it. */
function circumstances(): object {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  const machine = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    loadAverage: loadavg().map((load) => Math.round(load * 100) / 100),
  };
  return { commit, at: new Date().toISOString(), machine };
}
