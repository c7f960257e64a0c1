import { z } from "zod";
import { defineRecipe } from "../core/recipe.ts";
import { ExtraArms, secpiArms } from "./steps/arms.ts";
import { evaluation } from "./steps/evaluation.ts";
import { internalisation } from "./steps/internalisation.ts";
import { internalisationParams, internalisationRoles } from "./steps/internalisation-params.ts";

const Params = z.strictObject({
  ...internalisationParams,
  /** Also evaluate the base under the security prompt (the paper's figure 6). */
  promptedArm: z.boolean().default(true),
  /** Further arms: `tuned prompted`, `base generic`, `base generic-secure`, `base oracle` … */
  extraArms: ExtraArms,
  /** Score the reasoning of every arm: metrics S and K, and G where the role `judge` is bound. */
  traceMetrics: z.boolean().default(true),
});
type Params = z.infer<typeof Params>;

/** SecPI: reason about security under a prompt, then fine-tune on the same tasks without it (seed 000, sections 3 and 4). */
export const recipe = defineRecipe<Params>({
  name: "secpi",
  version: 5,
  summary: "internalise security reasoning: filtered tasks, traces under a security prompt, SFT without it",
  params: Params,
  models: internalisationRoles,
  datasets: { tasks: { summary: "general coding tasks" } },
  headline: {
    scores: "scores.scores",
    before: "base plain",
    after: "tuned plain",
    prompted: "base prompted",
  },
  plan: (input) => [
    ...internalisation(input),
    ...evaluation(input, secpiArms({ ...input.params, checkpoint: "train.checkpoint" }), {
      traceMetrics: input.params.traceMetrics,
    }),
  ],
});
