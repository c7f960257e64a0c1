import { z } from "zod";
import type { ItemFilter, SelfTestResult } from "../core/benchmark.ts";
import { AppError } from "../core/error.ts";
import { Checkpoints } from "./checkpoints.ts";
import { findAdapter } from "./registry.ts";
import { RunServices } from "./run-services.ts";
import { storeRoot } from "./store-root.ts";

export interface ValidateOptions extends ItemFilter {
  /** Adapter name. */
  readonly benchmark: string;
  /** Its settings, as in a recipe; by default none. */
  readonly config?: unknown;
  readonly signal: AbortSignal;
  /** Items checked so far. */
  readonly onProgress: (checked: number) => void;
  /** Adapters' notes. */
  readonly log: (message: string) => void;
}

/**
 * Runs a benchmark's references in the default sandbox, outside of any run: nothing is stored. Throws AppError: unknown benchmark or split, a benchmark that needs a worker, sandbox failed.
 */
export async function validateBenchmark(options: ValidateOptions): Promise<SelfTestResult> {
  const { benchmark: name, config: settings = {}, signal, onProgress, log, ...filter } = options;
  const adapter = await findAdapter("benchmark", name);
  const config = adapter.config.safeParse(settings);
  if (!config.success)
    throw notHere(`the settings do not fit the benchmark ${name}: ${z.prettifyError(config.error)}`);
  const box = await findAdapter("sandbox", SANDBOX);
  const services = new RunServices({
    sandbox: { adapter: SANDBOX, config: box.config.parse({}) },
    checkpoints: new Checkpoints(storeRoot({})),
    startWorker: () => Promise.reject(notHere(`the benchmark ${name} needs a worker`)),
    log,
  });
  try {
    const benchmark = await adapter.create(config.data, services);
    const result = await benchmark.selfTest(filter, { signal, onProgress: ({ done }) => onProgress(done) });
    if (result.checked === 0) throw notHere(`the benchmark ${name} gave no item to check`);
    return result;
  } finally {
    await services.close();
  }
}

const SANDBOX = "bubblewrap";

function notHere(message: string): AppError {
  return new AppError("config-invalid", message, { boundary: "config" });
}
