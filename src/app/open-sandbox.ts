import type { Services } from "../core/adapter.ts";
import { AppError } from "../core/error.ts";
import type { Sandbox } from "../core/sandbox.ts";
import { findAdapter } from "./registry.ts";

/** The named sandbox, after asking it whether it can run here. Throws AppError `prerequisite-missing` with the way to get it. */
export async function openSandbox(name: string, config: unknown, services: Services): Promise<Sandbox> {
  const adapter = await findAdapter("sandbox", name);
  const checked = adapter.config.parse(config);
  const availability = await adapter.probe?.(checked, services);
  if (availability !== undefined && !availability.available) {
    throw new AppError(
      "prerequisite-missing",
      `the sandbox ${name} cannot run here: ${availability.reason}`,
      { boundary: "sandbox", hint: availability.hint },
    );
  }
  return adapter.create(checked, services);
}
