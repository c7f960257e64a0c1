import { z } from "zod";
import { contentHash } from "../util/hash.ts";

/** Where a task came from; enough to fetch and license-check it again. */
export const OriginSchema = z.strictObject({
  dataset: z.string(),
  /** Version, commit or generator version of the dataset. */
  revision: z.string(),
  /** Row number or key inside the dataset. */
  row: z.string(),
  /** SPDX id or name of the licence. */
  licence: z.string(),
});

/**
 * A coding task: the unit that generations, judgements and training rows refer to. Frozen data.
 *
 * `split` names the evaluation group (`seen`, `heldOutCwe`, `heldOutRare`, `heldOutAbsent`, `utility`, `decoys`, `dev`, `train`…);
 * `tier` says what the embedded base model has seen of the task's secure form (`common`, `rare`, `absent`; only known there);
 * `cluster` is the structural key on which intervals are clustered (the task's id where there is none).
 */
export const TaskSchema = z.strictObject({
  id: z.string(),
  prompt: z.string().min(1),
  /** Lower-case language name: `python`, `c`, `cpp`, `java`, `javascript`, `typescript`, `go`, … */
  language: z.string(),
  /** Normalised ids: `CWE-89`. Empty for utility tasks and for tasks not yet labelled. */
  cwes: z.array(z.string().regex(/^CWE-\d+$/)),
  /** Source text the task is about (file context, function to repair). */
  context: z.string().optional(),
  origin: OriginSchema,
  /** Which benchmark can judge an answer, and its key there. `item` is opaque to everyone else. */
  oracle: z.strictObject({ benchmark: z.string(), item: z.string() }).optional(),
  split: z.string().optional(),
  tier: z.string().optional(),
  cluster: z.string(),
});
export type Task = Readonly<z.infer<typeof TaskSchema>>;
export type Origin = z.infer<typeof OriginSchema>;

/** What a model is asked: the prompt, and below it the source text that it is about. */
export function taskText({ prompt, context }: Pick<Task, "prompt" | "context">): string {
  return context === undefined ? prompt : `${prompt}\n\n${context}`;
}

/** Fields that make a task: two tasks with equal ones are the same task, whatever split they are in. */
type Defining = Pick<Task, "prompt" | "language" | "cwes" | "context" | "oracle">;

/** Builds a task whose id is the hash of its defining fields and whose cluster falls back to that id. */
export function makeTask(fields: Omit<Task, "id" | "cluster"> & { cluster?: string }): Task {
  const id = taskId(fields);
  return Object.freeze({ ...fields, id, cluster: fields.cluster ?? id });
}

export function taskId(task: Defining): string {
  const { prompt, language, cwes, context, oracle } = task;
  return contentHash({ prompt, language, cwes, context, oracle }).slice(0, 24);
}
