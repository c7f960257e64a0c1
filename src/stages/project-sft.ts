import { z } from "zod";
import { drawAnswers } from "../algorithms/seeded-draw.ts";
import { AppError } from "../core/error.ts";
import type { Generation } from "../core/generation.ts";
import { generationRows, taskRows, trainRows } from "../core/row-schemas.ts";
import { defineStage, type StageContext } from "../core/stage.ts";
import { type Task, taskText } from "../core/task.ts";
import type { SftRow } from "../core/train-row.ts";
import { contentHash } from "../util/hash.ts";

const Params = z.strictObject({
  /** Share of utility rows in the mix, 0–1, as far as there are enough of them. */
  utilityShare: z.number().min(0).lt(1).default(0),
  /** Keep the reasoning in the completion, of utility rows too. False is an ablation. */
  reasoning: z.boolean().default(true),
});

/**
 * Makes training rows from generations: the bare task as prompt, whatever prompt variant sampled the answer, and the
 * reasoning with the answer as completion. Dropping the security prompt here is SecPI's internalisation (section 3).
 * Tasks that are evaluated (input `items`; equal id, prompt or cluster) are left out and counted: nothing is measured on what was
 * trained on.
 */
export const stage = defineStage({
  name: "project-sft",
  version: 5,
  summary: "turn answers into training rows on the bare task",
  params: Params,
  inputs: { tasks: "task", generations: "generation", "utility?": "generation", "items?": "task" },
  outputs: { rows: { kind: "rows", schema: trainRows } },
  async run(context: StageContext<z.infer<typeof Params>>) {
    const { utilityShare, reasoning } = context.params;
    const tasks = new Map<string, Task>();
    for await (const task of context.rows("tasks", taskRows)) tasks.set(task.id, task);
    const evaluated = await evaluatedMarks(context);
    let leaked = 0;

    const security: SftRow[] = [];
    for await (const generation of context.rows("generations", generationRows)) {
      const task = taskOf(generation, tasks);
      if (marksOf(task).some((mark) => evaluated.has(mark))) leaked++;
      else security.push(sftRow(generation, task, "security", reasoning));
    }
    const taught = new Set(security.map(({ taskId }) => taskId));
    let twice = 0;
    const eligible: Generation[] = [];
    if (context.has("utility")) {
      for await (const generation of context.rows("utility", generationRows)) {
        const task = taskOf(generation, tasks);
        if (marksOf(task).some((mark) => evaluated.has(mark))) leaked++;
        // One task must not be taught both ways: with thoughts of security, and plain.
        else if (taught.has(task.id)) twice++;
        else eligible.push(generation);
      }
    }
    const wanted = Math.round((security.length * utilityShare) / (1 - utilityShare));
    const drawn = drawAnswers(eligible, wanted, context.seed);
    const utility = eligible
      .filter(({ id }) => drawn.has(id))
      .map((generation) => sftRow(generation, taskOf(generation, tasks), "utility", reasoning));
    if (security.length === 0 && leaked > 0) {
      throw new AppError("stage-failed", `all ${leaked} answers belong to tasks that are evaluated`, {
        boundary: "dataset",
        hint: "take training tasks from another split or dataset than the benchmark's (`datasets.tasks`)",
      });
    }
    if (security.length === 0) {
      throw new AppError("stage-failed", "no answer passed the gates, so there is nothing to train on", {
        boundary: "dataset",
        hint: "the step before says which gate dropped them: where it is `complete`, raise `params.sampling.maxTokens`; else take more tasks (`params.tasks`) or traces of each (`params.tracesPerTask`), loosen `params.gates`, or use a stronger teacher",
      });
    }
    const output = context.output("rows", trainRows);
    // Order by a keyed hash: a shuffle that depends on the seed and the rows alone.
    const order = (row: SftRow) => contentHash([context.seed, row.id]);
    const mixed = [...security, ...utility].map((row) => ({ row, at: order(row) }));
    for (const { row } of mixed.sort((a, b) => (a.at < b.at ? -1 : 1))) await output.write(row);
    context.stat("security rows", security.length);
    context.stat("utility rows", utility.length);
    if (twice > 0) context.stat("utility rows left out: task has a trace", twice);
    if (context.has("items")) context.stat("left out: task is evaluated", leaked);
  },
});

/** What makes two tasks the same for training and evaluation: identity, text, structure. */
function marksOf(task: Task): string[] {
  return [task.id, taskText(task).trim().replace(/\s+/g, " "), task.cluster];
}

async function evaluatedMarks(context: StageContext<z.infer<typeof Params>>): Promise<Set<string>> {
  const marks = new Set<string>();
  if (!context.has("items")) return marks;
  for await (const task of context.rows("items", taskRows)) for (const mark of marksOf(task)) marks.add(mark);
  return marks;
}

function taskOf(generation: Generation, tasks: ReadonlyMap<string, Task>): Task {
  const task = tasks.get(generation.taskId);
  if (task !== undefined) return task;
  throw new AppError("internal", `generation ${generation.id} belongs to no task of this input`, {
    boundary: "internal",
  });
}

function sftRow(generation: Generation, task: Task, purpose: string, keepReasoning: boolean): SftRow {
  return {
    kind: "sft",
    id: contentHash([generation.id, purpose, keepReasoning]).slice(0, 24),
    taskId: task.id,
    purpose,
    messages: [
      { role: "user", content: taskText(task) },
      {
        role: "assistant",
        content: generation.text,
        ...(keepReasoning && generation.reasoning !== undefined ? { reasoning: generation.reasoning } : {}),
      },
    ],
    lossMask: "last-assistant",
  };
}
