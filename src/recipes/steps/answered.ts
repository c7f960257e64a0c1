import { z } from "zod";
import type { PlanInput, Step } from "../../core/recipe.ts";
import { step } from "./step.ts";

/** How models are sampled; the product's defaults. */
export const SamplingParams = z.strictObject({
  temperature: z.number().min(0).default(0.8),
  topP: z.number().gt(0).max(1).default(0.95),
  topK: z.number().int().positive().optional(),
  maxTokens: z.number().int().positive().default(1024),
});

/** Room for the classifier's and the judge's replies; absent: as much as for an answer, and enough for one that does not reason. */
export const ReplyTokens = z.number().int().positive().optional();

/** Room for a short reply (a list of CWEs, a grade): a model that reasons first needs as much of it as for an answer. */
export function replyRoom(params: ReplyParams, atLeast: number): number {
  return params.replyTokens ?? Math.max(params.sampling.maxTokens, atLeast);
}

interface ReplyParams {
  readonly sampling: z.infer<typeof SamplingParams>;
  readonly replyTokens?: number | undefined;
}

export interface AnsweredOptions {
  readonly id: string;
  readonly title: string;
  /** `step.output` of the tasks. */
  readonly tasks: string;
  /** Prompt variant. */
  readonly variant: string;
  readonly role: string;
  readonly samples?: number | undefined;
  /** `step.output` of a checkpoint that replaces the role's own. */
  readonly checkpoint?: string | undefined;
  /** The tasks need not have CWEs, whatever the prompt says of them. */
  readonly cwesMayMiss?: true | undefined;
}

type Input = PlanInput<{ sampling: z.infer<typeof SamplingParams> }>;

/** A model's answers to tasks: `ID.generations`. */
export function sampled({ params }: Input, options: AnsweredOptions): Step {
  const { id, title, tasks, variant, role, samples, checkpoint, cwesMayMiss } = options;
  return step(
    id,
    "sample",
    title,
    { variant, ...params.sampling, samples, cwesMayMiss },
    { tasks },
    { models: { model: { role, checkpoint } } },
  );
}

/** A model's answers to tasks, then executed and judged: `ID.generations`, `ID-judged.judgements`. */
export function answered(input: Input, options: AnsweredOptions): Step[] {
  const { id, title, tasks } = options;
  const benchmarks = input.benchmarks.map(({ name }) => name);
  const inputs = { tasks, generations: `${id}.generations` };
  const judged = step(`${id}-judged`, "judge", `${title}, executed`, {}, inputs, { benchmarks });
  return [sampled(input, options), judged];
}
