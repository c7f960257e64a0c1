import { AppError, type ErrorCode } from "../core/error.ts";
import type { ErrorMessage } from "./protocol.ts";

const CODES: Record<ErrorMessage["code"], ErrorCode> = {
  oom: "train-oom",
  data: "data-invalid",
  dependency: "prerequisite-missing",
  cancelled: "interrupted",
  internal: "train-failed",
};

/** The worker's typed error as ours. The Python traceback becomes the cause: for logs, not for the screen. */
export function jobError(op: string, message: ErrorMessage): AppError {
  return new AppError(CODES[message.code], `${op}: ${message.message}`, {
    boundary: "trainer",
    hint: message.hint ?? undefined,
    retryable: message.retryable || message.code === "cancelled",
    cause: message.traceback === null ? undefined : new Error(message.traceback),
  });
}

/** The process died, fell silent or spoke nonsense. `tail`: the last lines it wrote to stderr. */
export function workerLost(what: string, tail: readonly string[]): AppError {
  const lines =
    tail.length === 0 ? "" : `\nlast lines of the worker:\n${tail.map((line) => `  ${line}`).join("\n")}`;
  return new AppError("worker-lost", `the Python worker ${what}${lines}`, {
    boundary: "trainer",
    hint: "run the same command again: finished work is kept. Killed without a word usually means the machine ran out of memory",
    retryable: true,
  });
}

export function interrupted(op: string, cause?: unknown): AppError {
  return new AppError("interrupted", `${op}: interrupted`, { boundary: "trainer", retryable: true, cause });
}
