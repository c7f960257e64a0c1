import { type Clock, systemClock } from "./clock.ts";
import { abortError, onAbort } from "./on-abort.ts";
import { Queue } from "./queue.ts";

export interface RateLimitOptions {
  readonly perMinute: number;
  readonly clock?: Clock | undefined;
}

interface Waiter {
  readonly amount: number;
  grant: (() => void) | null;
}

/**
 * At most `perMinute` units in any minute, evenly spread: a token bucket that holds a tenth of a second's worth, so that a late
 * timer loses nothing. Larger amounts are granted when it is full and leave a debt that is worked off before the next; the last
 * of them may so reach beyond the minute's end. First come, first served.
 */
export class RateLimit {
  readonly #burst: number;
  readonly #perMs: number;
  readonly #clock: Clock;
  readonly #waiters = new Queue<Waiter>();
  #level: number;
  #filledAt: number;
  #cancelWake: (() => void) | null = null;

  constructor({ perMinute, clock = systemClock }: RateLimitOptions) {
    this.#burst = Math.max(1, perMinute / 600);
    // What is granted at once at the start of a minute is missing from the rest of it.
    this.#perMs = (perMinute - this.#burst + 1) / 60_000;
    this.#clock = clock;
    this.#level = this.#burst;
    this.#filledAt = clock.now();
  }

  /** Resolves when `amount` may be used. Rejects with the signal's reason; a waiter that gave up is charged nothing. */
  take(amount: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(abortError(signal));
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { amount, grant: null };
      const forget = onAbort(signal, () => {
        waiter.grant = null;
        reject(abortError(signal));
      });
      waiter.grant = () => {
        forget();
        resolve();
      };
      this.#waiters.push(waiter);
      if (this.#waiters.length === 1) this.#drain();
    });
  }

  /** Corrects an earlier `take` whose amount was a guess: charges `amount` more, or gives back where it is negative. */
  adjust(amount: number): void {
    this.#fill();
    this.#level = Math.min(this.#burst, this.#level - amount);
    this.#drain();
  }

  /** Stops its timer. */
  close(): void {
    this.#cancelWake?.();
    this.#cancelWake = null;
  }

  #fill(): void {
    const now = this.#clock.now();
    this.#level = Math.min(this.#burst, this.#level + (now - this.#filledAt) * this.#perMs);
    this.#filledAt = now;
  }

  #drain(): void {
    this.close();
    this.#fill();
    for (let next = this.#waiters.first; next !== undefined; next = this.#waiters.first) {
      if (next.grant !== null) {
        const missing = Math.min(next.amount, this.#burst) - this.#level;
        // Adding up small parts leaves a rounding error, which must not cost another timer.
        if (missing > 1e-9 * this.#burst) {
          this.#cancelWake = this.#clock.after(missing / this.#perMs, () => this.#drain());
          return;
        }
        this.#level -= next.amount;
        next.grant();
      }
      this.#waiters.shift();
    }
  }
}
