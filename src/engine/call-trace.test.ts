import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Call, type CallOptions, callKey, type Executor } from "../core/call.ts";
import type { CallRecord } from "../core/call-record.ts";
import { AppError } from "../core/error.ts";
import { CallMemo } from "./call-memo.ts";
import { CallTrace, readCallTrace } from "./call-trace.ts";
import { Ledger } from "./ledger.ts";
import { PaidExecutor } from "./paid-executor.ts";
import { TracedExecutor } from "./traced-executor.ts";

let root: string;
let path: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sectune-trace-"));
  path = join(root, "calls.ndjson");
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(root, { recursive: true });
});

const record = (index: number): CallRecord => ({
  ...{ key: `k${index}`, step: "traces", role: "teacher", port: "model", adapter: "fake", op: "generate" },
  ...{ sampleIndex: 0, queuedAt: index, startedAt: index, durationMs: 1, cached: false },
});
const read = (onUnreadable?: (line: number) => void) => Array.fromAsync(readCallTrace(path, onUnreadable));
const call: Call = {
  ...{ port: "model", adapter: "fake", version: "1", op: "generate", config: {} },
  request: { messages: [{ role: "user", content: "SECRET PROMPT" }], n: 1, sampling: { maxTokens: 9 } },
  sampleIndex: 3,
  transport: { apiKeyEnv: "SECRET_KEY" },
};
const options: CallOptions = { signal: new AbortController().signal, step: "traces", role: "teacher" };

test("records are buffered, written after a second, on flush and when there are many, and read back in order", async () => {
  vi.useFakeTimers();
  const trace = new CallTrace(path, root);
  trace.add(record(0));
  expect(await read()).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect(await read()).toEqual([record(0)]);
  trace.add(record(1));
  trace.flush();
  for (let i = 2; i < 2000; i++) trace.add(record(i));
  expect(statSync(path).size).toBeGreaterThan(150_000);
  trace.close();
  expect(await read()).toEqual(Array.from({ length: 2000 }, (_, index) => record(index)));
});

test("a kill may leave half a line, anywhere in it, and even half a character", async () => {
  const trace = new CallTrace(path, root);
  for (const role of ["übersetzer", "b"]) trace.add({ ...record(0), role });
  trace.close();
  const whole = readFileSync(path);
  for (let bytes = 0; bytes <= whole.length; bytes++) {
    writeFileSync(path, whole.subarray(0, bytes));
    const unreadable: number[] = [];
    const records = await read((line) => unreadable.push(line));
    const lines = whole.subarray(0, bytes).toString().split("\n");
    // A line that lacks only its line break is whole.
    const complete = [1, 2].filter((line) => lines[line]?.endsWith("}"));
    expect(records.map(({ role }) => role)).toEqual(["übersetzer", "b"].slice(0, complete.length));
    expect(unreadable.length).toBeLessThanOrEqual(1);
  }
});

test("a file of another version is refused, not misread", async () => {
  writeFileSync(path, `{"schema":"call-record","version":2}\n${JSON.stringify(record(0))}\n`);
  await expect(read()).rejects.toMatchObject({ code: "data-invalid" });
});

test("a trace that cannot be written is an error of the store, told to every later caller", () => {
  const trace = new CallTrace(join(path, "nowhere", "calls.ndjson"), root);
  trace.add(record(0));
  expect(() => trace.flush()).toThrow("nowhere");
  expect(() => trace.add(record(1))).toThrow("nowhere");
  expect(() => trace.flush()).toThrow("nowhere");
  trace.close();
});

test("a full disk is told as such, whoever meets it first", () => {
  const trace = new CallTrace("/dev/full", root);
  trace.add(record(0));
  expect(() => trace.flush()).toThrow(expect.objectContaining({ code: "store-full" }));
});

test("calls, answers of the memo, repeated requests and failures are told apart; nothing of the request is kept", async () => {
  const records: CallRecord[] = [];
  const memo = new CallMemo(join(root, "memo.sqlite"));
  const inner = {
    async run(_: Call, { onRequest }: CallOptions) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      onRequest?.();
      onRequest?.();
      const result = { value: "SECRET ANSWER", usage: { input: 5, output: 10 }, usd: 0.5 };
      return { ...result, keep: true, cached: false, durationMs: 1 };
    },
  };
  const paid = new PaidExecutor(inner, memo, new Ledger(memo, "run", {}, () => {}));
  const executor = new TracedExecutor(paid, (made) => records.push(made));
  const first = await executor.run(call, options);
  const again = await executor.run({ ...call }, options);
  expect(again.value).toEqual(first.value);
  memo.close();
  const [made, kept] = records as [CallRecord, CallRecord];
  expect(made).toMatchObject({
    ...{ key: callKey(call), step: "traces", role: "teacher", port: "model", adapter: "fake" },
    ...{ op: "generate", sampleIndex: 3, cached: false, requests: 2, usd: 0.5 },
    usage: { input: 5, output: 10 },
  });
  expect(made.startedAt - made.queuedAt).toBeGreaterThan(15);
  expect(Math.abs(made.queuedAt - Date.now())).toBeLessThan(10_000);
  expect(kept).toMatchObject({ key: made.key, cached: true, usd: 0.5 });
  expect(kept.requests).toBeUndefined();
  expect(JSON.stringify(records)).not.toContain("SECRET");
});

test("failures are recorded with their code and thrown unchanged", async () => {
  const records: CallRecord[] = [];
  const failing = (error: unknown): Executor => ({ run: () => Promise.reject(error) });
  const refused = new AppError("provider-rejected", "no", { boundary: "provider" });
  const stopped = new AbortController();
  stopped.abort();
  for (const [error, more] of [
    [refused, {}],
    [new Error("boom"), {}],
    [refused, { signal: stopped.signal }],
  ] as const) {
    const executor = new TracedExecutor(failing(error), (made) => records.push(made));
    await expect(executor.run(call, { ...options, ...more })).rejects.toBe(error);
  }
  expect(records.map(({ error }) => error)).toEqual(["provider-rejected", "internal", "interrupted"]);
});
