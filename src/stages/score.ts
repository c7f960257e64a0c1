import { z } from "zod";
import { scoreArms } from "../algorithms/scores.ts";
import { type ArmJudgement, armJudgement, noJudgement } from "../algorithms/scoring/metric.ts";
import { samplesPerTask, unanswered } from "../algorithms/scoring/unanswered.ts";
import { AppError } from "../core/error.ts";
import { judgementRows, scoreRows, taskRows } from "../core/row-schemas.ts";
import { defineStage, type StageContext } from "../core/stage.ts";
import type { Task } from "../core/task.ts";

const Params = z.strictObject({
  benchmark: z.string(),
  /** Pairs of arms to compare, by arm name. */
  compare: z.array(z.strictObject({ from: z.string(), to: z.string() })),
  /**
   * Slices across splits (label `group` in the breakdown): tasks that have CWEs, all of them in the list,
   * and whose language is in the list. For transfer between weaknesses or languages.
   */
  groups: z
    .record(
      z.string(),
      z.strictObject({ cwes: z.array(z.string()).optional(), languages: z.array(z.string()).optional() }),
    )
    .optional(),
  /** Splits that groups are made of; default: all with a security side. Where nearly nothing is secure, a group of all hides changes. */
  groupSplits: z.array(z.string()).optional(),
});

/** Turns judgements into rates with clustered intervals and paired differences. Input `arm NAME` is the arm NAME. */
export const stage = defineStage({
  name: "score",
  version: 3,
  summary: "rates with clustered intervals, paired differences",
  params: Params,
  inputs: { tasks: "task", "arm *": "judgement" },
  outputs: { scores: { kind: "rows", schema: scoreRows } },
  uses: { benchmarks: true },
  securitySplits: ({ benchmark, groupSplits = [] }) => ({ benchmark, splits: groupSplits }),
  async run(context: StageContext<z.infer<typeof Params>>) {
    const { benchmark, compare, groups = {}, groupSplits } = context.params;
    const known = context.benchmark(benchmark).splits;
    const tasks = new Map<string, Task>();
    for await (const task of context.rows("tasks", taskRows)) tasks.set(task.id, task);
    const arms: Record<string, ArmJudgement[]> = {};
    for (const input of context.inputNames("arm ")) {
      const judgements = [];
      for await (const row of context.rows(input, judgementRows)) {
        const task = tasks.get(row.taskId);
        if (task === undefined) throw foreign(row.taskId);
        judgements.push(armJudgement(row, task));
      }
      arms[input.slice("arm ".length)] = judgements;
    }
    const samples = samplesPerTask(Object.values(arms));
    for (const judgements of Object.values(arms)) {
      for (const { taskId, sampleIndex } of unanswered(judgements, tasks.keys(), samples))
        judgements.push(noJudgement(tasks.get(taskId)!, sampleIndex));
    }
    const present = new Set([...tasks.values()].map((task) => task.split ?? "all"));
    const splits = known.filter(({ name }) => present.has(name));
    const usable = splits.filter(({ security }) => security).map(({ name }) => name);
    const unusable = groupSplits?.find((name) => !usable.includes(name));
    if (unusable !== undefined) throw notMeasured(unusable, usable);
    const output = context.output("scores", scoreRows);
    const seed = context.seed;
    for (const score of scoreArms({ arms, splits, compare, seed })) await output.write(score);
    const secure = new Set(groupSplits ?? usable);
    for (const [group, members] of Object.entries(groups)) {
      const inGroup = (it: ArmJudgement) => secure.has(it.split) && belongs(tasks.get(it.taskId)!, members);
      const sliced = Object.entries(arms).map(([arm, rows]) => [
        arm,
        rows.filter(inGroup).map((row) => ({ ...row, split: group, cwes: [] })),
      ]);
      const slice = { arms: Object.fromEntries(sliced), splits: [{ name: group, security: true }] };
      for (const { breakdown, ...score } of scoreArms({ ...slice, compare, seed })) {
        const { split: _, ...labels } = breakdown;
        await output.write({ ...score, breakdown: { ...labels, group } });
      }
    }
  },
});

function belongs(
  task: Task,
  { cwes, languages }: { cwes?: string[] | undefined; languages?: string[] | undefined },
) {
  return (
    (cwes === undefined || (task.cwes.length > 0 && task.cwes.every((cwe) => cwes.includes(cwe)))) &&
    (languages === undefined || languages.includes(task.language))
  );
}

function foreign(taskId: string): AppError {
  return new AppError("internal", `a judgement names task ${taskId}, which was not evaluated`, {
    boundary: "internal",
  });
}

function notMeasured(name: string, usable: readonly string[]): AppError {
  return new AppError("config-invalid", `no split "${name}" with a security side is measured`, {
    boundary: "config",
    hint: `\`groupSplits\` takes ${usable.join(", ")}`,
  });
}
