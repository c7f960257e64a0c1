import { type Call, type CallOptions, type CallResult, callKey, type Executor } from "../core/call.ts";
import type { Message } from "../core/message.ts";
import type { GenerateRequest } from "../core/model.ts";
import type { CallMemo } from "./call-memo.ts";
import { type ExecutedResult, priceOf } from "./in-process-executor.ts";
import type { Estimate, Ledger } from "./ledger.ts";

/** How long paid replies that are under way may still arrive and be kept after a first Ctrl-C. */
const GRACE_MS = 10_000;

interface Inner {
  run(call: Call, options: CallOptions): Promise<ExecutedResult>;
}

/**
 * Memo and budget around an executor: a call that was answered before is answered from the memo and costs nothing; any other
 * reserves its worst case, runs, is committed to the memo, and only then returned.
 */
export class PaidExecutor implements Executor {
  readonly #inner: Inner;
  readonly #memo: CallMemo;
  readonly #ledger: Ledger;

  constructor(inner: Inner, memo: CallMemo, ledger: Ledger) {
    this.#inner = inner;
    this.#memo = memo;
    this.#ledger = ledger;
  }

  async run(call: Call, options: CallOptions): Promise<CallResult> {
    options.signal.throwIfAborted();
    const label = labelOf(call);
    const key = callKey(call);
    const kept = this.#memo.get(key);
    if (kept !== null) {
      this.#ledger.record(options.step, label, true, kept.usage, 0);
      return { value: kept.value, usage: kept.usage, usd: kept.usd, cached: true, durationMs: 0 };
    }
    const release = await this.#ledger.reserve(estimateOf(call));
    try {
      // Paid remote replies get time to arrive; local work stops at once.
      const signal = isRemote(call) ? delayedAbort(options.signal, GRACE_MS) : options.signal;
      options.signal.throwIfAborted();
      const executor = options.executor ?? this;
      const result = await this.#inner.run(call, {
        ...options,
        signal,
        queueSignal: options.signal,
        executor,
      });
      if (result.keep) {
        await this.#memo.put({
          key,
          port: call.port,
          adapter: call.adapter,
          op: call.op,
          lineage: this.#ledger.lineage,
          value: result.value,
          usage: result.usage,
          usd: result.usd,
        });
      }
      this.#ledger.record(options.step, label, false, result.usage, result.usd ?? 0);
      return result;
    } finally {
      release();
    }
  }
}

/** Worst case: every byte pair of the prompt a token, every sample as long as it may be. */
export function estimateOf(call: Call): Estimate {
  if (call.port !== "model" || call.op === "score") return { tokens: 0, usd: 0 };
  const requests = (Array.isArray(call.request)
    ? call.request
    : [call.request]) as unknown as GenerateRequest[];
  let input = 0;
  let output = 0;
  for (const request of requests) {
    input += Math.ceil(promptBytes(request) / 2) + 16;
    output += request.sampling.maxTokens * request.n;
  }
  return { tokens: input + output, usd: priceOf(call, { input, output }) };
}

function promptBytes(request: GenerateRequest): number {
  const messages: readonly Pick<Message, "content">[] = request.messages ?? [
    { content: request.prefix ?? "" },
  ];
  return messages.reduce((sum, message) => sum + Buffer.byteLength(message.content) + 8, 0);
}

function isRemote(call: Call): boolean {
  return call.port === "model" && typeof call.transport?.url === "string";
}

function labelOf(call: Call): string {
  const named = call.config.model ?? call.config.checkpoint;
  return typeof named === "string" ? `${call.adapter}:${named.slice(0, 60)}` : call.adapter;
}

const delayed = new WeakMap<AbortSignal, AbortSignal>();

/** A signal that aborts `ms` after the given one; one per signal, so that a million calls add one listener. */
function delayedAbort(signal: AbortSignal, ms: number): AbortSignal {
  const known = delayed.get(signal);
  if (known !== undefined) return known;
  const controller = new AbortController();
  const later = () => setTimeout(() => controller.abort(signal.reason), ms).unref();
  signal.addEventListener("abort", later, { once: true });
  delayed.set(signal, controller.signal);
  return controller.signal;
}
