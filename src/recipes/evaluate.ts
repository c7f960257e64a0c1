import { z } from "zod";
import { defineRecipe } from "../core/recipe.ts";
import { SamplingParams } from "./steps/answered.ts";
import { evaluation } from "./steps/evaluation.ts";

const Params = z.strictObject({
  /** Prompt variant that is compared with the plain prompt. */
  variant: z.string().default("secure"),
  sampling: SamplingParams.prefault({}),
});

/** Measures a model as it is: under the plain prompt and under a security prompt. No training. */
export const recipe = defineRecipe<z.infer<typeof Params>>({
  name: "evaluate",
  version: 1,
  summary: "measure a model under the plain and a security prompt, without training",
  params: Params,
  models: { target: { summary: "the model that is measured" } },
  datasets: {},
  headline: { scores: "scores.scores", before: "plain", after: "prompted" },
  plan: (input) =>
    evaluation(input, [
      { id: "plain", name: "plain", role: "target", variant: "plain" },
      { id: "prompted", name: "prompted", role: "target", variant: input.params.variant },
    ]),
});
