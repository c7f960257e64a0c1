import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Call, CallOptions } from "../core/call.ts";
import { AppError } from "../core/error.ts";
import type { RunEventBody } from "../core/event.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { type GenerateReply, PartialReplyError, type Sample } from "../core/model.ts";
import { estimateOf } from "./call-estimate.ts";
import { CallMemo } from "./call-memo.ts";
import type { ExecutedResult } from "./in-process-executor.ts";
import { Ledger } from "./ledger.ts";
import { PaidExecutor } from "./paid-executor.ts";

let root: string;
let memo: CallMemo;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sectune-ledger-"));
  memo = new CallMemo(join(root, "memo.sqlite"));
});
afterEach(() => {
  memo.close();
  rmSync(root, { recursive: true });
});

const options: CallOptions = { signal: new AbortController().signal, step: "traces" };
const call = (text: string, transport = {}): Call => ({
  port: "model",
  adapter: "fake",
  version: "1",
  op: "generate",
  config: { model: "m" },
  request: {
    messages: [{ role: "user", content: text }],
    n: 1,
    sampling: { maxTokens: 10, temperature: 0, topP: 1, seed: 0 },
  },
  sampleIndex: 0,
  transport,
});

/** Answers every call with 5 + 10 tokens and counts them. */
function fakeExecutor(usd = 0) {
  const seen: string[] = [];
  const run = async (made: Call): Promise<ExecutedResult> => {
    seen.push(JSON.stringify(made.request));
    await new Promise((resolve) => setTimeout(resolve, 1));
    return {
      value: seen.length,
      usage: { input: 5, output: 10 },
      usd,
      keep: true,
      cached: false,
      durationMs: 1,
    };
  };
  return { seen, run };
}

test("a committed reply is never asked for again, and costs nothing the second time; transport is not identity", async () => {
  const inner = fakeExecutor(0.5);
  const events: RunEventBody[] = [];
  const first = new Ledger(memo, "run", {}, (event) => events.push(event));
  const executor = new PaidExecutor(inner, memo, first);
  const paid = await executor.run(call("a", { url: "http://one" }), options);
  const kept = await executor.run(call("a", { url: "http://two" }), options);
  expect([paid.cached, kept.cached]).toEqual([false, true]);
  expect(kept.value).toBe(paid.value);
  expect(inner.seen).toHaveLength(1);
  expect(first.entries()).toEqual([
    { step: "traces", model: "fake:m", calls: 2, cachedCalls: 1, usage: { input: 5, output: 10 }, usd: 0.5 },
  ]);
  expect(events.filter(({ type }) => type === "spend")).toHaveLength(1);
});

test("the cap holds under concurrency, counts earlier attempts, and lets cached calls through", async () => {
  const inner = fakeExecutor();
  const cap = { tokens: 200 };
  const attempt = () => new PaidExecutor(inner, memo, new Ledger(memo, "run", cap, () => {}));
  const texts = Array.from({ length: 50 }, (_, index) => `task ${index}`);
  const first = attempt();
  const results = await Promise.allSettled(texts.map((text) => first.run(call(text), options)));
  const refused = results.filter(({ status }) => status === "rejected") as PromiseRejectedResult[];
  expect(refused.length).toBeGreaterThan(0);
  for (const { reason } of refused) expect(reason).toMatchObject({ code: "budget-reached" });
  expect(memo.spent("run").tokens).toBeLessThanOrEqual(cap.tokens);
  expect(inner.seen).toHaveLength(memo.count());

  const paid = inner.seen.length;
  const second = attempt();
  const done = results.findIndex(({ status }) => status === "fulfilled");
  expect((await second.run(call(texts[done]!), options)).cached).toBe(true);
  await expect(second.run(call("one more"), options)).rejects.toMatchObject({ code: "budget-reached" });
  expect(inner.seen).toHaveLength(paid);
});

