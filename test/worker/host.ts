import { fileURLToPath } from "node:url";
import type { OperationContext } from "../../src/core/adapter.ts";
import type { CallProgress } from "../../src/core/call.ts";
import type { JsonObject } from "../../src/core/json.ts";
import type { WorkerJob } from "../../src/core/worker.ts";
import { startWorker, type WorkerOptions } from "../../src/worker-client/start-worker.ts";
import { findPython } from "../../src/worker-client/worker-environment.ts";

const probe = fileURLToPath(new URL("../fixtures/worker/probe.py", import.meta.url));

/** A real worker process whose `embed` does what params.what says. */
export function probeWorker(options: WorkerOptions = {}) {
  return startWorker({ command: [findPython(process.env), "-P", probe], ...options });
}

export function probeJob(what: string, params: JsonObject = {}, more: Partial<WorkerJob> = {}): WorkerJob {
  return { op: "embed", params: { what, ...params }, inputs: {}, ...more };
}

export function context(
  signal: AbortSignal = new AbortController().signal,
  onProgress: (progress: CallProgress) => void = () => {},
): OperationContext {
  return { signal, onProgress };
}

export function processRuns(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export async function until(condition: () => boolean, timeoutMs = 20_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`it did not happen within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
