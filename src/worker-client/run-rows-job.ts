import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OperationContext } from "../core/adapter.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { Worker, WorkerJob } from "../core/worker.ts";
import { readLines } from "../util/read-lines.ts";

type RowsJob = Omit<WorkerJob, "outputDirectory" | "rows"> & {
  readonly rows: Readonly<Record<string, readonly object[] | readonly string[]>>;
};

/** Runs a job that leaves rows in `replies.ndjson`, and gives those rows. */
export function runRowsJob(worker: Worker, job: RowsJob, context: OperationContext): Promise<unknown[]> {
  return withOutputDirectory(worker, job, context, async (directory) => {
    const rows: unknown[] = [];
    for await (const line of readLines(join(directory, "replies.ndjson"))) rows.push(JSON.parse(line));
    return rows;
  });
}

/** Runs a job with an output directory that lives until `read` has taken what it needs from it. */
export async function withOutputDirectory<T>(
  worker: Worker,
  job: RowsJob,
  context: OperationContext,
  read: (directory: string, result: JsonObject) => Promise<T>,
): Promise<T> {
  const outputDirectory = await mkdtemp(join(tmpdir(), "sectune-output-"));
  try {
    const rows = job.rows as Readonly<Record<string, Iterable<Json>>>;
    const result = await worker.run({ ...job, rows, outputDirectory }, context);
    return await read(outputDirectory, result);
  } catch (error) {
    // Callers of a model know an abort by its own error; the worker's `interrupted` is the same thing.
    context.signal.throwIfAborted();
    throw error;
  } finally {
    await rm(outputDirectory, { recursive: true, force: true });
  }
}
