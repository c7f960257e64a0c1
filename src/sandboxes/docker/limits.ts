import type { Limits } from "../../core/sandbox.ts";

/** A container has no limit on mappings: the memory cgroup counts what is used. */
export type ResolvedLimits = { readonly [Key in Exclude<keyof Limits, "mappedBytes">]-?: number };

const MIB = 1024 * 1024;

/** The defaults that core/sandbox.ts promises; later layers win. */
export function resolveLimits(...layers: readonly (Limits | undefined)[]): ResolvedLimits {
  const resolved: Record<string, number> = {
    wallMs: 10_000,
    cpuSeconds: 20,
    memoryBytes: 1024 * MIB,
    processes: 64,
    diskBytes: 64 * MIB,
    files: 10_000,
    outputBytes: MIB,
  };
  for (const layer of layers) {
    for (const [name, value] of Object.entries(layer ?? {})) if (value !== undefined) resolved[name] = value;
  }
  return resolved as ResolvedLimits;
}
