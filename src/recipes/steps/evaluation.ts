import type { z } from "zod";
import { AppError } from "../../core/error.ts";
import type { PlanInput, Step } from "../../core/recipe.ts";
import type { KeywordMatch } from "../../stages/score-traces.ts";
import { answered, replyRoom, type SamplingParams } from "./answered.ts";
import { step, uses } from "./step.ts";

/** One side of a comparison: a model role, perhaps with a step's checkpoint, under a prompt variant. */
export interface Arm {
  readonly id: string;
  /** Name in scores and report. */
  readonly name: string;
  readonly variant: string;
  readonly role: string;
  readonly checkpoint?: string | undefined;
}

export interface EvaluationOptions {
  /** Pairs of arms whose paired differences are wanted; default: every arm against the last. */
  readonly compare?: readonly { readonly from: string; readonly to: string }[] | undefined;
  /** Slices of their own across splits: the tasks all of whose CWEs, or whose language, are in the group. */
  readonly groups?: Readonly<Record<string, { cwes?: string[]; languages?: string[] }>> | undefined;
  /** Splits that groups are made of; default: all with a security side. */
  readonly groupSplits?: readonly string[] | undefined;
  /** Also score the reasoning: `trace-scores.scores`. A judge grades it where the recipe file binds one. */
  readonly traceMetrics?: boolean | undefined;
}

type Input = PlanInput<{
  sampling: z.infer<typeof SamplingParams>;
  replyTokens?: number | undefined;
  keywordMatch: z.infer<typeof KeywordMatch>;
}>;

/**
 * Every arm's answers to the first benchmark's items, judged, and arms compared: ends in `scores.scores`.
 * Throws AppError `config-invalid` when the recipe file names no benchmark.
 */
export function evaluation(input: Input, arms: readonly Arm[], options: EvaluationOptions = {}): Step[] {
  const benchmark = input.benchmarks[0];
  if (benchmark === undefined) {
    throw new AppError("config-invalid", "the recipe needs a benchmark", {
      boundary: "config",
      hint: "add `benchmarks: [{name: tinytasks}]`",
    });
  }
  const { name, limit, splits, samples } = benchmark;
  const benchmarks = [name];
  const judged = Object.fromEntries(arms.map((arm) => [`arm ${arm.name}`, `${arm.id}-judged.judgements`]));
  const last = arms.at(-1)!.name;
  const compare = options.compare ?? arms.slice(0, -1).map((arm) => ({ from: arm.name, to: last }));
  const { groups, groupSplits } = options;
  const grouping = {
    ...(groups !== undefined && { groups }),
    ...(groupSplits !== undefined && { groupSplits: [...groupSplits] }),
  };
  return [
    step(
      "items",
      "load-items",
      "evaluation items",
      { benchmark: name, limitPerSplit: limit, ...(splits === undefined ? {} : { splits: [...splits] }) },
      {},
      { benchmarks },
    ),
    ...arms.flatMap(({ id, name: title, variant, role, checkpoint }) =>
      answered(input, { id, title, tasks: "items.tasks", variant, role, samples, checkpoint }),
    ),
    step(
      "scores",
      "score",
      "scores",
      { benchmark: name, compare: [...compare], ...grouping },
      { tasks: "items.tasks", ...judged },
      { benchmarks },
    ),
    ...(options.traceMetrics ? traceScoring(arms, input) : []),
  ];
}

function traceScoring(arms: readonly Arm[], { params, roles }: Input): Step[] {
  const answers = Object.fromEntries(arms.map((arm) => [`arm ${arm.name}`, `${arm.id}.generations`]));
  const judged = Object.fromEntries(arms.map((arm) => [`judged ${arm.name}`, `${arm.id}-judged.judgements`]));
  const tasks = "items.tasks";
  const grades = { grades: "trace-grades.grades", calibration: "trace-grades.calibration" };
  const graded = roles.includes("judge");
  const inputs = { tasks, ...answers, ...judged, ...(graded ? grades : {}) };
  return [
    ...(graded
      ? [
          step(
            "trace-grades",
            "judge-traces",
            "reasoning, graded by a judge",
            { maxTokens: replyRoom(params, 64) },
            { tasks, ...answers },
            uses("judge", "judge"),
          ),
        ]
      : []),
    step("trace-scores", "score-traces", "reasoning, measured", { match: params.keywordMatch }, inputs),
  ];
}
