import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { AppError } from "../core/error.ts";
import type { AnyRecipe, Step } from "../core/recipe.ts";
import { boundRole } from "./bound-role.ts";
import { EMBEDDED_MODEL } from "./checkpoints.ts";
import type { ResolvedConfig } from "./config-schema.ts";

/** A trainer starts from whole weights on this machine. Throws AppError `config-invalid` before anything is paid for where there are none. */
export function checkTrained(step: Step, recipe: AnyRecipe, config: ResolvedConfig): void {
  for (const { role, checkpoint } of Object.values(step.models ?? {})) {
    const bound = checkpoint === undefined ? boundRole(role, recipe, config) : undefined;
    if (bound === undefined) continue;
    const { adapter, config: settings } = config.models[bound]!;
    const folder = settings.checkpoint;
    if (typeof folder !== "string") {
      throw invalid(
        `models.${bound}: step ${step.id} needs weights to start from, which the adapter ${adapter} does not give`,
        "bind the role to the `local` adapter with a checkpoint directory, hub id or `tiny-coder`",
      );
    }
    if (folder === EMBEDDED_MODEL || !existsSync(join(resolve(folder), "adapter_config.json"))) continue;
    throw invalid(
      `models.${bound}: ${folder} is an adapter, and step ${step.id} trains whole weights`,
      "merge it into its base first (PEFT's merge_and_unload, then save_pretrained of model and tokenizer) and give that folder",
    );
  }
}

function invalid(message: string, hint: string): AppError {
  return new AppError("config-invalid", message, { boundary: "config", hint });
}
