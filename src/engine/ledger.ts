import { AppError } from "../core/error.ts";
import type { Emit } from "../core/event.ts";
import type { Usage } from "../core/generation.ts";
import type { LedgerEntry } from "../core/run.ts";
import type { CallMemo } from "./call-memo.ts";

/** Caps in US dollars and in tokens (input + output); absent = no cap. */
export interface Budget {
  readonly usd?: number | undefined;
  readonly tokens?: number | undefined;
}

const SPEND_EVERY_MS = 500;

/** Worst case of a call that is about to be made. */
export interface Estimate {
  readonly tokens: number;
  readonly usd: number;
}

/**
 * Books what calls cost, per step and model, and holds the cap. A call reserves its worst case before it starts; when that does
 * not fit beside what is spent and reserved, it waits for running calls to settle and is refused when none is left. What costs
 * nothing passes under any cap and is waited for by nobody: an analysis under way may be the one that asks the model.
 * Spending of earlier attempts at the same run (`lineage`) counts; cached replies cost nothing.
 */
export class Ledger {
  readonly lineage: string;
  readonly #budget: Budget;
  readonly #emit: Emit;
  readonly #entries = new Map<string, LedgerEntry>();
  readonly #before: { tokens: number; usd: number };
  #paid = { tokens: 0, usd: 0 };
  #reserved = { tokens: 0, usd: 0 };
  #open = 0;
  #waiting: (() => void)[] = [];
  readonly #unsent = new Map<string, { input: number; output: number; usd: number }>();
  #sentAt = 0;

  constructor(memo: CallMemo, lineage: string, budget: Budget, emit: Emit) {
    this.lineage = lineage;
    this.#budget = budget;
    this.#emit = emit;
    this.#before = memo.spent(lineage);
  }

  /** Throws AppError `budget-reached`. The returned function gives the reservation back. */
  async reserve(estimate: Estimate): Promise<() => void> {
    if (estimate.tokens === 0 && estimate.usd === 0) return () => {};
    while (!this.#fits(estimate)) {
      if (this.#open === 0) throw this.#reached(estimate);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#open++;
    this.#reserved.tokens += estimate.tokens;
    this.#reserved.usd += estimate.usd;
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      this.#open--;
      this.#reserved.tokens -= estimate.tokens;
      this.#reserved.usd -= estimate.usd;
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const resume of waiting) resume();
    };
  }

  record(step: string, model: string, cached: boolean, usage: Usage | undefined, usd: number): void {
    const id = `${step}\0${model}`;
    const old = this.#entries.get(id) ?? emptyEntry(step, model);
    const paid = cached ? { input: 0, output: 0 } : (usage ?? { input: 0, output: 0 });
    this.#entries.set(id, {
      ...old,
      calls: old.calls + 1,
      cachedCalls: old.cachedCalls + (cached ? 1 : 0),
      usage: { input: old.usage.input + paid.input, output: old.usage.output + paid.output },
      usd: old.usd + (cached ? 0 : usd),
    });
    if (cached || usage === undefined) return;
    this.#paid.tokens += usage.input + usage.output;
    this.#paid.usd += usd;
    const unsent = this.#unsent.get(step) ?? { input: 0, output: 0, usd: 0 };
    this.#unsent.set(step, {
      input: unsent.input + usage.input,
      output: unsent.output + usage.output,
      usd: unsent.usd + usd,
    });
    if (Date.now() - this.#sentAt > SPEND_EVERY_MS) this.flush();
  }

  /** Emits what was spent since the last time. */
  flush(): void {
    this.#sentAt = Date.now();
    for (const [step, { input, output, usd }] of this.#unsent) {
      this.#emit({
        type: "spend",
        step,
        inputTokens: input,
        outputTokens: output,
        usd,
        totalUsd: this.#paid.usd,
        totalTokens: this.#paid.tokens,
      });
    }
    this.#unsent.clear();
  }

  entries(step?: string): LedgerEntry[] {
    return [...this.#entries.values()].filter((entry) => step === undefined || entry.step === step);
  }

  #fits({ tokens, usd }: Estimate): boolean {
    const cap = this.#budget;
    const usedTokens = this.#before.tokens + this.#paid.tokens + this.#reserved.tokens;
    const usedUsd = this.#before.usd + this.#paid.usd + this.#reserved.usd;
    return (
      (cap.tokens === undefined || usedTokens + tokens <= cap.tokens) &&
      (cap.usd === undefined || usedUsd + usd <= cap.usd)
    );
  }

  #reached(estimate: Estimate): AppError {
    const tokens = this.#before.tokens + this.#paid.tokens;
    const usd = this.#before.usd + this.#paid.usd;
    const caps = [
      this.#budget.usd === undefined ? [] : [`$${this.#budget.usd}`],
      this.#budget.tokens === undefined ? [] : [`${this.#budget.tokens} tokens`],
    ].flat();
    return new AppError(
      "budget-reached",
      `the budget of ${caps.join(" and ")} is reached: ${tokens} tokens ($${usd.toFixed(4)}) are spent and the next call may take ${estimate.tokens} more`,
      {
        boundary: "config",
        hint: "everything paid for is kept; raise the cap (`--set budget.usd=…` or `--set budget.tokens=…`) and run the same command again",
      },
    );
  }
}

function emptyEntry(step: string, model: string): LedgerEntry {
  return { step, model, calls: 0, cachedCalls: 0, usage: { input: 0, output: 0 }, usd: 0 };
}
