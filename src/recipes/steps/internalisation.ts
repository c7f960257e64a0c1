import { AppError } from "../../core/error.ts";
import type { PlanInput, Step } from "../../core/recipe.ts";
import { analyzed } from "./analyzed.ts";
import { answered, replyRoom, sampled } from "./answered.ts";
import {
  type InternalisationParams,
  isExecuted,
  Source,
  trainParams,
  utilityGatesOf,
  utilityPromptOf,
} from "./internalisation-params.ts";
import { step, uses } from "./step.ts";

type Input = PlanInput<InternalisationParams>;

/** The prompt that is told a task's CWEs. */
const NAMES_CWES = "oracle";

/** From tasks to the trained checkpoint, `train.checkpoint` (seed 000, section 3). `teacher`: the role that writes the traces. */
export function internalisation(input: Input, teacher = "teacher"): Step[] {
  const { params } = input;
  refuseSieve(params);
  const sets = traceSets(params);
  return [
    ...filtered(params),
    ...selected(params),
    ...sets.flatMap((set) => traced(input, set, teacher)),
    ...(sets.length > 1 ? [equalised(sets)] : []),
    ...(params.utilityShare > 0 ? utility(input) : []),
    ...trained(params),
  ];
}

/** Tasks that the filter rejects have no security side, as a rule: the gate `secure` would drop them, and what is left would not be the source. */
function refuseSieve({ source, equalSources, gates }: InternalisationParams): void {
  if ((source === "filtered" && !equalSources) || !gates.includes("secure")) return;
  const setting = equalSources ? "equalSources" : `source: ${source}`;
  throw new AppError(
    "config-invalid",
    `params.${setting} with the gate secure keeps no task without security tests`,
    {
      boundary: "config",
      hint: "put `not-insecure` in its place in `params.gates`",
    },
  );
}

/** Traces of one source under one prompt. */
interface TraceSet {
  /** Its first step. */
  readonly id: string;
  readonly source: Source;
  readonly prompt: string;
}

/** What is trained on, `traces`, and after it what only says how much of that there may be. */
function traceSets({
  source,
  tracePrompt: prompt,
  equalSources,
  equalPrompts,
}: InternalisationParams): TraceSet[] {
  const sources = equalSources ? Source.options.filter((other) => other !== source) : [];
  const prompts = [...new Set(equalPrompts)].filter((other) => other !== prompt);
  return [
    { id: "traces", source, prompt },
    ...sources.map((other) => ({ id: `traces-${other}`, source: other, prompt })),
    ...prompts.map((other) => ({ id: `traces-under-${other}`, source, prompt: other })),
  ];
}

