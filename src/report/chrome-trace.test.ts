import { expect, test } from "vitest";
import type { CallRecord } from "../core/call-record.ts";
import type { RunEvent } from "../core/event.ts";
import { chromeTrace } from "./chrome-trace.ts";

const made = (more: Partial<CallRecord>): CallRecord => ({
  ...{ key: "k", step: "traces", role: "teacher", port: "model", adapter: "mock", op: "generate" },
  ...{ sampleIndex: 0, queuedAt: 1000, startedAt: 1000, durationMs: 10, cached: false },
  ...more,
});
const events: RunEvent[] = [
  { at: 900, type: "run-start", run: "r", recipe: "x", steps: [] },
  { at: 950, type: "step-start", step: "tasks" },
  { at: 990, type: "step-end", step: "tasks", status: "cached", durationMs: 40, failures: 0, counts: {} },
  { at: 995, type: "step-start", step: "traces" },
  { at: 2000, type: "log", message: "the last that was heard of" },
];

async function parsed(calls: readonly CallRecord[], of: readonly RunEvent[] = events) {
  const pieces = chromeTrace({
    events: of,
    calls: async function* () {
      yield* calls;
    },
  });
  const text = (await Array.fromAsync(pieces)).join("");
  return (JSON.parse(text) as { traceEvents: Record<string, unknown>[] }).traceEvents;
}

test("steps and calls are slices on tracks of their own, a process per step", async () => {
  const trace = await parsed([
    made({ durationMs: 0.5, cached: true }),
    made({ startedAt: 1000.2, durationMs: 30, queuedAt: 990, usage: { input: 3, output: 4 }, requests: 2 }),
    made({ role: undefined, error: "internal" }),
  ]);
  const slices = trace.filter(({ ph }) => ph === "X");
  expect(slices.map(({ name, cat, pid, tid, ts, dur }) => [name, cat, pid, tid, ts, dur])).toEqual([
    ["tasks", "cached", 1, 0, 50_000, 40_000],
    // It never ended: it reaches to the last event.
    ["traces", "running", 2, 0, 95_000, 1_005_000],
    ["teacher: generate", "cached", 2, 1, 100_000, 500],
    ["teacher: generate", "call", 2, 3, 100_200, 30_000],
    ["model.generate", "failed", 2, 2, 100_000, 10_000],
  ]);
  expect(slices[3]!.args).toMatchObject({ key: "k", input: 3, output: 4, requests: 2 });
  expect(slices[4]!.args).toMatchObject({ error: "internal" });
  const names = trace.filter(({ name }) => name === "process_name");
  expect(names.map(({ pid, args }) => [pid, (args as { name: string }).name])).toEqual([
    [1, "tasks"],
    [2, "traces"],
  ]);
});

test("a run without events or without calls is a trace too", async () => {
  expect((await parsed([], [])).filter(({ ph }) => ph === "X")).toEqual([]);
  expect((await parsed([made({})], [])).find(({ ph }) => ph === "X")).toMatchObject({ ts: 0, pid: 1 });
});
