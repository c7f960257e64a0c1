import type { OperationContext } from "./adapter.ts";
import type { Json, JsonObject } from "./json.ts";

/** Host side of the Python worker: one process per run, jobs in sequence. Its protocol is in worker-client/. */
export interface Worker {
  /** Fingerprint for keys: package versions, device, threads. Starts the process. */
  fingerprint(): Promise<string>;
  /**
   * Runs one job and gives its result object. Throws AppError `train-oom`, `data-invalid`, `prerequisite-missing`,
   * `train-failed`, `worker-lost` or `interrupted`, with the worker's hint. Jobs queue; aborting cancels this one only.
   */
  run(job: WorkerJob, context: OperationContext): Promise<JsonObject>;
  /** Ends the process (end of stdin, then SIGKILL after a grace period). Idempotent. */
  close(): Promise<void>;
}

export interface WorkerJob {
  readonly op: "generate" | "score" | "embed" | "sft" | "merge" | "serve";
  readonly params: JsonObject;
  /** Files and directories the job reads, by a name that params refer to. */
  readonly inputs: Readonly<Record<string, { readonly path: string; readonly sha256: string }>>;
  /** Small inputs are written to the job directory by the host: NDJSON rows by name. */
  readonly rows?: Readonly<Record<string, Iterable<Json>>> | undefined;
  /** Directory in which the job leaves its outputs; the host chose it. */
  readonly outputDirectory?: string | undefined;
  readonly scratch?: string | undefined;
  /** Answers what the job asks while it runs (rewards of rollouts): takes a file of the job, gives the path of the answer's file. */
  readonly answer?: ((question: WorkerQuestion) => Promise<string>) | undefined;
}

export interface WorkerQuestion {
  /** `reward`: rows to be scored. `endpoint`: the server runs; its address is in the file. */
  readonly kind: "reward" | "endpoint";
  readonly file: string;
}
