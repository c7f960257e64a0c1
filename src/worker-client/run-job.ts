import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { OperationContext } from "../core/adapter.ts";
import type { JsonObject } from "../core/json.ts";
import type { WorkerJob } from "../core/worker.ts";
import { onAbort } from "../util/on-abort.ts";
import { type JobDirectory, prepareJobDirectory } from "./job-directory.ts";
import { interrupted } from "./job-error.ts";
import type { JobMessage } from "./protocol.ts";
import type { JobEvent, WorkerProcess } from "./worker-process.ts";

/** Runs one job on a live process: writes its directory, passes events on, cancels when the signal aborts, cleans up. */
export async function runJob(
  live: WorkerProcess,
  job: WorkerJob,
  context: OperationContext,
  graceMs: number,
): Promise<JsonObject> {
  const directory = await prepareJobDirectory(job);
  const message = jobMessage(job, directory);
  let overdue: NodeJS.Timeout | undefined;
  const cancel = () => {
    live.send({ type: "cancel", job: message.id });
    // An op that does not look at its cancellation ends with the process.
    overdue = setTimeout(() => live.kill(), graceMs);
  };
  let release = () => {};
  try {
    await live.hello;
    if (context.signal.aborted) throw interrupted(job.op);
    release = onAbort(context.signal, cancel);
    return await live.run(message, (event) => {
      if (event.type === "progress") report(event, context);
      else if (event.type === "ask") void answer(live, job, directory, event);
    });
  } catch (error) {
    throw context.signal.aborted ? interrupted(job.op, error) : error;
  } finally {
    release();
    clearTimeout(overdue);
    await directory.remove();
  }
}

function report(event: Extract<JobEvent, { type: "progress" }>, context: OperationContext): void {
  const { type: _, job: __, ...progress } = event;
  context.onProgress(progress);
}

async function answer(
  live: WorkerProcess,
  job: WorkerJob,
  directory: JobDirectory,
  question: Extract<JobEvent, { type: "ask" }>,
): Promise<void> {
  try {
    if (job.answer === undefined) throw new Error(`${job.op} asked for ${question.kind}, and nobody answers`);
    const file = await job.answer({ kind: question.kind, file: join(directory.path, question.file) });
    live.send({ type: "answer", job: question.job, question: question.question, file });
  } catch (error) {
    live.abandon(question.job, error);
  }
}

function jobMessage(job: WorkerJob, directory: JobDirectory): JobMessage {
  return {
    type: "job",
    id: randomUUID(),
    op: job.op,
    directory: directory.path,
    params: job.params,
    inputs: directory.inputs,
    ...(job.outputDirectory !== undefined && { output: job.outputDirectory }),
    ...(job.scratch !== undefined && { scratch: job.scratch }),
  };
}
