import { z } from "zod";
import { codeBlocks } from "../algorithms/code-blocks.ts";
import { describeCwes } from "../algorithms/cwe-keywords.ts";
import { AppError } from "../core/error.ts";
import type { Generation } from "../core/generation.ts";
import type { Message } from "../core/message.ts";
import type { GenerateRequest, Sample } from "../core/model.ts";
import type { ModelRef } from "../core/model-ref.ts";
import { generationRows, taskRows } from "../core/row-schemas.ts";
import { defineStage, type StageContext } from "../core/stage.ts";
import { type Task, taskText } from "../core/task.ts";
import { contentHash } from "../util/hash.ts";
import { classificationRows } from "./filter-cwes.ts";

const Params = z.strictObject({
  /**
   * Prompt variant: the name of a text in src/prompts with a `{{task}}` place. A place `{{cwes}}` gets the task's CWEs with their
   * names, `none` where it has none: its labels, or what the input `classifications` says.
   */
  variant: z.string().default("plain"),
  /** None of the tasks need have a CWE under such a prompt: they are those that a filter rejected. */
  cwesMayMiss: z.boolean().optional(),
  samples: z.number().int().positive().default(1),
  temperature: z.number().min(0).default(0.8),
  topP: z.number().gt(0).max(1).default(0.95),
  topK: z.number().int().positive().optional(),
  maxTokens: z.number().int().positive().default(1024),
});

/** Has a model answer every task under a prompt variant; one generation per task and sample. */
export const stage = defineStage({
  name: "sample",
  version: 2,
  summary: "have a model answer tasks under a prompt variant",
  params: Params,
  inputs: { tasks: "task", "classifications?": "classification" },
  outputs: { generations: { kind: "rows", schema: generationRows } },
  uses: { models: ["model"] },
  prompts: ({ variant }) => [variant],
  promptPlaces: { task: "needed", cwes: "allowed" },
  async run(context: StageContext<z.infer<typeof Params>>) {
    const { params } = context;
    const prompt = context.prompt(params.variant);
    const model = context.model("model");
    const tasks = context.rows("tasks", taskRows);
    const output = context.output("generations", generationRows);
    const total = tasks.count * params.samples;
    let done = 0;
    let tokens = 0;
    let cut = 0;
    let otherwise = 0;

    const said = await classifiedCwes(context);
    if (prompt.places.includes("cwes")) await requireCwes(context);
    const content = (task: Task) => {
      const cwes = prompt.places.includes("cwes") && { cwes: describeCwes(said.get(task.id) ?? task.cwes) };
      return prompt.render({ task: taskText(task), ...cwes });
    };
    async function* items() {
      for await (const task of tasks) {
        const messages: Message[] = [{ role: "user", content: content(task) }];
        for (let index = 0; index < params.samples; index++) yield { task, index, messages };
      }
    }
    const request = (item: { index: number; messages: Message[] }): GenerateRequest => ({
      messages: item.messages,
      sampling: {
        temperature: params.temperature,
        topP: params.topP,
        topK: params.topK,
        maxTokens: params.maxTokens,
        seed: context.seed,
      },
      n: 1,
      sampleIndex: item.index,
    });

    for await (const outcome of model.generate(items(), request, total)) {
      const { task, index, messages } = outcome.item;
      done++;
      if (outcome.ok) {
        const sample = outcome.value.samples[0]!;
        const promptHash = contentHash({ prompt: prompt.hash, messages }).slice(0, 24);
        await output.write(generation(task, sample, index, params.variant, promptHash, model.ref));
        tokens += sample.usage.output;
        if (sample.finish === "length") cut++;
        else if (sample.finish !== "stop") otherwise++;
      } else {
        await context.fail(`${task.id}#${index}`, outcome.error);
      }
      context.progress({ done, total, metrics: { tokens } });
    }
    context.stat("output tokens", tokens);
    context.stat("cut at the token limit", cut);
    if (otherwise > 0) context.stat("ended by the provider (filter, unknown reason)", otherwise);
  },
});

/** Where no task at all has a label, nobody has labelled them, and "none" would be told of each as if it were known. */
async function requireCwes(context: StageContext<z.infer<typeof Params>>): Promise<void> {
  const { variant, cwesMayMiss } = context.params;
  const tasks = context.rows("tasks", taskRows);
  if (cwesMayMiss || context.has("classifications") || tasks.count === 0) return;
  for await (const { cwes } of tasks) if (cwes.length > 0) return;
  throw new AppError(
    "data-invalid",
    `the prompt ${variant} names the weaknesses of tasks, and none of these ${tasks.count} has a CWE label`,
    {
      boundary: "dataset",
      hint: "for training tasks without labels `params.cwesFrom: classifier`; for a benchmark's items choose `splits` with weaknesses; or take another prompt (in ablations: leave `prompts` out of `params.ablations`)",
    },
  );
}

async function classifiedCwes(context: StageContext<unknown>): Promise<Map<string, readonly string[]>> {
  const said = new Map<string, readonly string[]>();
  if (!context.has("classifications")) return said;
  for await (const { taskId, cwes } of context.rows("classifications", classificationRows))
    said.set(taskId, cwes);
  return said;
}

function generation(
  task: Task,
  sample: Sample,
  sampleIndex: number,
  variant: string,
  promptHash: string,
  model: ModelRef,
): Generation {
  const identity = { taskId: task.id, model: identityOf(model), promptHash, sampleIndex };
  return {
    id: contentHash(identity).slice(0, 24),
    taskId: task.id,
    model,
    promptHash,
    variant,
    sampleIndex,
    text: sample.text,
    reasoning: sample.reasoning,
    codeBlocks: codeBlocks(sample.text),
    usage: sample.usage,
    finish: sample.finish,
  };
}

/** A served model keeps its identity when it moves to another address. */
function identityOf(model: ModelRef): object {
  return "endpoint" in model ? { endpoint: model.endpoint, revision: model.revision } : model;
}
