import { EMBEDDED_MODEL } from "./checkpoints.ts";
import type { ResolvedConfig } from "./config-schema.ts";

/** The model that a run is about: its target, or the first where no role is called that. */
export function subjectName({ models }: Pick<ResolvedConfig, "models">): string | undefined {
  const { config } = models.target ?? Object.values(models)[0] ?? {};
  const name = config?.checkpoint ?? config?.model;
  return name === undefined ? undefined : String(name);
}

/** Whether that is the embedded model: its figures show a pipeline and no research result. */
export function isDemonstration(config: Pick<ResolvedConfig, "models">): boolean {
  return subjectName(config) === EMBEDDED_MODEL;
}
