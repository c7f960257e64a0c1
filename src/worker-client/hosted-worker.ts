import type { OperationContext } from "../core/adapter.ts";
import { AppError } from "../core/error.ts";
import type { JsonObject } from "../core/json.ts";
import type { Worker, WorkerJob } from "../core/worker.ts";
import { onAbort } from "../util/on-abort.ts";
import { interrupted } from "./job-error.ts";
import { runJob } from "./run-job.ts";
import { type ProcessOptions, WorkerProcess } from "./worker-process.ts";

/** Jobs in sequence on one process at a time; see `startWorker`. */
export class HostedWorker implements Worker {
  readonly #options: ProcessOptions;
  #process: WorkerProcess | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: ProcessOptions) {
    this.#options = options;
  }

  async fingerprint(): Promise<string> {
    return (await this.#live().hello).fingerprint;
  }

  run(job: WorkerJob, context: OperationContext): Promise<JsonObject> {
    const { promise, resolve, reject } = Promise.withResolvers<JsonObject>();
    // Aborted in the queue: the answer need not wait for the jobs before it.
    const leaveQueue = onAbort(context.signal, () => reject(interrupted(job.op)));
    const turn = this.#queue.then(async () => {
      leaveQueue();
      if (context.signal.aborted) throw interrupted(job.op);
      return runJob(this.#live(), job, context, this.#options.graceMs);
    });
    turn.then(resolve, reject);
    this.#queue = turn.catch(() => {});
    return promise;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#process?.close();
  }

  #live(): WorkerProcess {
    if (this.#closed) throw new AppError("internal", "the worker is closed", { boundary: "internal" });
    if (this.#process === undefined || this.#process.lost !== undefined) {
      this.#process = new WorkerProcess(this.#options);
    }
    return this.#process;
  }
}
