import type { AnyRecipe } from "../core/recipe.ts";
import type { ResolvedConfig } from "./config-schema.ts";

/** The role whose model serves `role`: itself where the recipe file binds it, else what stands in for it. Undefined: none. */
export function boundRole(
  role: string | undefined,
  recipe: AnyRecipe,
  { models }: Pick<ResolvedConfig, "models">,
): string | undefined {
  let bound = role;
  while (bound !== undefined && models[bound] === undefined) bound = recipe.models[bound]?.default;
  return bound;
}