test("a transient failure is not kept and gives its reservation back", async () => {
  let fails = true;
  const inner = fakeExecutor();
  const flaky = {
    run: (made: Call) => {
      if (!fails) return inner.run(made);
      return Promise.reject(
        new AppError("provider-unavailable", "503", { boundary: "provider", retryable: true }),
      );
    },
  };
  const { tokens } = estimateOf(call("a"));
  const executor = new PaidExecutor(flaky, memo, new Ledger(memo, "run", { tokens }, () => {}));
  await expect(executor.run(call("a"), options)).rejects.toMatchObject({ code: "provider-unavailable" });
  expect(memo.count()).toBe(0);
  fails = false;
  expect((await executor.run(call("a"), options)).cached).toBe(false);
});

test("of equal calls at the same time one is paid for; where it fails, the next tries", async () => {
  let failures = 1;
  const inner = fakeExecutor(0.5);
  const flaky = {
    run: async (made: Call) => {
      const result = await inner.run(made);
      if (failures-- > 0) throw new AppError("provider-unavailable", "503", { boundary: "provider" });
      return result;
    },
  };
  const ledger = new Ledger(memo, "run", {}, () => {});
  const executor = new PaidExecutor(flaky, memo, ledger);
  const results = await Promise.allSettled(
    ["a", "a", "a", "b"].map((text) => executor.run(call(text), options)),
  );
  const told = results.map((result) => (result.status === "fulfilled" ? result.value.cached : "failed"));
  expect(told).toEqual(["failed", false, true, false]);
  expect(inner.seen).toHaveLength(3);
  expect(ledger.entries()[0]).toMatchObject({ calls: 3, cachedCalls: 1, usd: 1 });
});

test("samples that were paid for are kept when others of their call fail, and only those are asked for again", async () => {
  const several = { ...call("a"), request: { ...(call("a").request as JsonObject), n: 3 } };
  const sample = (text: string): Sample => ({ text, finish: "stop", usage: { input: 5, output: 10 } });
  const asked: unknown[] = [];
  const inner = {
    run: async ({ request, sampleIndex }: Call): Promise<ExecutedResult> => {
      const { n } = request as { n: number };
      asked.push({ n, sampleIndex });
      if (n === 3) {
        const busy = new AppError("provider-rate-limited", "429", { boundary: "provider", retryable: true });
        throw new PartialReplyError(
          busy,
          new Map([
            [0, sample("first")],
            [2, sample("third")],
          ]),
        );
      }
      const value = { samples: [sample("second")] } as unknown as Json;
      return { value, usage: { input: 5, output: 10 }, usd: 1, keep: true, cached: false, durationMs: 1 };
    },
  };
  const executor = new PaidExecutor(inner, memo, new Ledger(memo, "run", {}, () => {}));
  await expect(executor.run(several, options)).rejects.toMatchObject({ code: "provider-rate-limited" });
  expect(memo.spent("run").tokens).toBe(30);
  const { value } = await executor.run(several, options);
  expect((value as unknown as GenerateReply).samples.map(({ text }) => text)).toEqual([
    "first",
    "second",
    "third",
  ]);
  expect(asked).toEqual([
    { n: 3, sampleIndex: 0 },
    { n: 1, sampleIndex: 1 },
  ]);
  await executor.run(several, options);
  expect(asked).toHaveLength(2);
});

test("a damaged reply concerns the run, not the item", async () => {
  const executor = new PaidExecutor(fakeExecutor(), memo, new Ledger(memo, "run", {}, () => {}));
  await executor.run(call("a"), options);
  const database = new DatabaseSync(join(root, "memo.sqlite"));
  database.exec("UPDATE calls SET entry = substr(entry, 1, 5)");
  database.close();
  await expect(executor.run(call("a"), options)).rejects.toMatchObject({ code: "store-corrupt" });
});

test("a result that says it may not be kept is not kept", async () => {
  const inner = {
    run: async (): Promise<ExecutedResult> => ({ value: 1, keep: false, cached: false, durationMs: 0 }),
  };
  const executor = new PaidExecutor(inner, memo, new Ledger(memo, "run", {}, () => {}));
  await executor.run(call("a"), options);
  expect(memo.count()).toBe(0);
});
