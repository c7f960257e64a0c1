import type { OperationContext } from "../core/adapter.ts";
import type { Call, CallOptions } from "../core/call.ts";
import { AppError } from "../core/error.ts";
import type { AdapterPool } from "./binding.ts";
import { modelHandle } from "./handles.ts";

/**
 * The models that a call names, as its operation finds them. They share their places with everybody else who asks them. Undefined
 * where the call names none, or nobody is there to run the calls that they would be asked with.
 */
export function offeredModels(
  { adapter, models }: Pick<Call, "adapter" | "models">,
  { executor, signal, step }: CallOptions,
  pool: AdapterPool,
): OperationContext["model"] {
  if (models === undefined || executor === undefined) return undefined;
  return async (role) => {
    const model = models[role];
    if (model === undefined) {
      throw new AppError(
        "prerequisite-missing",
        `${adapter} asks for the model ${role}, which is not bound`,
        {
          boundary: "config",
          hint: `add \`models.${role}\` with an adapter`,
        },
      );
    }
    return modelHandle(model, role, {
      executor,
      pool,
      options: { signal, step, executor },
      cpuConcurrency: 1,
    });
  };
}
