import { z } from "zod";

const positive = z.number().int().positive();

/**
 * Params of the inference ops; the worker validates them against the schema generated from here. Every op reads its model
 * from the input `checkpoint` (a Hugging Face checkpoint or a PEFT adapter).
 */
export const opParams = {
  /** Input `requests`: rows of GenerateRequest. Leaves `replies.ndjson` in the output directory: SliceReply rows in input order. */
  generate: z.strictObject({
    batchSize: positive,
    /** Longer prompts fail, each alone; absent: what the model's context leaves. */
    maxPromptTokens: positive.optional(),
  }),
  /** Input `requests`: rows of ScoreRequest. Leaves `replies.ndjson`: ScoreReply rows in input order. */
  score: z.strictObject({ batchTokens: positive, perToken: z.boolean() }),
  /** Input `texts`: rows of strings. Leaves `vectors.f32`: little-endian float32, row after row; gives {dimension, rows}. */
  embed: z.strictObject({ batchTokens: positive, maxTokens: positive }),
  /** Asks `endpoint` with a file {url, model} when it answers; ends when cancelled. */
  serve: z.strictObject({
    name: z.string().min(1),
    batchSize: positive,
    /** How long a request waits for others to share its batch. */
    gatherMs: z.number().nonnegative(),
    maxPromptTokens: positive.optional(),
  }),
} as const;

export type OpParams<Op extends keyof typeof opParams> = z.infer<(typeof opParams)[Op]>;