function filtered(params: InternalisationParams): Step[] {
  const { tasks, sampleShare, sampleCount } = params;
  const sampled = sampleShare !== undefined || sampleCount !== undefined;
  const needsTests =
    isExecuted(params.gates) || (params.utilityShare > 0 && isExecuted(utilityGatesOf(params)));
  const load = {
    limit: sampled ? undefined : tasks,
    sampleShare,
    sampleCount,
    needsTests: needsTests || undefined,
  };
  return [
    step("tasks", "load-tasks", "coding tasks", clean(load), {}, { datasets: { tasks: "tasks" } }),
    step(
      "filter",
      "filter-cwes",
      "tasks that can carry a CWE",
      { maxTokens: replyRoom(params, 256) },
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

/** Of every source in use the tasks of the chosen CWEs or languages; no step where all are wanted. */
function selected(params: InternalisationParams): Step[] {
  if (!isChosen(params)) return [];
  const { cwes, languages } = params;
  return [...new Set(traceSets(params).map(({ source }) => source))].map((source) => {
    const inputs = { tasks: outputs[source], ...classifications(params) };
    const title = `tasks chosen for training${source === params.source ? "" : `, ${source}`}`;
    return step(selectedId(source, params), "select-tasks", title, clean({ cwes, languages }), inputs);
  });
}

function isChosen({ cwes, languages }: InternalisationParams): boolean {
  return cwes !== undefined || languages !== undefined;
}

function selectedId(source: Source, params: InternalisationParams): string {
  return source === params.source ? "selected" : `selected-${source}`;
}

function traced(input: Input, { id, source, prompt }: TraceSet, teacher: string): Step[] {
  const { params } = input;
  const { tracesPerTask, gates, maxTraces } = params;
  const executed = isExecuted(gates);
  const title = `traces under the prompt ${prompt}${source === "filtered" ? "" : `, ${source} tasks`}`;
  const tasks = isChosen(params) ? `${selectedId(source, params)}.tasks` : outputs[source];
  const steps = (executed ? answered : sampledOnly)(forTraining(input), {
    id,
    title,
    tasks,
    variant: prompt,
    role: teacher,
    samples: tracesPerTask,
    ...(source === "rejected" && withoutCwes(prompt, params)),
  });
  return [
    ...knowingCwes(steps, params),
    ...analyzed(input, { id, title, tasks, gates }),
    kept(id, "traces that pass the gates", tasks, clean({ gates, limit: maxTraces }), gates),
  ];
}

/** The same with what training rows are sampled with. */
function forTraining(input: Input): Input {
  const { sampling, traceSampling } = input.params;
  return {
    ...input,
    params: { ...input.params, sampling: { ...sampling, ...clean(traceSampling) } as typeof sampling },
  };
}

/** The steps of `answered`: the sampling, which comes first, reads a task's CWEs where the prompt `oracle` takes them from. */
function knowingCwes([sampling, ...rest]: readonly Step[], params: InternalisationParams): Step[] {
  return [{ ...sampling!, inputs: { ...sampling!.inputs, ...classifications(params) } }, ...rest];
}

/** Rejected tasks may all be without a label, which is why they were rejected. Said only where it matters: it is part of the step's key. */
function withoutCwes(prompt: string, { cwesFrom }: InternalisationParams): { cwesMayMiss?: true } {
  return prompt === NAMES_CWES && cwesFrom === "labels" ? { cwesMayMiss: true } : {};
}

function classifications({ cwesFrom }: InternalisationParams): Step["inputs"] {
  return cwesFrom === "classifier" ? { classifications: "filter.classifications" } : {};
}

function equalised(sets: readonly TraceSet[]): Step {
  const kept = sets.map(({ id }) => `${id}-kept.kept`);
  return step(
    "traces-equal",
    "equal-size",
    "as many traces as the smallest set gives",
    {},
    { generations: kept[0]!, ...Object.fromEntries(kept.map((from, at) => [`size ${sets[at]!.id}`, from])) },
  );
}

function utility(input: Input): Step[] {
  const { utilityShare: share, tracesPerTask: perTask, source, languages } = input.params;
  const variant = utilityPromptOf(input.params);
  const gates = utilityGatesOf(input.params);
  const title = variant === "plain" ? "own plain answers" : `own answers under the prompt ${variant}`;
  const answers = { id: "utility", title, tasks: "utility-tasks.tasks" };
  const options = { ...answers, variant, role: "target", ...withoutCwes(variant, input.params) };
  const steps = (isExecuted(gates) ? answered : sampledOnly)(forTraining(input), options);
  return [
    step("utility-tasks", "enough-tasks", "tasks for utility rows", clean({ share, perTask, languages }), {
      tasks: "filter.rejected",
      beside: languages === undefined ? outputs[source] : "selected.tasks",
    }),
    ...knowingCwes(steps, input.params),
    ...analyzed(input, { ...answers, gates }),
    kept("utility", "own answers that pass the gates", answers.tasks, { gates }, gates),
  ];
}

function trained(params: InternalisationParams): Step[] {
  const { utilityShare, reasoning, train } = params;
  return [
    step(
      "rows",
      "project-sft",
      "training rows without the security prompt",
      { utilityShare, reasoning },
      {
        tasks: "tasks.tasks",
        generations: traceSets(params).length > 1 ? "traces-equal.kept" : "traces-kept.kept",
        ...(utilityShare > 0 ? { utility: "utility-kept.kept" } : {}),
        items: "items.tasks",
      },
    ),
    step(
      "train",
      "train",
      "supervised fine-tuning",
      trainParams(train),
      { rows: "rows.rows" },
      { ...uses("model", "target"), trainer: true },
    ),
  ];
}

/** The answers of step `of` that pass the gates, by their tasks, what executed and what read them where a gate asks for that. */
function kept(
  of: string,
  title: string,
  tasks: string,
  params: Step["params"],
  gates: InternalisationParams["gates"],
): Step {
  return step(`${of}-kept`, "select-generations", title, params, {
    generations: `${of}.generations`,
    ...(gates.includes("code") ? { tasks } : {}),
    ...(isExecuted(gates) ? { judgements: `${of}-judged.judgements` } : {}),
    ...(gates.includes("analyzers") ? { analyses: `${of}-analyzed.judgements` } : {}),
  });
}

function sampledOnly(...args: Parameters<typeof sampled>): Step[] {
  return [sampled(...args)];
}

/** Without members that are undefined: plans are plain data. */
function clean(params: Record<string, unknown>): Step["params"] {
  return JSON.parse(JSON.stringify(params));
}
