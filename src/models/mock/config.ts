import { z } from "zod";

const MockReplySchema = z.union([
  z.strictObject({
    /** `{{prompt}}` stands for the last user message or the prefix, `{{sample}}` for the sample's index. */
    text: z.string(),
    reasoning: z.string().optional(),
    finish: z.enum(["stop", "length", "content-filter", "other"]).default("stop"),
  }),
  z.strictObject({
    error: z.enum([
      "provider-auth",
      "provider-rate-limited",
      "provider-unavailable",
      "provider-timeout",
      "provider-rejected",
      "provider-bad-reply",
    ]),
  }),
]);
export type MockReply = z.infer<typeof MockReplySchema>;

export const MockConfigSchema = z.strictObject({
  rules: z
    .array(
      z.strictObject({
        contains: z.string().optional().describe("Applies where the prompt contains this; absent: always."),
        replies: z.array(MockReplySchema).min(1).describe("Sample i gets reply i modulo their number."),
      }),
    )
    .min(1)
    .describe("The first rule that applies answers; a prompt that none applies to is refused."),
  delayMs: z.number().nonnegative().default(0),
  maxConcurrency: z.number().int().positive().default(16),
});
export type MockConfig = z.infer<typeof MockConfigSchema>;
