/** Where a failure crossed into SecTune; decides the exit code and who has to act. */
export type Boundary =
  | "config"
  | "provider"
  | "sandbox"
  | "analyzer"
  | "dataset"
  | "trainer"
  | "store"
  | "internal";

/** The closed set of failure codes. Adding one is an API change. */
export type ErrorCode =
  | "usage" // wrong flag or argument
  | "config-invalid" // recipe or params do not validate
  | "prerequisite-missing" // a tool, package or permission is absent; hint says how to get it
  | "budget-reached"
  | "interrupted"
  | "provider-auth" // 401/403, or an account without credit
  | "provider-rate-limited" // 429
  | "provider-unavailable" // 5xx, connection refused or reset
  | "provider-timeout"
  | "provider-rejected" // 4xx that a retry will not mend (context length, bad parameter, content filter)
  | "provider-bad-reply" // truncated or malformed body
  | "replay-miss"
  | "sandbox-failed" // the sandbox itself, never the program inside
  | "analyzer-failed"
  | "data-invalid" // row, file or checkpoint that cannot be read; message names file, line, column
  | "train-oom"
  | "train-failed"
  | "worker-lost" // the Python worker died or went silent
  | "store-locked"
  | "store-full"
  | "store-unwritable"
  | "store-corrupt"
  | "stage-failed" // more item failures than the stage tolerates
  | "internal";

export interface AppErrorOptions {
  boundary: Boundary;
  /** What the user does about it: a command or the nearest valid name. Shown on its own line. */
  hint?: string | undefined;
  /** True when the same call may succeed later. Transient failures are never cached. */
  retryable?: boolean | undefined;
  /** Milliseconds the provider asked us to wait (Retry-After). */
  retryAfterMs?: number | undefined;
  cause?: unknown;
}

/** The one error type that leaves an adapter, a stage or the engine. `message` says what happened and what was expected. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly boundary: Boundary;
  readonly hint: string | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.boundary = options.boundary;
    this.hint = options.hint;
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }
}

export function isAppError(value: unknown): value is AppError {
  return value instanceof AppError;
}

/** Classifies whatever escapes `work` as a failure of `boundary`; an AppError and an abort pass through unchanged. */
export async function boundary<T>(
  where: Boundary,
  code: ErrorCode,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (isAppError(cause) || isAbort(cause)) throw cause;
    throw new AppError(code, `${what}: ${messageOf(cause)}`, { boundary: where, cause });
  }
}

export function isAbort(value: unknown): boolean {
  return value instanceof Error && value.name === "AbortError";
}

export function messageOf(value: unknown): string {
  return value instanceof Error ? value.message : String(value);
}
