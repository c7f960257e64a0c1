// Kills the whole quickstart (data, training, evaluation) with SIGKILL at random moments and compares what it ends with.
//   npm run verify -- kills [--kills 20] [--smoke] [--seed 1]
// One uninterrupted run gives the hashes and the time. Then a second store is run, killed at a moment of most of that time,
// and run again, until it gets to its end; its artifacts are compared, and another store begins, until KILLS kills are made.
// Figures go to docs/results/kills.json.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { seededRandom } from "../src/benchmarks/tinytasks/random.ts";
import type { RunRecord } from "../src/core/run.ts";
import { recordResult } from "./support/record-result.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "20" },
    seed: { type: "string", default: "1" },
    smoke: { type: "boolean", default: false },
  },
});
const wanted = Number(values.kills);
const main = resolve(import.meta.dirname, "../src/cli/main.ts");
const folder = mkdtempSync(join(tmpdir(), "sectune-kills-"));
try {
  const whole = join(folder, "whole");
  const startedAt = performance.now();
  await runToEnd(whole);
  const wholeMs = performance.now() - startedAt;
  process.stderr.write(`uninterrupted: ${(wholeMs / 1000).toFixed(1)} s\n`);

  const random = seededRandom(`kills/${values.seed}`);
  const moments: { step: string; memo: number }[] = [];
  let lost = 0;
  let stores = 0;
  let same = 0;
  while (moments.length < wanted) {
    const broken = join(folder, `broken-${stores++}`);
    while (moments.length < wanted) {
      const before = memoKeys(broken);
      const child = start(broken);
      await Promise.race([
        new Promise((done) => setTimeout(done, 500 + random.next() * 0.7 * wholeMs)),
        once(child, "exit"),
      ]);
      if (child.exitCode !== null) break;
      child.kill("SIGKILL");
      await once(child, "exit");
      const after = memoKeys(broken);
      lost += [...before].filter((key) => !after.has(key)).length;
      moments.push({ step: runningSteps(broken), memo: after.size });
      process.stderr.write(
        `kill ${moments.length}: in ${moments.at(-1)!.step}, ${after.size} replies kept\n`,
      );
    }
    await runToEnd(broken);
    if (isDeepStrictEqual(artifacts(broken), artifacts(whole))) same++;
    process.stderr.write(`store ${stores}: ${same === stores ? "the same artifacts" : "OTHER ARTIFACTS"}\n`);
  }
  const figures = {
    kills: moments.length,
    uninterruptedSeconds: Math.round(wholeMs / 1000),
    stores,
    storesWithIdenticalArtifacts: same,
    committedRepliesLost: lost,
    moments,
  };
  const flags = `${values.smoke ? " --smoke" : ""} --kills ${wanted} --seed ${values.seed}`;
  await recordResult(values.smoke ? "kills-smoke" : "kills", `npm run verify -- kills${flags}`, figures);
  process.stdout.write(`${JSON.stringify({ ...figures, moments: undefined })}\n`);
  process.exitCode = same === stores && lost === 0 && moments.length === wanted ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function start(store: string) {
  const flags = ["quickstart", "--json", "--progress", "none", ...(values.smoke ? ["--smoke"] : [])];
  return spawn(process.execPath, [main, ...flags, "--store", store], { stdio: "ignore" });
}

async function runToEnd(store: string): Promise<void> {
  const [code] = (await once(start(store), "exit")) as [number | null];
  if (code !== 0) throw new Error(`the quickstart ended with ${code}`);
}

/** Calls whose replies are committed. */
function memoKeys(store: string): Set<string> {
  try {
    const database = new DatabaseSync(join(store, "memo.sqlite"), { readOnly: true });
    const rows = database.prepare("SELECT key FROM calls").all() as { key: string }[];
    database.close();
    return new Set(rows.map(({ key }) => key));
  } catch {
    return new Set();
  }
}

function newest(store: string): RunRecord | null {
  try {
    const id = readdirSync(join(store, "runs")).sort().at(-1)!;
    return JSON.parse(readFileSync(join(store, "runs", id, "run.json"), "utf8"));
  } catch {
    return null;
  }
}

function runningSteps(store: string): string {
  const steps = newest(store)?.steps.filter(({ status }) => status === "running") ?? [];
  return steps.map(({ id }) => id).join(" and ") || "start-up";
}

/** Output hashes by step. */
function artifacts(store: string): Record<string, string[]> {
  const steps = newest(store)!.steps.map(({ id, outputs }) => [
    id,
    Object.values(outputs).map(({ sha256 }) => sha256),
  ]);
  return Object.fromEntries(steps);
}
