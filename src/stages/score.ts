import { z } from "zod";
import { scoreArms } from "../algorithms/scores.ts";
import { AppError } from "../core/error.ts";
import { judgementRows, scoreRows, taskRows } from "../core/row-schemas.ts";
import { defineStage, type StageContext } from "../core/stage.ts";
import type { Task } from "../core/task.ts";

const Params = z.strictObject({
  benchmark: z.string(),
  /** Pairs of arms to compare, by arm name. */
  compare: z.array(z.strictObject({ from: z.string(), to: z.string() })),
});

/** Turns judgements into rates with clustered intervals and paired differences. Input `arm NAME` is the arm NAME. */
export const stage = defineStage({
  name: "score",
  version: 1,
  summary: "rates with clustered intervals, paired differences",
  params: Params,
  inputs: { tasks: "task", "arm *": "judgement" },
  outputs: { scores: { kind: "rows", schema: scoreRows } },
  uses: { benchmarks: true },
  async run(context: StageContext<z.infer<typeof Params>>) {
    const { benchmark, compare } = context.params;
    const tasks = new Map<string, Task>();
    for await (const task of context.rows("tasks", taskRows)) tasks.set(task.id, task);
    const arms: Record<string, Parameters<typeof scoreArms>[0]["arms"][string][number][]> = {};
    for (const input of context.inputNames("arm ")) {
      const judgements = [];
      for await (const row of context.rows(input, judgementRows)) {
        const task = tasks.get(row.taskId);
        if (task === undefined) throw foreign(row.taskId);
        const { taskId, sampleIndex, functional, secure } = row;
        const { cluster, cwes } = task;
        judgements.push({
          taskId,
          sampleIndex,
          cluster,
          cwes,
          split: task.split ?? "all",
          functional,
          secure,
        });
      }
      arms[input.slice("arm ".length)] = judgements;
    }
    const present = new Set([...tasks.values()].map((task) => task.split ?? "all"));
    const splits = context.benchmark(benchmark).splits.filter(({ name }) => present.has(name));
    const output = context.output("scores", scoreRows);
    for (const score of scoreArms({ arms, splits, compare, seed: context.seed })) await output.write(score);
  },
});

function foreign(taskId: string): AppError {
  return new AppError("internal", `a judgement names task ${taskId}, which was not evaluated`, {
    boundary: "internal",
  });
}
