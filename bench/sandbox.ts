import { spawn } from "node:child_process";
import { once } from "node:events";
import { parseArgs } from "node:util";
import type { Services } from "../src/core/adapter.ts";
import type { Sandbox } from "../src/core/sandbox.ts";
import { sandbox as bubblewrap } from "../src/sandboxes/bubblewrap/index.ts";
import { leaked, runMany } from "../test/attacks/leaks.ts";
import { recordResult } from "./support/record-result.ts";

/**
 * What the sandbox costs over a plain spawn of the same command (open + exec + close; files where named), and whether 200
 * parallel runs leave anything behind. Cases are interleaved, so that a busy machine slows all of them alike.
 *   npm run verify -- sandbox [--rounds 100] [--parallel 200] [--json]
 * Figures go to docs/results/sandbox.json.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "100" },
    parallel: { type: "string", default: "200" },
    json: { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);
const parallel = Number(values.parallel);
const services = {} as Services;
const sandbox = await bubblewrap.create(bubblewrap.config.parse({}), services);
const withoutCgroup = await bubblewrap.create(bubblewrap.config.parse({ cgroups: "off" }), services);

const pythonArgv = ["/usr/bin/python3", "-I", "-S", "-c", "pass"] as const;
const cases: Record<string, () => Promise<void>> = {
  "true, plain": () => plain(["/usr/bin/true"]),
  "true, sandbox": () => boxed(sandbox, ["/usr/bin/true"]),
  "true, sandbox without cgroup": () => boxed(withoutCgroup, ["/usr/bin/true"]),
  "true, sandbox with a file": () => boxed(sandbox, ["/usr/bin/true"], { "main.py": "pass" }),
  "python, plain": () => plain(pythonArgv),
  "python, sandbox": () => boxed(sandbox, pythonArgv),
};
const times = Object.fromEntries(Object.keys(cases).map((name) => [name, [] as number[]]));
for (let round = -3; round < rounds; round++) {
  for (const [name, work] of Object.entries(cases)) {
    const startedAt = performance.now();
    await work();
    if (round >= 0) times[name]?.push(performance.now() - startedAt); // the first rounds warm caches
  }
}

const medians = Object.fromEntries(Object.entries(times).map(([name, list]) => [name, quantile(list, 0.5)]));
const pairwise = times["true, sandbox"]!.map((time, round) => time - times["true, plain"]![round]!);
const startedAt = performance.now();
const { before, after } = await runMany(sandbox, parallel);
const parallelMs = performance.now() - startedAt;

const result = {
  rounds,
  medianMs: medians,
  p95Ms: Object.fromEntries(Object.entries(times).map(([name, list]) => [name, quantile(list, 0.95)])),
  overheadMedianMs: quantile(pairwise, 0.5),
  parallel: { runs: parallel, totalMs: Math.round(parallelMs), before, after },
};
const left = leaked(before, after);
await recordResult("sandbox", `npm run verify -- sandbox --rounds ${rounds} --parallel ${parallel}`, result);
if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
else {
  for (const [name, median] of Object.entries(medians))
    process.stdout.write(`${median.toFixed(2).padStart(8)} ms  ${name}\n`);
  process.stdout.write(
    `${result.overheadMedianMs.toFixed(2).padStart(8)} ms  median of (true, sandbox − true, plain)\n`,
  );
  process.stdout.write(
    `${parallel} parallel runs in ${(parallelMs / 1000).toFixed(1)} s; before ${JSON.stringify(before)}, after ${JSON.stringify(after)}\n`,
  );
  process.stdout.write(left.length === 0 ? "nothing leaked\n" : `LEAKED: ${left.join(", ")}\n`);
}
process.exitCode = left.length === 0 ? 0 : 1;

async function plain(argv: readonly [string, ...string[]]): Promise<void> {
  const child = spawn(argv[0], argv.slice(1), { stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.resume();
  child.stderr.resume();
  await once(child, "close");
}

async function boxed(box: Sandbox, argv: readonly [string, ...string[]], files: Record<string, string> = {}) {
  await using session = await box.open();
  for (const [path, text] of Object.entries(files)) await session.put(path, text);
  const { exitCode } = await session.exec({ argv });
  if (exitCode !== 0) throw new Error(`${argv.join(" ")} ended with ${exitCode}`);
}

function quantile(list: readonly number[], share: number): number {
  const sorted = [...list].sort((a, b) => a - b);
  const found = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return Math.round(found * 100) / 100;
}
