import { z } from "zod";
import { AnalyzerPolicySchema } from "../../core/analyzer-policy.ts";
import type { JsonObject } from "../../core/json.ts";
import { KeywordMatch } from "../../stages/score-traces.ts";
import { ReplyTokens, SamplingParams } from "./answered.ts";

const Gate = z.enum(["complete", "reasoning", "code", "analyzers", "functional", "secure", "not-insecure"]);
export const Source = z.enum(["filtered", "unfiltered", "rejected"]);
type Gate = z.infer<typeof Gate>;
export type Source = z.infer<typeof Source>;

/** Settings of SecPI's data, training and measurement, shared by the recipe and its ablations. */
export const internalisationParams = {
  /** Tasks taken from the dataset before the filter, where they are not sampled by one of the next two. */
  tasks: z.number().int().positive().default(2000),
  /** Down-sampling before the filter: each task with this probability, by the seed. The paper's share is lost. */
  sampleShare: z.number().gt(0).max(1).optional(),
  /** Down-sampling before the filter: this many tasks, drawn by the seed from the whole dataset. */
  sampleCount: z.number().int().positive().optional(),
  /** Tasks that traces are made for: those that the filter kept, all, or those that it rejected (ablations). */
  source: Source.default("filtered"),
  /** Cut the traces down to what the smallest of the three sources gives. */
  equalSources: z.boolean().default(false),
  /** Cut the traces down to what the prompt that gives fewest of these gives. */
  equalPrompts: z.array(z.string()).default([]),
  /** Only tasks all of whose CWEs are among these (ablation of transfer between weaknesses). */
  cwes: z.array(z.string().regex(/^CWE-[1-9]\d*$/)).optional(),
  /** Only tasks in these languages, for traces and utility rows. */
  languages: z.array(z.string()).optional(),
  /** Where `cwes` and the prompt `oracle` take a task's CWEs from: its labels, or the classifier (for datasets without labels). */
  cwesFrom: z.enum(["labels", "classifier"]).default("labels"),
  /** Prompt variant under which the teacher reasons: `secure`, `generic-secure`, `generic`, `oracle`, `plain`. */
  tracePrompt: z.string().default("secure"),
  /** Traces per task. The paper takes one. */
  tracesPerTask: z.number().int().positive().default(1),
  /**
   * What a trace must pass to be trained on. The paper has no gates. `complete`: it stopped by itself and its answer is not empty;
   * `code`: the answer has fenced code in the task's language. `functional`, `secure` and `not-insecure` (secure, or a task
   * without a security side) execute the answer, which needs tasks with an oracle: `[complete, reasoning, code]` for those that have none.
   * `analyzers` reads it with the recipe file's `analyzers`, which needs no oracle: clean passes, findings and failed tools do not.
   */
  gates: z.array(Gate).default(["complete", "reasoning", "functional", "secure"]),
  /**
   * Prompt variant of the utility answers; default: `tracePrompt`. Under a security prompt the model also thinks where there is nothing
   * to find, and the habit reaches weaknesses that training did not show. `plain` teaches when not to think: the habit then stops there.
   */
  utilityPrompt: z.string().optional(),
  /**
   * What such an answer must pass to be a utility row; default: `complete`, of `code`, `analyzers` and (under the traces' prompt)
   * `reasoning` what traces must pass, and `functional` and `not-insecure` where traces are executed. The classifier may have rejected a
   * task that has a weakness after all: its insecure answers must not be taught.
   */
  utilityGates: z.array(Gate).optional(),
  /** How several analyzers become one word: weak when `any` or `all` find something, `K-of-N`, or by weight; also by language. */
  analyzerPolicy: AnalyzerPolicySchema.default("default"),
  /** At most this many traces are trained on, drawn by the seed; more hold fewer. */
  maxTraces: z.number().int().positive().optional(),
  /** Share of utility rows (the model's own answers to tasks that the filter rejected) among the training rows. */
  utilityShare: z.number().min(0).lt(1).default(0.2),
  /** Keep the reasoning in the training rows, utility rows included; false is an ablation. */
  reasoning: z.boolean().default(true),
  sampling: SamplingParams.prefault({}),
  /** Tokens that the classifier and the judge may use for a reply. Default: as many as an answer (`sampling.maxTokens`), at least 256 and 64. */
  replyTokens: ReplyTokens,
  /** How traces and utility answers are sampled, where it differs from `sampling`: below its temperature training also sharpens. */
  traceSampling: z.strictObject(withoutDefaults(SamplingParams.shape)).default({}),
  /** SFT settings (core TrainParams) that differ from `trainDefaults`; null takes one out again. */
  train: z.record(z.string(), z.json()).default({}),
  /** How the trace metrics S and K look for keywords: as whole words, or anywhere (`substring`). */
  keywordMatch: KeywordMatch,
};

/** The paper: 3 epochs, batch 48, full weights; its learning rate is lost. */
const trainDefaults = { learningRate: 1e-5, epochs: 3, batchRows: 48, maxLength: 8192 };

/** The trainer's params for a recipe's `train`: what it does not say is the default, one way of counting batches in place of the other. */
export function trainParams(given: JsonObject): JsonObject {
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  const { batchRows: _, ...others } = trainDefaults;
  return { ...("batchTokens" in said ? others : trainDefaults), ...said };
}

const InternalisationParams = z.strictObject(internalisationParams);
export type InternalisationParams = z.infer<typeof InternalisationParams>;

/** All of them optional. Without defaults: zod's own `partial` would fill them in over what they are laid on. */
export function withoutDefaults(shape: Readonly<Record<string, z.ZodType>>): Record<string, z.ZodType> {
  return Object.fromEntries(
    Object.entries(shape).map(([name, schema]) => [name, withoutDefault(schema).optional()]),
  );
}

function withoutDefault(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault
    ? (schema.unwrap() as z.ZodType)
    : schema;
}

/** The model roles of the method. */
export const internalisationRoles = {
  target: { summary: "the model that is hardened" },
  teacher: { summary: "writes the reasoning traces", default: "target" },
  classifier: { summary: "says which CWEs a task can carry", default: "target" },
  judge: { summary: "grades reasoning; only asked when it is bound", default: "target" },
};

/** The prompt variant of utility rows. */
export function utilityPromptOf({ tracePrompt, utilityPrompt }: InternalisationParams): string {
  return utilityPrompt ?? tracePrompt;
}

/** The gates of utility rows. */
export function utilityGatesOf(params: InternalisationParams): Gate[] {
  const { gates, utilityGates } = params;
  if (utilityGates !== undefined) return utilityGates;
  // Where they are to think as traces do, an answer without thoughts would teach not to.
  const thinks = utilityPromptOf(params) === params.tracePrompt;
  const form = (["reasoning", "code", "analyzers"] as const).filter(
    (gate) => gates.includes(gate) && (gate !== "reasoning" || thinks),
  );
  return ["complete", ...form, ...(isExecuted(gates) ? (["functional", "not-insecure"] as const) : [])];
}

/** Whether answers must be executed to know. */
export function isExecuted(gates: readonly Gate[]): boolean {
  return gates.some((gate) => ["functional", "secure", "not-insecure"].includes(gate));
}
