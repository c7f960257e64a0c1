import { z } from "zod";
import { defineRecipe } from "../core/recipe.ts";
import { KeywordMatch } from "../stages/score-traces.ts";
import { analyzerAgreement } from "./steps/analyzer-agreement.ts";
import { ReplyTokens, SamplingParams } from "./steps/answered.ts";
import { evaluation } from "./steps/evaluation.ts";

const Params = z.strictObject({
  /** Prompt variant that is compared with the plain prompt. */
  variant: z.string().default("secure"),
  /** Further prompt variants, each an arm of its own name: `generic`, `generic-secure`, `oracle`. */
  extraVariants: z.array(z.string()).default([]),
  /** Score the reasoning of every arm: metrics S and K, and G where the role `judge` is bound. */
  traceMetrics: z.boolean().default(false),
  /** How the metrics S and K look for keywords: as whole words, or anywhere (`substring`). */
  keywordMatch: KeywordMatch,
  /** Measure each of the recipe file's analyzers against the executed exploits, on the answers of every arm. */
  analyzers: z.boolean().default(false),
  sampling: SamplingParams.prefault({}),
  /** Tokens that the judge may use for a reply. Default: as many as an answer, at least 64. */
  replyTokens: ReplyTokens,
});

/** Measures a model as it is: under the plain prompt and under a security prompt. No training. */
export const recipe = defineRecipe<z.infer<typeof Params>>({
  name: "evaluate",
  version: 1,
  summary: "measure a model under the plain and a security prompt, without training",
  params: Params,
  models: {
    target: { summary: "the model that is measured" },
    judge: { summary: "grades reasoning; only asked when it is bound", default: "target" },
  },
  datasets: {},
  headline: { scores: "scores.scores", before: "plain", after: "prompted" },
  plan: (input) => {
    const { variant, extraVariants, traceMetrics, analyzers } = input.params;
    const extra = extraVariants.filter((name) => name !== "plain" && name !== variant);
    const arms = [
      { id: "plain", name: "plain", role: "target", variant: "plain" },
      ...[...new Set(extra)].map((name) => ({ id: `prompt-${name}`, name, role: "target", variant: name })),
      { id: "prompted", name: "prompted", role: "target", variant },
    ];
    return [
      ...evaluation(input, arms, { traceMetrics }),
      ...(analyzers ? analyzerAgreement(arms, input.analyzers ?? []) : []),
    ];
  },
});
