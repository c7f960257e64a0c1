import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import type { AnalysisOutcome, Analyzer, SourceFile } from "../../src/core/analyzer.ts";
import { AppError } from "../../src/core/error.ts";
import type { Judgement } from "../../src/core/judgement.ts";
import { generationRows, judgementRows, taskRows } from "../../src/core/row-schemas.ts";
import { defineStage, type StageContext } from "../../src/core/stage.ts";
import { makeTask } from "../../src/core/task.ts";
import { InProcessExecutor } from "../../src/engine/in-process-executor.ts";
import { Ledger } from "../../src/engine/ledger.ts";
import { PaidExecutor } from "../../src/engine/paid-executor.ts";
import { readRows } from "../../src/engine/rows-file.ts";
import { StepRunner } from "../../src/engine/step-runner.ts";
import { Store } from "../../src/engine/store.ts";
import { stage as analyze } from "../../src/stages/analyze.ts";

const ANSWERS = 130;
const origin = { dataset: "test", revision: "1", row: "0", licence: "MIT" };
const task = makeTask({ prompt: "Write it.", language: "python", cwes: [], origin });

/** 130 answers: more than one batch. */
const source = defineStage({
  name: "source",
  version: 1,
  summary: "",
  params: z.strictObject({}),
  inputs: {},
  outputs: {
    tasks: { kind: "rows", schema: taskRows },
    generations: { kind: "rows", schema: generationRows },
  },
  async run(context: StageContext<Record<string, never>>) {
    await context.output("tasks", taskRows).write(task);
    for (let index = 0; index < ANSWERS; index++) {
      await context.output("generations", generationRows).write({
        ...{ id: `g${index}`, taskId: task.id, model: { artifact: "0" }, promptHash: "p", variant: "plain" },
        ...{ sampleIndex: index, text: `f(${index})`, codeBlocks: [], usage: { input: 1, output: 1 } },
        finish: "stop",
      });
    }
  },
});

let root: string;
let batches: number[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sectune-analyze-"));
  batches = [];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A run of the step with an analyzer of which `look` is what it says of a file; `batches` counts what it was really asked. */
async function run(look: (file: SourceFile) => AnalysisOutcome | undefined, version = "1+rules 1") {
  const analyzer: Analyzer = {
    languages: ["python"],
    probe: async () => ({ available: true }),
    analyze: async (batch) => {
      batches.push(batch.length);
      return batch.flatMap((file) => look(file) ?? []);
    },
  };
  const store = await Store.open(root);
  const pool = { get: async <T>() => analyzer as T };
  const ledger = new Ledger(store.memo, "test", {}, () => {});
  const binding = { port: "analyzer" as const, adapter: "fake", version, config: {}, transport: {} };
  const runner = new StepRunner({
    ...{ store, pool, ledger, seed: 0, emit: () => {}, cpuConcurrency: 1, fresh: new Set<string>() },
    signal: new AbortController().signal,
    executor: new PaidExecutor(new InProcessExecutor(pool), store.memo, ledger),
    resolver: {
      stage: async (name) => (name === "source" ? source : analyze),
      prompt: () => Promise.reject(new Error("no prompts")),
      bindings: async ({ analyzers = [] }) => ({
        ...{ models: {}, checkpoints: {}, datasets: {}, benchmarks: {} },
        analyzers: Object.fromEntries(analyzers.map((name) => [name, { ...binding, label: name }])),
      }),
      requireAvailable: async () => {},
    },
  });
  try {
    const common = { params: {}, title: "" };
    const first = await runner.run({ ...common, id: "source", stage: "source", inputs: {} }, () => never());
    const inputs = { tasks: "source.tasks", generations: "source.generations" };
    const { cached, record } = await runner.run(
      { ...common, id: "analyzed", stage: "analyze", inputs, analyzers: ["fake"] },
      (reference) => first.record.outputs[reference.split(".")[1]!]!,
    );
    const artifact = record.outputs.judgements!;
    const rows = await Array.fromAsync(readRows(store.objects.path(artifact), artifact, judgementRows));
    return { cached, record, rows };
  } finally {
    store.close();
  }
}

const never = () => {
  throw new Error("no inputs");
};
const clean: AnalysisOutcome = { outcome: "clean" };
const failing = (reason: "crashed" | "unparsable") => (file: SourceFile) =>
  file.text === "f(129)" ? ({ outcome: "failed", reason, message: "boom" } as const) : clean;
const verdicts = (rows: readonly Judgement[]) => Object.groupBy(rows, ({ secure }) => secure);

test("answers go to the analyzer in batches and come back in order; the step is cached", async () => {
  const { rows, record } = await run(() => clean);
  expect(rows.map(({ generationId }) => generationId)).toEqual(
    Array.from({ length: ANSWERS }, (_, index) => `g${index}`),
  );
  expect(batches).toEqual([128, 2]);
  expect(record.stats).toMatchObject({ clean: ANSWERS, errors: 0 });
  expect((await run(() => clean)).cached).toBe(true);
  expect(batches).toHaveLength(2);
});

test("a crash is an error row; neither step nor batch is kept, but the batches beside it are", async () => {
  const first = await run(failing("crashed"));
  expect(verdicts(first.rows).error).toMatchObject([{ generationId: "g129", reasons: ["crashed"] }]);
  expect(verdicts(first.rows).pass).toHaveLength(ANSWERS - 1);
  const second = await run(() => clean);
  expect(second.cached).toBe(false);
  expect(batches).toEqual([128, 2, 2]);
  expect(verdicts(second.rows).pass).toHaveLength(ANSWERS);
});

test("what is unparsable today is so tomorrow: kept, and an error all the same", async () => {
  expect(verdicts((await run(failing("unparsable"))).rows).error).toHaveLength(1);
  const again = await run(() => clean);
  expect([again.cached, verdicts(again.rows).error?.length]).toEqual([true, 1]);
});

test("an analyzer that throws, or answers for fewer files than it was given, leaves errors and no pass", async () => {
  const thrown = await run(({ text }) => {
    if (text === "f(0)") throw new Error("segmentation fault");
    return clean;
  });
  expect(verdicts(thrown.rows).error).toHaveLength(128);
  expect(thrown.rows[0]).toMatchObject({
    reasons: ["crashed"],
    evidence: "fake: the analyzer stopped: segmentation fault",
  });
  expect(thrown.rows[129]).toMatchObject({ secure: "pass" });
  const short = await run(({ text }) => (text === "f(5)" ? undefined : clean));
  expect(short.rows[0]).toMatchObject({ secure: "error", evidence: expect.stringContaining("127 outcomes") });
});

test("what concerns the run ends it: a missing prerequisite is no verdict", async () => {
  const missing = run(() => {
    throw new AppError("prerequisite-missing", "no tool", { boundary: "analyzer" });
  });
  await expect(missing).rejects.toMatchObject({ code: "prerequisite-missing" });
});

test("other rules are another key: the step runs again, and no reply of the old ones is taken", async () => {
  const before = await run(() => clean, "1+rules 1");
  const after = await run(failing("unparsable"), "1+rules 2");
  expect(after.cached).toBe(false);
  expect(batches).toEqual([128, 2, 128, 2]);
  expect(after.rows[129]!.secure).toBe("error");
  const { "analyzer fake": old, ...rest } = before.record.keyParts;
  const { "analyzer fake": now, ...same } = after.record.keyParts;
  expect([old, now]).toEqual([
    expect.stringContaining("fake 1+rules 1"),
    expect.stringContaining("fake 1+rules 2"),
  ]);
  expect(same).toEqual(rest);
});
