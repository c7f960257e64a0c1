import type { PlanInput, Step } from "../../core/recipe.ts";
import { policiesFor } from "../../stages/analyze.ts";
import type { InternalisationParams } from "./internalisation-params.ts";
import { step } from "./step.ts";

export interface AnalyzedOptions {
  /** The step whose answers are read. */
  readonly id: string;
  readonly title: string;
  /** `step.output` of the tasks. */
  readonly tasks: string;
  readonly gates: InternalisationParams["gates"];
}

/**
 * Answers read by the recipe file's analyzers, `ID-analyzed.judgements`; no step where no gate asks for it. Throws AppError
 * `config-invalid` when the file binds none, or a number that the policy does not fit: told before anything is sampled.
 */
export function analyzed(
  { params, analyzers = [] }: PlanInput<InternalisationParams>,
  { id, title, tasks, gates }: AnalyzedOptions,
): Step[] {
  if (!gates.includes("analyzers")) return [];
  policiesFor(
    params.analyzerPolicy,
    analyzers.map((name) => ({ name })),
  );
  const inputs = { tasks, generations: `${id}.generations` };
  const policy = { policy: params.analyzerPolicy };
  return [step(`${id}-analyzed`, "analyze", `${title}, read by analyzers`, policy, inputs, { analyzers })];
}
