import { z } from "zod";
import { taskRows } from "../core/row-schemas.ts";
import { defineStage, type StageContext } from "../core/stage.ts";

const Params = z.strictObject({
  benchmark: z.string(),
  splits: z.array(z.string()).optional(),
  limitPerSplit: z.number().int().positive().optional(),
});

/** Takes a benchmark's items for evaluation, spread over clusters. */
export const stage = defineStage({
  name: "load-items",
  version: 1,
  summary: "take evaluation items from a benchmark",
  params: Params,
  inputs: {},
  outputs: { tasks: { kind: "rows", schema: taskRows } },
  uses: { benchmarks: true },
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
    for (const [split, count] of Object.entries(perSplit)) context.stat(`items ${split}`, count);
  },
});
