import { z } from "zod";

const positive = z.number().int().positive();

export const LocalConfigSchema = z.strictObject({
  checkpoint: z
    .string()
    .min(1)
    .default("tiny-coder")
    .describe(
      "`tiny-coder`, a folder with a Hugging Face checkpoint or PEFT adapter, or owner/name@revision of the hub.",
    ),
  batchSize: positive
    .default(64)
    .describe("Samples computed at once. Part of the key: it may change last bits."),
  slice: positive
    .default(256)
    .describe("Requests per job of the worker: what a kill repeats at most. Part of the key."),
  maxPromptTokens: positive
    .optional()
    .describe(
      "Longer prompts fail, each alone; default: what the model's context leaves. Prompts are never cut.",
    ),
});
export type LocalConfig = z.infer<typeof LocalConfigSchema>;

export const LocalServerConfigSchema = z.strictObject({
  batchSize: positive.default(64).describe("Samples computed at once."),
  gatherMs: z
    .number()
    .nonnegative()
    .default(5)
    .describe("How long a request waits for others to share its batch."),
  maxPromptTokens: positive.optional(),
});
export type LocalServerConfig = z.infer<typeof LocalServerConfigSchema>;
