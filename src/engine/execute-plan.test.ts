import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { rowSchema } from "../core/artifact.ts";
import { AppError } from "../core/error.ts";
import type { RunEvent } from "../core/event.ts";
import type { Step } from "../core/recipe.ts";
import type { RunRecord } from "../core/run.ts";
import { type AnyStage, defineStage, type StageContext } from "../core/stage.ts";
import { executePlan } from "./execute-plan.ts";
import { Ledger } from "./ledger.ts";
import { checkWiring, orderSteps, outputSchema } from "./plan-graph.ts";
import { RunRecorder } from "./run-recorder.ts";
import { StepRunner } from "./step-runner.ts";
import { Store } from "./store.ts";

const numbers = rowSchema("number", 1, z.strictObject({ n: z.number() }));
const Count = z.strictObject({
  count: z.number(),
  failing: z.number().default(0),
  retryable: z.boolean().default(false),
  tolerated: z.boolean().default(false),
});

/** Writes 0…count-1, the last `failing` of them as failures. */
const count = defineStage({
  name: "count",
  version: 1,
  summary: "",
  params: Count,
  inputs: {},
  outputs: { numbers: { kind: "rows", schema: numbers } },
  async run(context: StageContext<z.infer<typeof Count>>) {
    ran.push("count");
    const { count, failing, retryable, tolerated } = context.params;
    for (let n = 0; n < count; n++) {
      if (n < count - failing) await context.output("numbers", numbers).write({ n });
      else
        await context.fail(
          `${n}`,
          new AppError("provider-timeout", "slow", { boundary: "provider", retryable }),
          { tolerated },
        );
    }
  },
});
const double = defineStage({
  name: "double",
  version: 1,
  summary: "",
  params: z.strictObject({ mod: z.number().optional() }),
  inputs: { numbers: "number" },
  outputs: { numbers: { kind: "rows", schema: numbers } },
  async run(context: StageContext<{ mod?: number | undefined }>) {
    ran.push("double");
    const output = context.output("numbers", numbers);
    for await (const { n } of context.rows("numbers", numbers)) await output.write({ n: 2 * n });
    context.stat("rows", context.rows("numbers", numbers).count);
  },
});
const crash = defineStage({
  name: "crash",
  version: 1,
  summary: "",
  params: z.strictObject({}),
  inputs: {},
  outputs: { numbers: { kind: "rows", schema: numbers } },
  async run() {
    throw new Error("boom");
  },
});
const wait = defineStage({
  name: "wait",
  version: 1,
  summary: "",
  params: z.strictObject({}),
  inputs: {},
  outputs: { numbers: { kind: "rows", schema: numbers } },
  async run(context: StageContext<Record<string, never>>) {
    if (context.signal.aborted) return;
    await new Promise<void>((resolve) => context.signal.addEventListener("abort", () => resolve()));
  },
});
const stages: Record<string, AnyStage> = { count, double, crash, wait };

