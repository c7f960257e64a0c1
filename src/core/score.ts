import { z } from "zod";

/** A number with what it takes to believe it. Rates are percentages (0–100). `null` = it has no meaning here (n = 0). */
export const ScoreSchema = z.strictObject({
  name: z.string(),
  value: z.number().nullable(),
  /** Judged items in the denominator (errors and skips left out). */
  n: z.number().int().nonnegative(),
  /** Distinct clusters among them; the interval's resolution. */
  clusters: z.number().int().nonnegative(),
  interval: z.strictObject({ low: z.number(), high: z.number(), level: z.number() }).nullable(),
  /** How value and interval were made: `rate, cluster bootstrap 10000`. */
  method: z.string(),
  /** Labels that say which slice this is: {arm, split, metric, cwe, tier, …}. */
  breakdown: z.record(z.string(), z.string()),
  /** Items left out, by verdict. */
  excluded: z.strictObject({ error: z.number().int(), skip: z.number().int() }),
  /** Why no value is given although there are items: more than 1 % errors. */
  withheld: z.string().optional(),
  /** Two-sided p-value of a paired test, where the score is a difference. */
  pValue: z.number().nullable().optional(),
});
export type Score = z.infer<typeof ScoreSchema>;
