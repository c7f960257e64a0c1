import { z } from "zod";
import { MessageSchema } from "./message.ts";

/** Weighted span in **Unicode code points** of the last assistant message's content: what the worker reads. */
export const WeightedSpanSchema = z.strictObject({
  start: z.number().int().nonnegative(),
  end: z.number().int().nonnegative(),
  weight: z.number(),
});

const common = {
  id: z.string(),
  /** Task the row was made from: the leak guard and lineage follow it. */
  taskId: z.string(),
  /** Which part of the mix it belongs to (`security`, `utility`); losses and counts are reported by it. */
  purpose: z.string(),
};

/** A training example. The worker applies the target's own chat template; rows never hold rendered text. */
export const TrainRowSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    ...common,
    kind: z.literal("sft"),
    messages: z.array(MessageSchema).min(2),
    /** Which tokens carry loss: all assistant turns, or the last one. Reasoning and the end token are always included. */
    lossMask: z.enum(["assistant", "last-assistant"]),
  }),
  z.strictObject({
    ...common,
    kind: z.literal("span-sft"),
    messages: z.array(MessageSchema).min(2),
    spans: z.array(WeightedSpanSchema),
  }),
  z.strictObject({
    ...common,
    kind: z.literal("preference"),
    prompt: z.array(MessageSchema).min(1),
    chosen: MessageSchema,
    rejected: MessageSchema,
  }),
  z.strictObject({
    ...common,
    kind: z.literal("rl"),
    prompt: z.array(MessageSchema).min(1),
    task: z.string(),
  }),
]);
export type TrainRow = z.infer<typeof TrainRowSchema>;
export type SftRow = Extract<TrainRow, { kind: "sft" }>;
