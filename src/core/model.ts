import { z } from "zod";
import type { OperationContext } from "./adapter.ts";
import { AppError } from "./error.ts";
import { FinishReasonSchema, UsageSchema } from "./generation.ts";
import { MessageSchema } from "./message.ts";
import type { ModelRef } from "./model-ref.ts";

/** Sampling settings. Defaults of the product: T 0.8, top-p 0.95, seed 0. `temperature: 0` is greedy. */
export const SamplingSchema = z.strictObject({
  temperature: z.number().min(0).default(0.8),
  topP: z.number().gt(0).max(1).default(0.95),
  topK: z.number().int().positive().optional(),
  maxTokens: z.number().int().positive().default(1024),
  stop: z.array(z.string()).optional(),
  /** The random state of a sample is a function of (seed, messages, sample index) and of nothing else. */
  seed: z.number().int().default(0),
});
export type Sampling = z.infer<typeof SamplingSchema>;

/** What to generate: a chat (`messages`) or the continuation of raw text (`prefix`, base models); exactly one of them. */
export const GenerateRequestSchema = z
  .strictObject({
    messages: z.array(MessageSchema).optional(),
    prefix: z.string().optional(),
    /** Text the assistant has already begun with; not repeated in the reply. */
    prefill: z.string().optional(),
    sampling: SamplingSchema,
    /** Samples of this request in one call. The reply has as many. */
    n: z.number().int().positive().default(1),
    /** Index of the first of them. */
    sampleIndex: z.number().int().nonnegative().default(0),
    logprobs: z.boolean().optional(),
  })
  .refine((request) => (request.messages === undefined) !== (request.prefix === undefined), {
    message: "exactly one of messages and prefix",
  });
export type GenerateRequest = z.infer<typeof GenerateRequestSchema>;

/** One sampled answer, reasoning (from `reasoning_content` or an inline `<think>` block) kept apart from the text. */
export const SampleSchema = z.strictObject({
  text: z.string(),
  reasoning: z.string().optional(),
  finish: FinishReasonSchema,
  usage: UsageSchema,
  /** Log-probability (nat) of each output token, in order, where asked for. */
  logprobs: z.array(z.strictObject({ token: z.string(), logprob: z.number() })).optional(),
});
export type Sample = z.infer<typeof SampleSchema>;

export const GenerateReplySchema = z.strictObject({ samples: z.array(SampleSchema).min(1) });
export type GenerateReply = z.infer<typeof GenerateReplySchema>;

/**
 * One entry of a slice's answer: the reply, or why this request alone has none (a prompt longer than the model takes: it is
 * never cut). Plain data, because slices are kept in the memo; stages see a failed Outcome.
 */
export const SliceReplySchema = z.union([
  GenerateReplySchema,
  z.strictObject({
    failure: z.strictObject({
      code: z.literal("provider-rejected"),
      message: z.string(),
      hint: z.string().optional(),
    }),
  }),
]);
export type SliceReply = z.infer<typeof SliceReplySchema>;

/** Asks for log p(completion | prompt). The chat template puts both together exactly as in training. */
export const ScoreRequestSchema = z.strictObject({
  messages: z.array(MessageSchema).min(1),
  completion: MessageSchema,
});
export type ScoreRequest = z.infer<typeof ScoreRequestSchema>;

/** Sum of log-probabilities (nat) over the completion's tokens, end token included, and how many there are. */
export const ScoreReplySchema = z.strictObject({
  logprob: z.number(),
  tokens: z.number().int().nonnegative(),
  perToken: z.array(z.number()).optional(),
});
export type ScoreReply = z.infer<typeof ScoreReplySchema>;

/** Some samples of a request are here and paid for, others failed: thrown in place of the failure, so that these can be kept. */
export class PartialReplyError extends AppError {
  /** By their place among the request's samples, from 0. */
  readonly samples: ReadonlyMap<number, Sample>;

  constructor(failure: AppError, samples: ReadonlyMap<number, Sample>) {
    super(failure.code, failure.message, { ...failure, cause: failure });
    this.samples = samples;
  }
}

/**
 * A code language model.
 *
 * `generate` gives exactly `request.n` samples or throws AppError with boundary `provider` (retryable or not) or `trainer`
 * (the worker); PartialReplyError where some of the samples were paid for. It does its own transport retries and rate control; it does not cache, count money or log: wrappers do.
 *
 * Models that compute locally set `slice`: callers hand them `generateSlice` with that many requests at a time, cut from the
 * *whole* ordered input, so that batches, and with them the last bits of the arithmetic, do not depend on what is cached.
 */
export interface Model {
  readonly ref: ModelRef;
  readonly slice?: number | undefined;
  /** Calls worth having in flight at once; the adapter adapts below it. */
  readonly concurrency: number;
  generate(request: GenerateRequest, context: OperationContext): Promise<GenerateReply>;
  generateSlice?(requests: readonly GenerateRequest[], context: OperationContext): Promise<SliceReply[]>;
  score?(requests: readonly ScoreRequest[], context: OperationContext): Promise<ScoreReply[]>;
  /** Frees connections. Idempotent. */
  close?(): Promise<void>;
}
