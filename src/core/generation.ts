import { z } from "zod";
import { ModelRefSchema } from "./model-ref.ts";

/** Tokens as the provider counted them. `reasoning` is the part of `output` spent before the answer, where it is told. */
export const UsageSchema = z.strictObject({
  input: z.number().int().nonnegative(),
  output: z.number().int().nonnegative(),
  reasoning: z.number().int().nonnegative().optional(),
});
export type Usage = z.infer<typeof UsageSchema>;

/** Half-open range [start, end) in UTF-16 units of `Generation.text`. The worker never sees these: `project` converts. */
export const TextSpanSchema = z.strictObject({
  start: z.number().int().nonnegative(),
  end: z.number().int().nonnegative(),
});

/** A fenced block of an answer. `span` covers the code alone, without the fence lines. */
export const CodeBlockSchema = z.strictObject({
  language: z.string().optional(),
  code: z.string(),
  span: TextSpanSchema,
});
export type CodeBlock = z.infer<typeof CodeBlockSchema>;

/** Why the model stopped. `length` = cut at the token limit: judged, but shown apart. */
export const FinishReasonSchema = z.enum(["stop", "length", "content-filter", "other"]);

/** One answer of a model to a task. Never changed afterwards: a repair is a new generation with `parent`. */
export const GenerationSchema = z.strictObject({
  id: z.string(),
  taskId: z.string(),
  model: ModelRefSchema,
  /** Hash of the prompt variant's text and of the messages made from it. */
  promptHash: z.string(),
  /** Name of the prompt variant: `plain`, `secure`, … */
  variant: z.string(),
  sampleIndex: z.number().int().nonnegative(),
  /** The answer without its reasoning. */
  text: z.string(),
  reasoning: z.string().optional(),
  codeBlocks: z.array(CodeBlockSchema),
  usage: UsageSchema,
  finish: FinishReasonSchema,
  parent: z.string().optional(),
});
export type Generation = z.infer<typeof GenerationSchema>;
