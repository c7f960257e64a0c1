import type { Limits } from "../../core/sandbox.ts";

export type ResolvedLimits = { readonly [Key in keyof Limits]-?: number };

const MIB = 1024 * 1024;

/** The defaults that core/sandbox.ts promises. */
export const DEFAULT_LIMITS: Omit<ResolvedLimits, "mappedBytes"> = {
  wallMs: 10_000,
  cpuSeconds: 20,
  memoryBytes: 1024 * MIB,
  processes: 64,
  diskBytes: 64 * MIB,
  files: 10_000,
  outputBytes: MIB,
};

/** Size of /dev/shm. Not a limit of the contract; part of the memory total. */
export const SHARED_MEMORY_BYTES = 16 * MIB;

/** How far one process's private writable mappings (RLIMIT_DATA) may exceed the memory limit: 64 thread stacks of 8 MiB. */
const DATA_SLACK_BYTES = 512 * MIB;

/** Open descriptors of one process (RLIMIT_NOFILE). */
export const OPEN_FILES = 256;

/** Later layers win; absent values fall through to the defaults. */
export function resolveLimits(...layers: readonly (Limits | undefined)[]): ResolvedLimits {
  const resolved: Record<string, number> = { ...DEFAULT_LIMITS };
  for (const layer of layers) {
    for (const [name, value] of Object.entries(layer ?? {})) {
      if (value === undefined) continue;
      if (!(value > 0)) throw new RangeError(`limit ${name} must be above zero, not ${value}`);
      resolved[name] = Math.ceil(value);
    }
  }
  resolved.mappedBytes ??= resolved.memoryBytes! + DATA_SLACK_BYTES;
  return resolved as ResolvedLimits;
}