let root: string;
let ran: string[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sectune-plan-"));
  ran = [];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const step = (id: string, stage: string, params: Step["params"], inputs: Step["inputs"] = {}): Step => ({
  id,
  stage,
  params,
  inputs,
  title: id,
});
const plan = (n: number): Step[] => [
  step("twice", "double", {}, { numbers: "start.numbers" }),
  step("start", "count", { count: n }),
];

interface Options {
  fresh?: string[];
  /** Ctrl-C when this step has ended. */
  interruptAfter?: string;
}

async function run(steps: readonly Step[], options: Options = {}) {
  const store = await Store.open(root);
  const record: RunRecord = {
    version: 1,
    id: `run-${Math.random()}`,
    recipe: "test",
    recipeVersion: 1,
    config: {},
    versions: {},
    startedAt: "",
    finishedAt: null,
    status: "running",
    ledger: [],
    steps: steps.map(({ id, title, stage }) => ({
      ...{ id, title, stage, status: "pending" as const, key: null, keyParts: {}, outputs: {}, stats: {} },
      ...{ failures: 0, durationMs: null },
    })),
  };
  const events: RunEvent[] = [];
  const controller = new AbortController();
  const recorder = new RunRecorder(store.layout, record, (event) => {
    events.push(event);
    if (event.type === "step-end" && event.step === options.interruptAfter) controller.abort();
  });
  const ledger = new Ledger(store.memo, "test", {}, recorder.emit);
  const runner = new StepRunner({
    store,
    resolver: {
      stage: async (name) => stages[name]!,
      prompt: () => Promise.reject(new Error("no prompts")),
      bindings: async () => ({ models: {}, checkpoints: {}, datasets: {}, benchmarks: {} }),
      requireAvailable: async () => {},
    },
    executor: { run: () => Promise.reject(new Error("no calls")) },
    pool: { get: () => Promise.reject(new Error("no adapters")) },
    ledger,
    seed: 0,
    signal: controller.signal,
    emit: recorder.emit,
    cpuConcurrency: 1,
    fresh: new Set(options.fresh ?? []),
  });
  let error: unknown;
  try {
    const abort = () => controller.abort();
    await executePlan(steps, { runner, recorder, ledger, maxParallelSteps: 2, abort });
  } catch (thrown) {
    error = thrown;
  } finally {
    store.close();
  }
  const saved = JSON.parse(readFileSync(join(recorder.directory, "run.json"), "utf8")) as RunRecord;
  return { record: saved, events, error };
}

const statuses = (record: RunRecord) =>
  Object.fromEntries(record.steps.map(({ id, status }) => [id, status]));
const hash = (record: RunRecord, id: string) =>
  record.steps.find((one) => one.id === id)!.outputs.numbers!.sha256;

test("steps run in the order of their needs; a second run does nothing; changed params change only what they must", async () => {
  const first = await run(plan(3));
  expect(ran).toEqual(["count", "double"]);
  expect(statuses(first.record)).toEqual({ start: "done", twice: "done" });
  expect(first.record.steps.find(({ id }) => id === "twice")!.stats).toEqual({ rows: 3 });
  const second = await run(plan(3));
  expect(ran).toHaveLength(2);
  expect(statuses(second.record)).toEqual({ start: "cached", twice: "cached" });
  expect(hash(second.record, "twice")).toBe(hash(first.record, "twice"));
  const third = await run(plan(4));
  expect(ran).toHaveLength(4);
  expect(hash(third.record, "twice")).not.toBe(hash(first.record, "twice"));
});

test("an equal output stops invalidation: `fresh` makes a step again and what follows stays cached", async () => {
  await run(plan(3));
  const again = await run(plan(3), { fresh: ["start"] });
  expect(statuses(again.record)).toEqual({ start: "done", twice: "cached" });
});

test("failures above the tolerance fail the step with the last reason; below it they are counted", async () => {
  const bad = await run([step("start", "count", { count: 50, failing: 1 })]);
  expect(bad.error).toMatchObject({ code: "stage-failed", message: expect.stringContaining("slow") });
  expect(statuses(bad.record)).toEqual({ start: "failed" });
  const good = await run([step("start", "count", { count: 200, failing: 1 })]);
  expect(good.error).toBeUndefined();
  expect(good.record.steps[0]).toMatchObject({
    status: "done",
    failures: 1,
    outputs: { failures: { count: 1 } },
  });
});

test("tolerated failures are counted, and the step does not fail for them however many there are", async () => {
  const { record, error } = await run([step("start", "count", { count: 4, failing: 3, tolerated: true })]);
  expect(error).toBeUndefined();
  expect(record.steps[0]).toMatchObject({ status: "done", failures: 3, outputs: { failures: { count: 3 } } });
});

test("outputs that rest on transient failures are used by this run and not kept for the next", async () => {
  const steps = [step("start", "count", { count: 200, failing: 1, retryable: true })];
  await run(steps);
  expect(statuses((await run(steps)).record)).toEqual({ start: "done" });
  expect(ran).toEqual(["count", "count"]);
});

test("a defect in a stage fails the run, stops its siblings, skips what depends on it and is reported as a defect", async () => {
  const steps = [
    step("bad", "crash", {}),
    step("slow", "wait", {}),
    step("after", "double", {}, { numbers: "bad.numbers" }),
  ];
  const { record, error, events } = await run(steps);
  expect(error).toMatchObject({ code: "internal", message: expect.stringContaining("boom") });
  expect(statuses(record)).toEqual({ bad: "failed", slow: "interrupted", after: "skipped" });
  expect(record.status).toBe("failed");
  expect(events.at(-1)).toMatchObject({ type: "run-end", status: "failed" });
});

test("an abort ends the run as interrupted, and the next one goes on", async () => {
  const steps = [...plan(3), step("slow", "wait", {})];
  const { record, error } = await run(steps, { interruptAfter: "twice" });
  expect(error).toMatchObject({ code: "interrupted" });
  expect(record.status).toBe("interrupted");
  expect(statuses((await run(plan(3))).record)).toEqual({ start: "cached", twice: "cached" });
});

test("plans with unknown, doubled, circular or ill-typed connections are refused", () => {
  expect(() => orderSteps([step("a", "double", {}, { numbers: "b.numbers" })])).toThrow(
    /needs b, which does not exist/,
  );
  expect(() => orderSteps([step("a", "count", {}), step("a", "count", {})])).toThrow(
    /two steps are called a/,
  );
  const circle = [
    step("a", "double", {}, { numbers: "b.numbers" }),
    step("b", "double", {}, { numbers: "a.numbers" }),
  ];
  expect(() => orderSteps(circle)).toThrow(/depends on itself/);
  const schemaOf = (reference: string) => outputSchema(count, reference.split(".")[1]!);
  expect(() => checkWiring(step("a", "double", {}), double, schemaOf)).toThrow(/lacks the input numbers/);
  const wrong = step("a", "double", {}, { numbers: "start.failures" });
  expect(() => checkWiring(wrong, double, schemaOf)).toThrow(/numbers is number, start.failures is failure/);
});
