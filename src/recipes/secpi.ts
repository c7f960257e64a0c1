import { z } from "zod";
import { defineRecipe, type Step } from "../core/recipe.ts";
import { answered, SamplingParams, sampled } from "./steps/answered.ts";
import { type Arm, evaluation } from "./steps/evaluation.ts";
import { step, uses } from "./steps/step.ts";

const Gate = z.enum(["complete", "reasoning", "functional", "secure"]);

const Params = z.strictObject({
  /** Tasks taken from the dataset before the filter. */
  tasks: z.number().int().positive().default(2000),
  /** Prompt variant under which the teacher reasons. */
  tracePrompt: z.string().default("secure"),
  /** Traces per task. The paper takes one. */
  tracesPerTask: z.number().int().positive().default(1),
  /**
   * What a trace must pass to be trained on. The paper has no gates. `functional` and `secure` execute the answer, which needs
   * tasks with an oracle: take `[complete, reasoning]` for tasks that have none.
   */
  gates: z.array(Gate).default(["complete", "reasoning", "functional", "secure"]),
  /** At most this many traces are trained on. */
  maxTraces: z.number().int().positive().optional(),
  /** Share of utility rows (the model's own plain answers to tasks that the filter rejected) among the training rows. */
  utilityShare: z.number().min(0).lt(1).default(0.2),
  /** Keep the reasoning in the training rows; false is an ablation. */
  reasoning: z.boolean().default(true),
  /** Also evaluate the base under the security prompt (the paper's figure 6). */
  promptedArm: z.boolean().default(true),
  sampling: SamplingParams.prefault({}),
  /** SFT settings (core TrainParams). The paper: 3 epochs, batch 48, full weights; its learning rate is lost. */
  train: z
    .record(z.string(), z.json())
    .default({ learningRate: 1e-5, epochs: 3, batchRows: 48, maxLength: 8192 }),
});
type Params = z.infer<typeof Params>;

/** SecPI: reason about security under a prompt, then fine-tune on the same tasks without it (seed 000, sections 3 and 4). */
export const recipe = defineRecipe<Params>({
  name: "secpi",
  version: 1,
  summary: "internalise security reasoning: filtered tasks, traces under a security prompt, SFT without it",
  params: Params,
  models: {
    target: { summary: "the model that is hardened" },
    teacher: { summary: "writes the reasoning traces", default: "target" },
    classifier: { summary: "says which CWEs a task can carry", default: "target" },
  },
  datasets: { tasks: { summary: "general coding tasks" } },
  headline: { scores: "scores.scores", before: "base plain", after: "tuned plain" },
  plan(input) {
    const { tasks, tracePrompt, tracesPerTask, gates, maxTraces, utilityShare, reasoning, train } =
      input.params;
    const filter = [
      step("tasks", "load-tasks", "coding tasks", { limit: tasks }, {}, { datasets: { tasks: "tasks" } }),
      step(
        "filter",
        "filter-cwes",
        "tasks that can carry a CWE",
        {},
        { tasks: "tasks.tasks" },
        uses("classifier", "classifier"),
      ),
    ];
    const executed = gates.some((gate) => gate === "functional" || gate === "secure");
    const traces = [
      ...(executed ? answered : sampledOnly)(input, {
        id: "traces",
        title: "traces under the security prompt",
        tasks: "filter.kept",
        variant: tracePrompt,
        role: "teacher",
        samples: tracesPerTask,
      }),
      kept("traces", "traces that pass the gates", { gates, limit: maxTraces }, executed),
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
    const training = [
      step(
        "rows",
        "project-sft",
        "training rows without the security prompt",
        { utilityShare, reasoning },
        {
          tasks: "tasks.tasks",
          generations: "traces-kept.kept",
          utility: "utility-kept.kept",
        },
      ),
      step(
        "train",
        "train",
        "supervised fine-tuning",
        train,
        { rows: "rows.rows" },
        {
          ...uses("model", "target"),
          trainer: true,
        },
      ),
    ];
    return [...filter, ...traces, ...training, ...evaluation(input, arms(input.params))];
  },
});

function arms({ tracePrompt, promptedArm }: Params): Arm[] {
  const base = { role: "target", variant: "plain" };
  return [
    { ...base, id: "base-plain", name: "base plain" },
    ...(promptedArm ? [{ ...base, id: "base-prompted", name: "base prompted", variant: tracePrompt }] : []),
    { ...base, id: "tuned-plain", name: "tuned plain", checkpoint: "train.checkpoint" },
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
