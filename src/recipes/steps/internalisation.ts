import { z } from "zod";
import type { PlanInput, Step } from "../../core/recipe.ts";
import { answered, SamplingParams, sampled } from "./answered.ts";
import { step, uses } from "./step.ts";

const Gate = z.enum(["complete", "reasoning", "functional", "secure", "not-insecure"]);
const Source = z.enum(["filtered", "unfiltered", "rejected"]);
type Source = z.infer<typeof Source>;

/** Settings of SecPI's data and training, shared by the recipe and its ablations. */
export const internalisationParams = {
  /** Tasks taken from the dataset before the filter. */
  tasks: z.number().int().positive().default(2000),
  /** Down-sampling before the filter: each task with this probability, by the seed. The paper's share is lost. */
  sampleShare: z.number().gt(0).max(1).optional(),
  /** Down-sampling before the filter: this many tasks, drawn by the seed from the whole dataset. */
  sampleCount: z.number().int().positive().optional(),
  /** Tasks that traces are made for: those that the filter kept, all, or those that it rejected (ablations). */
  source: Source.default("filtered"),
  /** Cut the traces down to what the smallest of the three sources gives. */
  equalSources: z.boolean().default(false),
  /** Only tasks all of whose CWEs are among these (ablation of transfer between weaknesses). */
  cwes: z.array(z.string().regex(/^CWE-\d+$/)).optional(),
  /** Only tasks in these languages. */
  languages: z.array(z.string()).optional(),
  /** Where `cwes` and the prompt `oracle` take a task's CWEs from: its labels, or the classifier (for datasets without labels). */
  cwesFrom: z.enum(["labels", "classifier"]).default("labels"),
  /** Prompt variant under which the teacher reasons: `secure`, `generic-secure`, `generic`, `oracle`, `plain`. */
  tracePrompt: z.string().default("secure"),
  /** Traces per task. The paper takes one. */
  tracesPerTask: z.number().int().positive().default(1),
  /**
   * What a trace must pass to be trained on. The paper has no gates. `functional`, `secure` and `not-insecure` (secure, or a task
   * without a security side) execute the answer, which needs tasks with an oracle: `[complete, reasoning]` for those that have none.
   */
  gates: z.array(Gate).default(["complete", "reasoning", "functional", "secure"]),
  /** At most this many traces are trained on. */
  maxTraces: z.number().int().positive().optional(),
  /** Share of utility rows (the model's own plain answers to tasks that the filter rejected) among the training rows. */
  utilityShare: z.number().min(0).lt(1).default(0.2),
  /** Keep the reasoning in the training rows; false is an ablation. */
  reasoning: z.boolean().default(true),
  sampling: SamplingParams.prefault({}),
  /** SFT settings (core TrainParams). The paper: 3 epochs, batch 48, full weights; its learning rate is lost. */
  train: z
    .record(z.string(), z.json())
    .default({ learningRate: 1e-5, epochs: 3, batchRows: 48, maxLength: 8192 }),
};
const InternalisationParams = z.strictObject(internalisationParams);
export type InternalisationParams = z.infer<typeof InternalisationParams>;

/** Any of the settings. Without defaults: zod's own `partial` would fill them in over what they are laid on. */
export const PartialInternalisationParams = z.strictObject(
  Object.fromEntries(
    Object.entries(internalisationParams).map(([name, schema]) => [name, withoutDefault(schema).optional()]),
  ),
) as unknown as z.ZodType<Partial<InternalisationParams>>;

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

type Input = PlanInput<InternalisationParams>;

/** From tasks to the trained checkpoint, `train.checkpoint` (seed 000, section 3). `teacher`: the role that writes the traces. */
export function internalisation(input: Input, teacher = "teacher"): Step[] {
  const { params } = input;
  const sources: Source[] = params.equalSources ? Source.options : [params.source];
  return [
    ...filtered(params),
    ...selected(params),
    ...sources.flatMap((source) => traced(input, source, teacher)),
    ...(params.equalSources ? [equalised(params.source)] : []),
    ...utility(input),
    ...trained(params),
  ];
}

