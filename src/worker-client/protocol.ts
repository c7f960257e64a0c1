import { z } from "zod";
import { CallProgressSchema } from "../core/call.ts";
import type { Json, JsonObject } from "../core/json.ts";

/**
 * The worker protocol, version 1: one JSON object per line. Data go by file; paths of inputs, questions and answers are
 * relative to the job's directory. `worker/protocol.schema.json` is generated from here and read by the worker.
 */
export const PROTOCOL_VERSION = 1;

const id = z.string().min(1);
/** Parsed from JSON text, so nothing but JSON can be inside. */
const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), z.custom<Json | undefined>());
const relativePath = z.string().min(1);

const JobMessageSchema = z.strictObject({
  type: z.literal("job"),
  id,
  op: z.enum(["generate", "score", "embed", "sft", "merge", "serve"]),
  /** Absolute. Everything the host wrote for this job is inside, inputs as symbolic links named by their sha256. */
  directory: z.string().min(1),
  params: jsonObject,
  inputs: z.record(z.string(), z.strictObject({ path: relativePath, sha256: z.string() })),
  /** Absolute, outside the job directory: outputs and training state outlive the job. */
  output: z.string().optional(),
  scratch: z.string().optional(),
});

const AnswerMessageSchema = z.strictObject({
  type: z.literal("answer"),
  job: id,
  question: z.string(),
  file: z.string(),
});

export const HostMessageSchema = z.discriminatedUnion("type", [
  JobMessageSchema,
  AnswerMessageSchema,
  z.strictObject({ type: z.literal("cancel"), job: id }),
  /** Ends the worker after the job in progress. The end of stdin ends it at once. */
  z.strictObject({ type: z.literal("shutdown") }),
]);
export type HostMessage = z.infer<typeof HostMessageSchema>;
export type JobMessage = z.infer<typeof JobMessageSchema>;

const HelloSchema = z.strictObject({
  type: z.literal("hello"),
  protocol: z.number().int(),
  pid: z.number().int(),
  /** Package versions, device and threads in one line: part of every key. */
  fingerprint: z.string(),
  python: z.string(),
  packages: z.record(z.string(), z.string()),
  device: z.string(),
  threads: z.number().int().positive(),
});
export type Hello = z.infer<typeof HelloSchema>;

const ErrorMessageSchema = z.strictObject({
  type: z.literal("error"),
  /** Null: the worker itself, not a job. */
  job: id.nullable(),
  code: z.enum(["oom", "data", "dependency", "cancelled", "internal"]),
  message: z.string(),
  hint: z.string().nullable(),
  retryable: z.boolean(),
  traceback: z.string().nullable(),
});
export type ErrorMessage = z.infer<typeof ErrorMessageSchema>;

export const WorkerMessageSchema = z.discriminatedUnion("type", [
  HelloSchema,
  z.strictObject({ type: z.literal("accepted"), job: id }),
  CallProgressSchema.extend({ type: z.literal("progress"), job: id }),
  z.strictObject({ type: z.literal("checkpoint"), job: id, path: z.string() }),
  z.strictObject({
    type: z.literal("ask"),
    job: id,
    question: z.string(),
    kind: z.enum(["reward", "endpoint"]),
    file: relativePath,
  }),
  /** Every few seconds, also while a job computes: silence means the process hangs. */
  z.strictObject({ type: z.literal("heartbeat"), job: id.nullable() }),
  z.strictObject({ type: z.literal("done"), job: id, result: jsonObject }),
  ErrorMessageSchema,
]);
export type WorkerMessage = z.infer<typeof WorkerMessageSchema>;
