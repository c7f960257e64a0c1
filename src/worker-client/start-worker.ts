import type { Worker } from "../core/worker.ts";
import { HostedWorker } from "./hosted-worker.ts";
import { findPython, workerEnvironment } from "./worker-environment.ts";

export interface WorkerOptions {
  /** The environment from which the worker's own is picked; default process.env. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Python executable; default: SECTUNE_PYTHON or `.venv/worker` of the package. */
  readonly python?: string | undefined;
  /** Whole command line instead of Python's: tests put other programs in the worker's place. */
  readonly command?: readonly [string, ...string[]] | undefined;
  /** Takes what the worker writes to stderr, line by line. */
  readonly log?: ((line: string) => void) | undefined;
  readonly helloTimeoutMs?: number | undefined;
  readonly silenceTimeoutMs?: number | undefined;
  readonly graceMs?: number | undefined;
}

/**
 * The Python worker of a run. The process starts with the first job (or `fingerprint()`), takes one job at a time, and is started
 * anew for the next job after it was lost. Throws AppError `prerequisite-missing` where there is no Python for it.
 */
export async function startWorker(options: WorkerOptions = {}): Promise<Worker> {
  const env = options.env ?? process.env;
  return new HostedWorker({
    command: options.command ?? [options.python ?? findPython(env), "-P", "-m", "sectune_worker"],
    env: workerEnvironment(env),
    helloTimeoutMs: options.helloTimeoutMs ?? 60_000,
    silenceTimeoutMs: options.silenceTimeoutMs ?? 120_000,
    graceMs: options.graceMs ?? 10_000,
    log: options.log ?? (() => {}),
  });
}
