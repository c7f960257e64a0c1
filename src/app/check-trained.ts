import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { AppError } from "../core/error.ts";
import type { AnyRecipe, Step } from "../core/recipe.ts";
import { boundRole } from "./bound-role.ts";
import { EMBEDDED_MODEL } from "./checkpoints.ts";
import type { ResolvedConfig } from "./config-schema.ts";

/** A trainer starts from whole weights. Throws AppError `config-invalid` before anything is paid for where they are an adapter's. */
export function checkTrained(step: Step, recipe: AnyRecipe, config: ResolvedConfig): void {
  for (const { role, checkpoint } of Object.values(step.models ?? {})) {
    const bound = checkpoint === undefined ? boundRole(role, recipe, config) : undefined;
    const folder = bound === undefined ? undefined : config.models[bound]!.config.checkpoint;
    if (
      typeof folder !== "string" ||
      folder === EMBEDDED_MODEL ||
      !existsSync(join(resolve(folder), "adapter_config.json"))
    )
      continue;
    throw new AppError(
      "config-invalid",
      `models.${bound}: ${folder} is an adapter, and step ${step.id} trains whole weights`,
      {
        boundary: "config",
        hint: "merge it into its base first (PEFT's merge_and_unload, then save_pretrained of model and tokenizer) and give that folder",
      },
    );
  }
}
