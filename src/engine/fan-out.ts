import type { Call, CallOptions, CallResult, Executor } from "../core/call.ts";
import { AppError, type ErrorCode, isAbort, isAppError, messageOf } from "../core/error.ts";
import type { Outcome } from "../core/model-handle.ts";
import { orderedMap } from "../util/ordered-map.ts";

/** Failures that concern the run, not an item. */
const FATAL: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "usage",
  "config-invalid",
  "prerequisite-missing",
  "budget-reached",
  "interrupted",
  "provider-auth",
  "replay-miss",
  // A fan-out inside a call (an analyzer that asks a model) in which hardly anything works.
  "stage-failed",
  "store-locked",
  "store-full",
  "store-unwritable",
  "store-corrupt",
  "internal",
]);

/** Gives up on a fan-out in which hardly anything works, before it burns the rest of the items. */
const HOPELESS_AFTER = 30;

/**
 * Runs one call per item with bounded concurrency; outcomes come in input order. Failures of items are outcomes; failures of
 * the run (`FATAL`, aborts, a fan-out that fails from the start) are thrown.
 */
export async function* fanOut<I>(
  items: AsyncIterable<I> | Iterable<I>,
  call: (item: I) => Call,
  executor: Executor,
  options: CallOptions,
  concurrency: number,
): AsyncGenerator<Outcome<I, CallResult>> {
  let failed = 0;
  let succeeded = 0;
  const work = async (item: I): Promise<Outcome<I, CallResult>> => {
    try {
      const value = await executor.run(call(item), options);
      succeeded++;
      return { item, ok: true, value, cached: value.cached };
    } catch (thrown) {
      const error = itemError(thrown, options.signal);
      failed++;
      if (succeeded === 0 && failed >= HOPELESS_AFTER) throw hopeless(failed, error);
      return { item, ok: false, error };
    }
  };
  yield* orderedMap(items, work, { concurrency });
}

/** The item's error, or throws when the failure concerns the run. */
export function itemError(thrown: unknown, signal: AbortSignal): AppError {
  if (signal.aborted || isAbort(thrown)) throw interrupted();
  if (!isAppError(thrown)) {
    // A defect of ours: a step with such failures is not kept as finished.
    return new AppError("internal", messageOf(thrown), {
      boundary: "internal",
      retryable: true,
      cause: thrown,
    });
  }
  if (FATAL.has(thrown.code) || isUnreadableSource(thrown)) throw thrown;
  return thrown;
}

/** A checkpoint or recording that cannot be read fails every call alike; a row of a dataset only its own. */
function isUnreadableSource({ code, boundary }: AppError): boolean {
  return code === "data-invalid" && boundary !== "dataset";
}

export function interrupted(): AppError {
  return new AppError("interrupted", "interrupted", {
    boundary: "internal",
    hint: "finished work is kept; run the same command again to go on",
    retryable: true,
  });
}

function hopeless(failed: number, last: AppError): AppError {
  return new AppError("stage-failed", `the first ${failed} calls all failed; the last one: ${last.message}`, {
    boundary: last.boundary,
    hint: last.hint,
    retryable: last.retryable,
    cause: last,
  });
}
