import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Analyzer } from "../core/analyzer.ts";
import { type Call, type CallOptions, callKey } from "../core/call.ts";
import type { GenerateRequest, Model } from "../core/model.ts";
import { CallMemo } from "./call-memo.ts";
import { InProcessExecutor } from "./in-process-executor.ts";
import { type Budget, Ledger } from "./ledger.ts";
import { PaidExecutor } from "./paid-executor.ts";

let root: string;
let memo: CallMemo;
let asked: string[];
/** How many answers the analyzer gets before it dies. */
let diesAfter: number;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sectune-offered-"));
  memo = new CallMemo(join(root, "memo.sqlite"));
  asked = [];
  diesAfter = Number.POSITIVE_INFINITY;
});
afterEach(() => {
  memo.close();
  rmSync(root, { recursive: true });
});

const model: Model = {
  ref: { endpoint: "m", url: "there", revision: "1" },
  concurrency: 1,
  generate: async ({ messages }) => {
    asked.push(messages![0]!.content);
    return { samples: [{ text: "fine", finish: "stop", usage: { input: 5, output: 10 } }] };
  },
};

const request = (content: string): GenerateRequest => ({
  messages: [{ role: "user", content }],
  sampling: { temperature: 0, topP: 1, maxTokens: 10, seed: 0 },
  n: 1,
  sampleIndex: 0,
});

/** Asks the model about each file and calls clean what it answers. */
const analyzer: Analyzer = {
  languages: [],
  probe: async () => ({ available: true }),
  analyze: async (batch, context) => {
    const judge = await context.model!("judge");
    let answers = 0;
    const outcomes = [];
    for await (const { ok } of judge.generate(batch, ({ text }) => request(text))) {
      if (++answers > diesAfter) throw new Error("killed");
      outcomes.push(
        ok
          ? { outcome: "clean" as const }
          : { outcome: "failed" as const, reason: "crashed" as const, message: "" },
      );
    }
    return outcomes;
  },
};

const judge = {
  port: "model",
  adapter: "m",
  version: "1",
  config: { model: "m" },
  transport: { url: "here" },
} as const;
const call = (texts: readonly string[], models: NonNullable<Call["models"]> = { judge }): Call => ({
  ...{ port: "analyzer", adapter: "a", version: "1", op: "analyze", config: {}, sampleIndex: 0 },
  request: texts.map((text) => ({ path: "x", language: "python", text })),
  models,
});

const options: CallOptions = { signal: new AbortController().signal, step: "analyzed" };
function executor(budget: Budget = {}) {
  const ledger = new Ledger(memo, "test", budget, () => {});
  const pool = { get: async <T>({ port }: { port: string }) => (port === "model" ? model : analyzer) as T };
  return { ledger, paid: new PaidExecutor(new InProcessExecutor(pool), memo, ledger) };
}

test("what an analyzer asks is a call of its own: booked on its step, and answered once", async () => {
  const { paid, ledger } = executor();
  const { value } = await paid.run(call(["one", "two"]), options);
  expect(value).toEqual([{ outcome: "clean" }, { outcome: "clean" }]);
  expect(ledger.entries().find(({ model: name }) => name === "m:m")).toMatchObject({
    ...{ step: "analyzed", calls: 2, cachedCalls: 0, usage: { input: 10, output: 20 } },
  });
  expect((await paid.run(call(["one", "two"]), options)).cached).toBe(true);
  // Another batch with a text that was asked about before.
  await paid.run(call(["two", "three"]), options);
  expect(asked).toEqual(["one", "two", "three"]);
});

test("an analysis that dies has lost none of the answers that it had paid for", async () => {
  const texts = ["one", "two", "three", "four"];
  diesAfter = 2;
  await expect(executor().paid.run(call(texts), options)).rejects.toThrow(/the analyzer stopped: killed/);
  const paidFor = [...asked];
  expect(paidFor.length).toBeGreaterThanOrEqual(3);
  diesAfter = Number.POSITIVE_INFINITY;
  await executor().paid.run(call(texts), options);
  expect(asked).toEqual(texts);
  expect(memo.spent("test")).toEqual({ tokens: 15 * texts.length, usd: 0 });
});

test("a cap stops it although the analysis itself is still running, and is never waited for in vain", async () => {
  const { paid } = executor({ tokens: 60 });
  await expect(paid.run(call(["one", "two", "three", "four"]), options)).rejects.toMatchObject({
    code: "budget-reached",
  });
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.length).toBeLessThan(4);
});

test("whoever answers is part of the key, how to get there is not", () => {
  const key = callKey(call(["one"]));
  expect(callKey(call(["one"], { judge: { ...judge, transport: { url: "elsewhere" } } }))).toBe(key);
  expect(callKey(call(["one"], { judge: { ...judge, version: "2" } }))).not.toBe(key);
  expect(callKey(call(["one"], { other: judge }))).not.toBe(key);
  const { models: _, ...without } = call(["one"]);
  expect(callKey(without)).not.toBe(key);
});

test("a role that the call does not name is a missing prerequisite", async () => {
  await expect(executor().paid.run(call(["one"], { other: judge }), options)).rejects.toMatchObject({
    code: "prerequisite-missing",
    hint: expect.stringContaining("models.judge"),
  });
});
