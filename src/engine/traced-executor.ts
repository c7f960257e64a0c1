import { type Call, type CallOptions, type CallResult, callKey, type Executor } from "../core/call.ts";
import type { CallRecord } from "../core/call-record.ts";
import { isAbort, isAppError } from "../core/error.ts";

/** Reports every call that goes through an executor, answered or failed. Takes nothing from the call but its name. */
export class TracedExecutor implements Executor {
  readonly #inner: Executor;
  readonly #report: (record: CallRecord) => void;

  constructor(inner: Executor, report: (record: CallRecord) => void) {
    this.#inner = inner;
    this.#report = report;
  }

  async run(call: Call, options: CallOptions): Promise<CallResult> {
    const queued = performance.now();
    let started = queued;
    let requests = 0;
    const onRequest = () => {
      if (requests++ === 0) started = performance.now();
    };
    const ended = (result: CallResult | null, error?: string): CallRecord => ({
      key: callKey(call),
      step: options.step,
      role: options.role,
      port: call.port,
      adapter: call.adapter,
      op: call.op,
      sampleIndex: call.sampleIndex,
      queuedAt: decimal(performance.timeOrigin + queued),
      startedAt: decimal(performance.timeOrigin + started),
      durationMs: decimal(performance.now() - started),
      cached: result?.cached ?? false,
      usage: result?.usage,
      usd: result?.usd,
      requests: requests === 0 ? undefined : requests,
      error,
    });
    let result: CallResult;
    try {
      const executor = options.executor ?? this;
      result = await this.#inner.run(call, { ...options, onRequest, executor });
    } catch (error) {
      this.#report(ended(null, errorCode(error, options.signal)));
      throw error;
    }
    this.#report(ended(result));
    return result;
  }
}

function errorCode(error: unknown, signal: AbortSignal): string {
  if (signal.aborted || isAbort(error)) return "interrupted";
  return isAppError(error) ? error.code : "internal";
}

function decimal(ms: number): number {
  return Math.round(ms * 10) / 10;
}
