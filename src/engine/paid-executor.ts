import { type Call, type CallOptions, type CallResult, callKey, type Executor } from "../core/call.ts";
import type { Json } from "../core/json.ts";
import { type GenerateReply, type GenerateRequest, PartialReplyError, type Sample } from "../core/model.ts";
import { estimateOf } from "./call-estimate.ts";
import type { CallMemo, MemoEntry } from "./call-memo.ts";
import { type ExecutedResult, priceOf } from "./in-process-executor.ts";
import type { Ledger } from "./ledger.ts";

/** How long paid replies that are under way may still arrive and be kept after a first Ctrl-C. */
const GRACE_MS = 10_000;

interface Inner {
  run(call: Call, options: CallOptions): Promise<ExecutedResult>;
}

/**
 * Memo and budget around an executor: a call that was answered before is answered from the memo and costs nothing; any other
 * reserves its worst case, runs, is committed to the memo, and only then returned. Of equal calls at the same time one runs.
 */
export class PaidExecutor implements Executor {
  readonly #inner: Inner;
  readonly #memo: CallMemo;
  readonly #ledger: Ledger;
  readonly #running = new Map<string, Promise<unknown>>();

  constructor(inner: Inner, memo: CallMemo, ledger: Ledger) {
    this.#inner = inner;
    this.#memo = memo;
    this.#ledger = ledger;
  }

  async run(call: Call, options: CallOptions): Promise<CallResult> {
    const key = callKey(call);
    for (;;) {
      options.signal.throwIfAborted();
      const kept = this.#memo.get(key);
      if (kept !== null) {
        this.#ledger.record(options.step, labelOf(call), true, kept.usage, 0);
        return { value: kept.value, usage: kept.usage, usd: kept.usd, cached: true, durationMs: 0 };
      }
      const equal = this.#running.get(key);
      if (equal === undefined) break;
      // What it gives is in the memo then; where it fails, this one tries for itself.
      await equal.catch(() => {});
    }
    const work = this.#pay(call, options);
    this.#running.set(key, work);
    try {
      return await work;
    } finally {
      this.#running.delete(key);
    }
  }

  async #pay(call: Call, options: CallOptions): Promise<CallResult> {
    const parts = samplesApart(call);
    if (parts.some((part) => this.#memo.get(callKey(part)) !== null)) return this.#join(call, parts, options);
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
      if (result.keep) await this.#keep(call, result);
      this.#ledger.record(options.step, labelOf(call), false, result.usage, result.usd ?? 0);
      return result;
    } catch (error) {
      if (error instanceof PartialReplyError) await this.#keepSamples(parts, error.samples, options.step);
      throw error;
    } finally {
      release();
    }
  }

  /** Some samples of the call were paid for when it failed: only the others are asked for, each in a call of its own. */
  async #join(call: Call, parts: readonly Call[], options: CallOptions): Promise<CallResult> {
    const started = performance.now();
    const results = await Promise.all(parts.map((part) => this.run(part, options)));
    const samples = results.flatMap(({ value }) => (value as unknown as GenerateReply).samples);
    const usage = {
      input: results.reduce((sum, one) => sum + (one.usage?.input ?? 0), 0),
      output: results.reduce((sum, one) => sum + (one.usage?.output ?? 0), 0),
    };
    const value = { samples } as unknown as Json;
    return {
      value,
      usage,
      usd: priceOf(call, usage),
      cached: false,
      durationMs: performance.now() - started,
    };
  }

  async #keepSamples(
    parts: readonly Call[],
    samples: ReadonlyMap<number, Sample>,
    step: string,
  ): Promise<void> {
    for (const [index, sample] of samples) {
      const part = parts[index]!;
      const { input, output } = sample.usage;
      const usage = { input, output };
      const usd = priceOf(part, usage);
      await this.#keep(part, { value: { samples: [sample] } as unknown as Json, usage, usd });
      this.#ledger.record(step, labelOf(part), false, usage, usd);
    }
  }

  #keep(call: Call, { value, usage, usd }: MemoEntry): Promise<void> {
    const { port, adapter, op } = call;
    return this.#memo.put({
      ...{ key: callKey(call), port, adapter, op, value, usage, usd },
      lineage: this.#ledger.lineage,
    });
  }
}

/** A call per sample of a call for several of them; none for any other call. */
function samplesApart(call: Call): Call[] {
  if (call.port !== "model" || call.op !== "generate") return [];
  const request = call.request as unknown as GenerateRequest;
  if (!(request.n > 1)) return [];
  return Array.from({ length: request.n }, (_, i) => {
    const sampleIndex = call.sampleIndex + i;
    return { ...call, request: { ...request, n: 1, sampleIndex } as unknown as Json, sampleIndex };
  });
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
