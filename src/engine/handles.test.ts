import { expect, test } from "vitest";
import { AppError, type AppErrorOptions, type ErrorCode } from "../core/error.ts";
import type { Model } from "../core/model.ts";
import type { AdapterPool } from "./binding.ts";
import { modelHandle } from "./handles.ts";

const binding = { port: "model" as const, adapter: "fake", version: "1", config: {}, transport: {} };

/** Four requests to a model that computes slices of two, of which the second fails. */
async function generateWith(code: ErrorCode, boundary: AppErrorOptions["boundary"]) {
  let slices = 0;
  const executor = {
    run: async () => {
      if (++slices === 2) throw new AppError(code, "no", { boundary });
      return { value: [{ samples: [] }, { samples: [] }], cached: false, durationMs: 0 };
    },
  };
  const model = { ref: { endpoint: "fake" }, concurrency: 1, slice: 2 } as unknown as Model;
  const pool = { get: async () => model } as unknown as AdapterPool;
  const options = { signal: new AbortController().signal, step: "s" };
  const handle = await modelHandle(binding, "target", { executor, pool, options, cpuConcurrency: 1 });
  const outcomes = handle.generate([0, 1, 2, 3], () => ({}) as never);
  return Array.fromAsync(outcomes, ({ ok }) => ok);
}

// Half a slice under the tolerated share would be kept as finished, without its items.
test.each(["train-oom", "train-failed", "worker-lost"] as const)(
  "%s of a slice ends the step",
  async (code) => {
    await expect(generateWith(code, "trainer")).rejects.toMatchObject({ code });
  },
);

test("what is wrong with a slice's own requests is theirs", async () => {
  expect(await generateWith("provider-rejected", "provider")).toEqual([true, true, false, false]);
});
