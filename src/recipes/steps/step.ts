import type { Step } from "../../core/recipe.ts";

/** A step, written in the order in which people think of it. */
export function step(
  id: string,
  stage: string,
  title: string,
  params: Step["params"],
  inputs: Step["inputs"],
  bindings: Partial<Step> = {},
): Step {
  return { id, stage, title, params, inputs, ...bindings };
}

/** Binds a stage's model role to a role of the recipe. */
export function uses(stageRole: string, role: string): Partial<Step> {
  return { models: { [stageRole]: { role } } };
}
