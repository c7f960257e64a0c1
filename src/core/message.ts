import { z } from "zod";

/** One chat message. `reasoning` is kept apart from the answer everywhere; the target's chat template puts them together. */
export const MessageSchema = z.strictObject({
  role: z.enum(["system", "user", "assistant"]),
  content: z.string(),
  reasoning: z.string().optional(),
});
export type Message = z.infer<typeof MessageSchema>;
