import type { z } from "zod";
import { AppError } from "../../core/error.ts";
import type { PlanInput, Step } from "../../core/recipe.ts";
import { answered, type SamplingParams } from "./answered.ts";
import { step } from "./step.ts";

/** One side of a comparison: a model role, perhaps with a step's checkpoint, under a prompt variant. */
export interface Arm {
  readonly id: string;
  /** Name in scores and report. */
  readonly name: string;
  readonly variant: string;
  readonly role: string;
  readonly checkpoint?: string | undefined;
}

/**
 * Every arm's answers to the first benchmark's items, judged, and all arms compared with the last: ends in `scores.scores`.
 * Throws AppError `config-invalid` when the recipe file names no benchmark.
 */
export function evaluation(
  input: PlanInput<{ sampling: z.infer<typeof SamplingParams> }>,
  arms: readonly Arm[],
): Step[] {
  const benchmark = input.benchmarks[0];
  if (benchmark === undefined) {
    throw new AppError("config-invalid", "the recipe needs a benchmark", {
      boundary: "config",
      hint: "add `benchmarks: [{name: tinytasks}]`",
    });
  }
  const { name, limit, samples } = benchmark;
  const benchmarks = [name];
  const judged = Object.fromEntries(arms.map((arm) => [`arm ${arm.name}`, `${arm.id}-judged.judgements`]));
  const compare = arms.slice(0, -1).map((arm) => ({ from: arm.name, to: arms.at(-1)!.name }));
  return [
    step(
      "items",
      "load-items",
      "evaluation items",
      { benchmark: name, limitPerSplit: limit },
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
      { benchmark: name, compare },
      { tasks: "items.tasks", ...judged },
      { benchmarks },
    ),
  ];
}
