import { expect, test } from "vitest";
import type { CallOptions } from "../core/call.ts";
import { AppError, type AppErrorOptions, type ErrorCode } from "../core/error.ts";
import { makeCall } from "./binding.ts";
import { fanOut } from "./fan-out.ts";

const options: CallOptions = { signal: new AbortController().signal, step: "s" };
const binding = {
  ...{ port: "model" as const, adapter: "fake", version: "1", config: {}, transport: {}, label: "fake" },
};

/** A fan-out over three items, of which the second fails. */
function fanOutWith(code: ErrorCode, boundary: AppErrorOptions["boundary"]) {
  const executor = {
    run: async (call: { request: unknown }) => {
      if (call.request === 1) throw new AppError(code, "no", { boundary });
      return { value: 0, cached: false, durationMs: 0 };
    },
  };
  const outcomes = fanOut([0, 1, 2], (item) => makeCall(binding, "op", item), executor, options, 1);
  return Array.fromAsync(outcomes, ({ ok }) => ok);
}

test.each([
  ["provider-rejected", "provider"],
  ["data-invalid", "dataset"],
  ["train-oom", "trainer"],
] as const)("%s of %s concerns its item", async (code, boundary) => {
  expect(await fanOutWith(code, boundary)).toEqual([true, false, true]);
});

test.each([
  ["provider-auth", "provider"],
  ["store-full", "store"],
  // A checkpoint that cannot be read: every call would fail alike.
  ["data-invalid", "trainer"],
] as const)("%s of %s ends the step and keeps its code", async (code, boundary) => {
  await expect(fanOutWith(code, boundary)).rejects.toMatchObject({ code });
});
