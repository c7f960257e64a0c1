import { z } from "zod";

/** Token rewards as data: made in TypeScript for one rollout, projected to tokens in the worker (SRCode, section 4). */
export const RewardRowSchema = z.strictObject({
  rolloutId: z.string(),
  /** Code-point spans of the rollout's text. */
  spans: z.array(
    z.strictObject({
      start: z.number().int(),
      end: z.number().int(),
      weight: z.number(),
      source: z.string(),
    }),
  ),
  /** Sequence reward, added at the last token. */
  scalar: z.number(),
  /** How a negative verdict is spread over tokens. */
  penalty: z.strictObject({ rule: z.enum(["uniform", "uniform/n", "on-span", "final"]), value: z.number() }),
  verdict: z.enum(["pass", "fail", "error", "skip"]),
});
export type RewardRow = z.infer<typeof RewardRowSchema>;
