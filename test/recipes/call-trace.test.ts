import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CallSummary } from "../../src/algorithms/call-summary.ts";
import type { CallRecord } from "../../src/core/call-record.ts";
import type { RunRecord } from "../../src/core/run.ts";
import { readCallTrace } from "../../src/engine/call-trace.ts";
import { type ServerProcess, spawnOpenAiServer } from "../fixtures/openai-server/spawn.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const IN_FLIGHT = 8;
const ITEMS = 24;

let folder: string;
let server: ServerProcess;
let recipe: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sectune-calls-"));
  recipe = join(folder, "recipe.yaml");
  server = await spawnOpenAiServer("--latency-ms", "150");
  const target = `adapter: openai-compatible, url: "${server.url}/v1", model: fixture, revision: "1"`;
  writeFileSync(
    recipe,
    `recipe: evaluate
models: { target: { ${target}, maxConcurrency: ${IN_FLIGHT}, price: { inputPerMTok: 1, outputPerMTok: 2 } } }
benchmarks: [{ name: tinytasks, limit: ${ITEMS / 6} }]
params: { sampling: { maxTokens: 80 } }
`,
  );
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("every call of a run is traced, and shown by step and role, as the ledger counts them; the memo's answers apart", async () => {
  const store = join(folder, "whole");
  expect((await sectune("run", recipe, "--store", store)).code).toBe(0);
  const shown = JSON.parse((await sectune("runs", "show", "--calls", "--json", "--store", store)).stdout) as {
    calls: CallSummary[];
    unreadableLines: number;
  } & RunRecord;
  expect(shown.unreadableLines).toBe(0);
  const named = shown.calls.map(({ step, role, op, calls, cached }) => [step, role, op, calls, cached]);
  expect(named.sort()).toEqual([
    ["plain", "target", "model.generate", ITEMS, 0],
    ["plain-judged", "tinytasks", "benchmark.judge", ITEMS, expect.any(Number)],
    ["prompted", "target", "model.generate", ITEMS, 0],
    ["prompted-judged", "tinytasks", "benchmark.judge", ITEMS, expect.any(Number)],
  ]);
  for (const { step, usage, usd, calls } of shown.ledger) {
    const traced = shown.calls.find((group) => group.step === step)!;
    expect(traced.calls).toBe(calls);
    expect([traced.inputTokens, traced.outputTokens]).toEqual([usage.input, usage.output]);
    expect(traced.usd).toBeCloseTo(usd, 10);
  }
  expect(shown.calls.find(({ step }) => step === "plain")!.p50Ms).toBeGreaterThan(149);

  const text = await sectune("runs", "show", "--calls", "--store", store);
  expect(text.stdout).toMatch(/^plain +target +model.generate +24 +0 /m);
  const trace = await sectune("runs", "trace", "--store", store);
  const { traceEvents } = JSON.parse(trace.stdout) as { traceEvents: { ph: string; cat: string }[] };
  const slices = traceEvents.filter(({ ph }) => ph === "X");
  expect(slices).toHaveLength(4 * ITEMS + shown.steps.length);
  const line = await sectune("runs", "trace", "--json", "--store", store);
  expect(line.stdout.trim().split("\n")).toHaveLength(1);
  expect(JSON.parse(line.stdout)).toEqual({ displayTimeUnit: "ms", traceEvents });

  // The step again, its calls not.
  expect((await sectune("run", recipe, "--store", store, "--fresh", "plain")).code).toBe(0);
  const again = (await tracesOf(store)).at(-1)!;
  expect(again.map(({ step, cached }) => [step, cached])).toEqual(Array(ITEMS).fill(["plain", true]));
}, 300_000);

test("a run that Ctrl-C ends has traced what was under way, and sends nothing more; the next goes on in a trace of its own", async () => {
  const store = join(folder, "interrupted");
  await server.reset();
  const run = start("run", recipe, "--store", store, "--progress", "none");
  while ((await server.stats()).requests < IN_FLIGHT + 2) await new Promise((done) => setTimeout(done, 20));
  run.kill("SIGINT");
  expect((await ended(run)).code).toBe(130);
  const [first] = await tracesOf(store);
  const { requests, answered } = await server.stats();
  expect(requests).toBeLessThan(2 * ITEMS);
  const generated = first!.filter(({ port }) => port === "model");
  expect(generated.filter(({ requests }) => requests !== undefined)).toHaveLength(requests);
  expect(generated.filter(({ error }) => error === undefined)).toHaveLength(answered);
  expect(new Set(generated.map(({ error }) => error))).toEqual(new Set([undefined, "interrupted"]));

  expect((await sectune("run", recipe, "--store", store)).code).toBe(0);
  const [, second] = await tracesOf(store);
  const model = second!.filter(({ port }) => port === "model");
  expect(model).toHaveLength(2 * ITEMS);
  expect(model.filter(({ cached }) => cached)).toHaveLength(answered);
}, 300_000);

function start(...argv: string[]): ChildProcess {
  return spawn(process.execPath, [main, ...argv], { stdio: ["ignore", "pipe", "ignore"] });
}

async function ended(child: ChildProcess): Promise<{ code: number; stdout: string }> {
  let stdout = "";
  child.stdout!.on("data", (chunk) => {
    stdout += chunk;
  });
  const [code] = (await once(child, "close")) as [number];
  return { code, stdout };
}

function sectune(...argv: string[]) {
  return ended(start(...argv));
}

/** The traces of a store's runs, oldest first. */
function tracesOf(store: string): Promise<CallRecord[][]> {
  const ids = readdirSync(join(store, "runs")).sort();
  const never = (line: number) => {
    throw new Error(`line ${line} is no record`);
  };
  return Promise.all(
    ids.map((id) => Array.fromAsync(readCallTrace(join(store, "runs", id, "calls.ndjson"), never))),
  );
}