function filtered({ tasks, sampleShare, sampleCount }: InternalisationParams): Step[] {
  const load = { limit: tasks, sampleShare, sampleCount };
  return [
    step("tasks", "load-tasks", "coding tasks", clean(load), {}, { datasets: { tasks: "tasks" } }),
    step(
      "filter",
      "filter-cwes",
      "tasks that can carry a CWE",
      {},
      { tasks: "tasks.tasks" },
      uses("classifier", "classifier"),
    ),
  ];
}

const outputs: Record<Source, string> = {
  filtered: "filter.kept",
  unfiltered: "tasks.tasks",
  rejected: "filter.rejected",
};

/** Tasks of the chosen CWEs or languages; no step where all are wanted. */
function selected(params: InternalisationParams): Step[] {
  const { cwes, languages, source } = params;
  if (cwes === undefined && languages === undefined) return [];
  const inputs = { tasks: outputs[source], ...classifications(params) };
  return [step("selected", "select-tasks", "tasks chosen for training", clean({ cwes, languages }), inputs)];
}

function traced(input: Input, source: Source, teacher: string): Step[] {
  const { params } = input;
  const { tracePrompt, tracesPerTask, gates, maxTraces } = params;
  const id = source === params.source ? "traces" : `traces-${source}`;
  const chosen = params.cwes !== undefined || params.languages !== undefined;
  const executed = gates.some((gate) => ["functional", "secure", "not-insecure"].includes(gate));
  const steps = (executed ? answered : sampledOnly)(input, {
    id,
    title: source === "filtered" ? "traces under the security prompt" : `traces for ${source} tasks`,
    tasks: chosen && source === params.source ? "selected.tasks" : outputs[source],
    variant: tracePrompt,
    role: teacher,
    samples: tracesPerTask,
  });
  const [sampling, ...rest] = steps;
  return [
    { ...sampling!, inputs: { ...sampling!.inputs, ...classifications(params) } },
    ...rest,
    kept(id, "traces that pass the gates", clean({ gates, limit: maxTraces }), executed),
  ];
}

function classifications({ cwesFrom }: InternalisationParams): Step["inputs"] {
  return cwesFrom === "classifier" ? { classifications: "filter.classifications" } : {};
}

function equalised(source: Source): Step {
  const sizes = Source.options.map((other) => [
    `size ${other}`,
    `traces${other === source ? "" : `-${other}`}-kept.kept`,
  ]);
  return step(
    "traces-equal",
    "equal-size",
    "as many traces as the smallest source gives",
    {},
    { generations: "traces-kept.kept", ...Object.fromEntries(sizes) },
  );
}

function utility(input: Input): Step[] {
  const executed = input.params.gates.some((gate) => ["functional", "secure", "not-insecure"].includes(gate));
  return [
    ...(executed ? answered : sampledOnly)(input, {
      id: "utility",
      title: "own plain answers",
      tasks: "filter.rejected",
      variant: "plain",
      role: "target",
    }),
    kept(
      "utility",
      "plain answers that work",
      { gates: executed ? ["complete", "functional"] : ["complete"] },
      executed,
    ),
  ];
}

function trained({ utilityShare, reasoning, train, equalSources }: InternalisationParams): Step[] {
  return [
    step(
      "rows",
      "project-sft",
      "training rows without the security prompt",
      { utilityShare, reasoning },
      {
        tasks: "tasks.tasks",
        generations: equalSources ? "traces-equal.kept" : "traces-kept.kept",
        utility: "utility-kept.kept",
      },
    ),
    step(
      "train",
      "train",
      "supervised fine-tuning",
      train,
      { rows: "rows.rows" },
      { ...uses("model", "target"), trainer: true },
    ),
  ];
}

/** The answers of step `of` that pass the gates; `executed` when they were judged. */
function kept(of: string, title: string, params: Step["params"], executed: boolean): Step {
  return step(`${of}-kept`, "select-generations", title, params, {
    generations: `${of}.generations`,
    ...(executed ? { judgements: `${of}-judged.judgements` } : {}),
  });
}

function sampledOnly(...args: Parameters<typeof sampled>): Step[] {
  return [sampled(...args)];
}

/** Without members that are undefined: plans are plain data. */
function clean(params: Record<string, unknown>): Step["params"] {
  return JSON.parse(JSON.stringify(params));
}
