import { z } from "zod";
import { AppError } from "../core/error.ts";
import { taskRows } from "../core/row-schemas.ts";
import { defineStage, type StageContext } from "../core/stage.ts";

const Params = z.strictObject({
  benchmark: z.string(),
  splits: z.array(z.string()).optional(),
  limitPerSplit: z.number().int().positive().optional(),
});

/**
 * Takes a benchmark's items for evaluation, spread over clusters. Nothing to measure is no result: a split that is named has items, and
 * splits that are not named may lack them, but not all.
 */
export const stage = defineStage({
  name: "load-items",
  version: 1,
  summary: "take evaluation items from a benchmark",
  params: Params,
  inputs: {},
  outputs: { tasks: { kind: "rows", schema: taskRows } },
  uses: { benchmarks: true },
  items: ({ benchmark, splits }) => ({ benchmark, splits }),
  async run(context: StageContext<z.infer<typeof Params>>) {
    const { benchmark: name, splits, limitPerSplit } = context.params;
    const output = context.output("tasks", taskRows);
    const perSplit: Record<string, number> = {};
    for await (const task of context.benchmark(name).items({ splits, limitPerSplit, seed: context.seed })) {
      context.signal.throwIfAborted();
      await output.write(task);
      const split = task.split ?? "all";
      perSplit[split] = (perSplit[split] ?? 0) + 1;
    }
    const missing = splits?.filter((split) => perSplit[split] === undefined) ?? [];
    const counts = Object.entries(perSplit).map(([split, count]) => `${split} ${count}`);
    if (missing.length > 0 || counts.length === 0) throw nothingTaken(name, missing, counts);
    for (const [split, count] of Object.entries(perSplit)) context.stat(`items ${split}`, count);
  },
});

function nothingTaken(benchmark: string, missing: readonly string[], counts: readonly string[]): AppError {
  const where = missing.length > 0 ? ` in ${missing.join(", ")}` : "";
  const there = counts.length > 0 ? ` (items: ${counts.join(", ")})` : "";
  return new AppError("data-invalid", `the benchmark ${benchmark} gave no item${where}${there}`, {
    boundary: "dataset",
    hint: "widen the benchmark's settings in the recipe file, such as its languages, or choose other `splits`",
  });
}
