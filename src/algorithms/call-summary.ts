import type { CallRecord } from "../core/call-record.ts";

/** The calls of one step, role and operation of a run. */
export interface CallSummary {
  readonly step: string;
  readonly role: string | null;
  readonly adapter: string;
  /** `model.generate`. */
  readonly op: string;
  readonly calls: number;
  /** Answered by the memo. */
  readonly cached: number;
  /** By error code. */
  readonly errors: Readonly<Record<string, number>>;
  /** Requests beyond the first of each call. */
  readonly repeatedRequests: number;
  /** Durations of the calls that were made and answered, without their wait. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  /** Longest wait between the stage's asking and the start. */
  readonly maxWaitMs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Per second in which at least one call was under way. */
  readonly outputTokensPerSecond: number | null;
  /** US dollars paid. */
  readonly usd: number;
}

/** Takes the records of a run one by one and keeps a few numbers of each. */
export class CallSummaries {
  readonly #groups = new Map<string, Group>();

  add(record: CallRecord): void {
    const { step, role, adapter, port, op } = record;
    const id = JSON.stringify([step, role, adapter, port, op]);
    let group = this.#groups.get(id);
    if (group === undefined) {
      group = new Group(record);
      this.#groups.set(id, group);
    }
    group.add(record);
  }

  /** In the order in which the groups' first calls ended. */
  summaries(): CallSummary[] {
    return [...this.#groups.values()].map((group) => group.summary());
  }
}

class Group {
  readonly #first: CallRecord;
  readonly #startedAt: number[] = [];
  readonly #durationMs: number[] = [];
  readonly #answeredMs: number[] = [];
  readonly #errors: Record<string, number> = {};
  #calls = 0;
  #cached = 0;
  #repeatedRequests = 0;
  #maxWaitMs = 0;
  #inputTokens = 0;
  #outputTokens = 0;
  #usd = 0;

  constructor(first: CallRecord) {
    this.#first = first;
  }

  add(record: CallRecord): void {
    this.#calls++;
    if (record.cached) {
      this.#cached++;
      return;
    }
    this.#startedAt.push(record.startedAt);
    this.#durationMs.push(record.durationMs);
    this.#repeatedRequests += Math.max(0, (record.requests ?? 1) - 1);
    this.#maxWaitMs = Math.max(this.#maxWaitMs, record.startedAt - record.queuedAt);
    this.#inputTokens += record.usage?.input ?? 0;
    this.#outputTokens += record.usage?.output ?? 0;
    this.#usd += record.usd ?? 0;
    if (record.error === undefined) this.#answeredMs.push(record.durationMs);
    else this.#errors[record.error] = (this.#errors[record.error] ?? 0) + 1;
  }

  summary(): CallSummary {
    const { step, role = null, adapter, port, op } = this.#first;
    const sorted = Float64Array.from(this.#answeredMs).sort();
    const busyMs = unionLength(this.#startedAt, this.#durationMs);
    return {
      ...{ step, role, adapter, op: `${port}.${op}`, calls: this.#calls, cached: this.#cached },
      ...{ errors: this.#errors, repeatedRequests: this.#repeatedRequests },
      p50Ms: percentile(sorted, 0.5),
      p95Ms: percentile(sorted, 0.95),
      maxWaitMs: this.#maxWaitMs,
      inputTokens: this.#inputTokens,
      outputTokens: this.#outputTokens,
      outputTokensPerSecond:
        this.#outputTokens === 0 || busyMs === 0 ? null : (this.#outputTokens / busyMs) * 1000,
      usd: this.#usd,
    };
  }
}

/** Nearest rank: the smallest value that at least the share `p` of them does not exceed. */
function percentile(sorted: Float64Array, p: number): number | null {
  return sorted.length === 0 ? null : sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)]!;
}

/** How long at least one of the intervals was open. */
function unionLength(starts: readonly number[], lengths: readonly number[]): number {
  const order = Uint32Array.from(starts, (_, index) => index).sort((a, b) => starts[a]! - starts[b]!);
  let total = 0;
  let coveredUntil = Number.NEGATIVE_INFINITY;
  for (const index of order) {
    const start = starts[index]!;
    const end = start + lengths[index]!;
    if (end > coveredUntil) total += end - Math.max(start, coveredUntil);
    coveredUntil = Math.max(coveredUntil, end);
  }
  return total;
}
