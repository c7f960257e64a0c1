import { z } from "zod";
import { taskRows } from "../core/row-schemas.ts";
import { defineStage, type StageContext } from "../core/stage.ts";

const Params = z.strictObject({
  /** At most this many tasks, chosen by the seed where the dataset is larger. */
  limit: z.number().int().positive().optional(),
});

/** Reads tasks from a dataset, each once. */
export const stage = defineStage({
  name: "load-tasks",
  version: 1,
  summary: "read coding tasks from a dataset",
  params: Params,
  inputs: {},
  outputs: { tasks: { kind: "rows", schema: taskRows } },
  uses: { dataset: true },
  async run(context: StageContext<z.infer<typeof Params>>) {
    const output = context.output("tasks", taskRows);
    const seen = new Set<string>();
    let duplicates = 0;
    for await (const task of context.dataset().rows({ limit: context.params.limit })) {
      context.signal.throwIfAborted();
      if (seen.has(task.id)) {
        duplicates++;
        continue;
      }
      seen.add(task.id);
      await output.write(task);
      context.progress({ done: seen.size, total: context.params.limit ?? null });
    }
    context.stat("tasks", seen.size);
    context.stat("duplicates dropped", duplicates);
  },
});
