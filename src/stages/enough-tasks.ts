import { z } from "zod";
import { drawIds } from "../algorithms/seeded-draw.ts";
import { taskRows } from "../core/row-schemas.ts";
import { defineStage, type StageContext } from "../core/stage.ts";

const Params = z.strictObject({
  /** Share of these tasks' rows in the mix with those of the tasks `beside`, 0–1. */
  share: z.number().gt(0).lt(1),
  /** Rows that each task of `beside` may give. */
  perTask: z.number().int().positive().default(1),
  /** Tasks for each row that is wanted: not every answer passes its gates. */
  spare: z.number().min(1).default(2),
  /** Only tasks in these languages; there may be none. */
  languages: z.array(z.string()).optional(),
});

/**
 * Draws tasks by the seed, no more than a share of the training rows can come from: a filter rejects tasks by the ten thousand, and each
 * answer to one costs.
 */
export const stage = defineStage({
  name: "enough-tasks",
  version: 2,
  summary: "take as many tasks as a share of the training rows needs",
  params: Params,
  inputs: { tasks: "task", beside: "task" },
  outputs: { tasks: { kind: "rows", schema: taskRows } },
  async run(context: StageContext<z.infer<typeof Params>>) {
    const { share, perTask, spare, languages } = context.params;
    const beside = context.rows("beside", taskRows).count * perTask;
    const enough = Math.ceil(((beside * share) / (1 - share)) * spare);
    const ids: string[] = [];
    for await (const { id, language } of context.rows("tasks", taskRows))
      if (languages?.includes(language) ?? true) ids.push(id);
    const taken = drawIds(ids, enough, context.seed);
    const output = context.output("tasks", taskRows);
    for await (const task of context.rows("tasks", taskRows))
      if (taken.has(task.id)) await output.write(task);
    context.stat("taken", taken.size);
  },
});
