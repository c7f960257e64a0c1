import { z } from "zod";

const count = z.number().int().nonnegative();

/** Two analyzers on the same files: on how many they agreed, and on how many only one of them had findings. */
export const DisagreementSchema = z.strictObject({
  first: z.string(),
  second: z.string(),
  both: count,
  onlyFirst: count,
  onlySecond: count,
  neither: count,
  /** Files on which one of the two failed or abstained: in none of the other numbers. */
  failed: count,
});
export type Disagreement = z.infer<typeof DisagreementSchema>;
