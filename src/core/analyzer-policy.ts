import { z } from "zod";

const Named = z.string().regex(/^(default|any|all|\d+(-of-\d+)?)$/, "expected default, any, all or K-of-N");

const Weighted = z.strictObject({
  /** Least weight of the analyzers with findings. */
  atLeast: z.number().positive(),
  /** Weight by analyzer, as reports name it; 1 for those that are not named. */
  weights: z.record(z.string(), z.number().positive()),
});

const OnePolicy = z.union([Named, Weighted]);
export type OnePolicy = z.infer<typeof OnePolicy>;

/**
 * How the word of several analyzers becomes one: weak when `any` or `all` have findings, or `K-of-N`, or those whose weight is at
 * least so much; `default` is the weight that each says of itself, by language. One for all, or by language with `default` for
 * the others.
 */
export const AnalyzerPolicySchema = z.union([
  OnePolicy,
  z.strictObject({ default: OnePolicy.default("default"), byLanguage: z.record(z.string(), OnePolicy) }),
]);
export type AnalyzerPolicy = z.infer<typeof AnalyzerPolicySchema>;
