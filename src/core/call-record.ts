import { z } from "zod";
import { UsageSchema } from "./generation.ts";

/** First line of a run's `calls.ndjson`. */
export const callTraceHeader = { schema: "call-record", version: 1 } as const;

/**
 * What became of one call of a run. No request and no reply: `key` leads to the reply in the memo. Times are milliseconds since
 * the epoch on a clock that never steps back within a run, with one decimal.
 */
export const CallRecordSchema = z.strictObject({
  /** `callKey` of the call. */
  key: z.string(),
  step: z.string(),
  /** Model role of the recipe, or the name of the benchmark or analyzer; absent for a trainer. */
  role: z.string().optional(),
  port: z.string(),
  adapter: z.string(),
  op: z.string(),
  sampleIndex: z.number(),
  /** When the stage asked. */
  queuedAt: z.number(),
  /** When work on it began: its first request was sent, or, where an adapter sends none, the same as `queuedAt`. */
  startedAt: z.number(),
  /** From `startedAt` until the result was there, retries and the commit to the memo included. */
  durationMs: z.number(),
  /** The memo answered: nothing was executed and nothing paid. `usage` and `usd` then say what it once took. */
  cached: z.boolean(),
  usage: UsageSchema.optional(),
  usd: z.number().optional(),
  /** Requests sent to a service: more than one after retries, or where a service gives fewer samples than asked for. */
  requests: z.number().int().optional(),
  /** Code of the AppError it ended with. */
  error: z.string().optional(),
});
export type CallRecord = z.infer<typeof CallRecordSchema>;
