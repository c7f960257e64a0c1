import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Call, CallOptions } from "../core/call.ts";
import { AppError } from "../core/error.ts";
import type { RunEventBody } from "../core/event.ts";
import { CallMemo } from "./call-memo.ts";
import type { ExecutedResult } from "./in-process-executor.ts";
import { Ledger } from "./ledger.ts";
import { estimateOf, PaidExecutor } from "./paid-executor.ts";

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

test("a result that says it may not be kept is not kept", async () => {
  const inner = {
    run: async (): Promise<ExecutedResult> => ({ value: 1, keep: false, cached: false, durationMs: 0 }),
  };
  const executor = new PaidExecutor(inner, memo, new Ledger(memo, "run", {}, () => {}));
  await executor.run(call("a"), options);
  expect(memo.count()).toBe(0);
});
