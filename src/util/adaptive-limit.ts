import { type Clock, systemClock } from "./clock.ts";
import { abortError, onAbort } from "./on-abort.ts";
import { Queue } from "./queue.ts";

export interface AdaptiveLimitOptions {
  /** Never more than this in flight. */
  readonly max: number;
  readonly min?: number | undefined;
  readonly initial?: number | undefined;
  /** What is left of the limit after an episode of overload. */
  readonly decrease?: number | undefined;
  /** After a decrease the limit neither grows nor falls for this long. */
  readonly coolDownMs?: number | undefined;
  /** Told when the limit fell, for a log. */
  readonly onDecrease?: ((from: number, to: number) => void) | undefined;
  readonly clock?: Clock | undefined;
}

/** Proof of a slot: in which episode it was taken. */
export type Slot = number;

interface Waiter {
  grant: ((slot: Slot) => void) | null;
}

/** Refusals up to this share may be noise; above, they are always taken for overload. */
const maxNoise = 0.3;
/** Refusals up to this share never lower the limit: retries cost less than the room given up. */
const harmless = 0.05;
/** Standard deviations by which refusals must get rarer under a lower limit to be its doing and not chance. */
const significance = 1.5;
/** Fewest results from which a share of refusals is told. */
const minWindow = 50;

/**
 * Bounds what is in flight towards a service whose capacity nobody tells (additive increase, multiplicative decrease).
 *
 * - Slow start: every success under a full limit adds one, so the limit doubles per round; after an overload, one or 5 % a round.
 * - More than a few refusals lower the limit, once per episode: what started before the last decrease counts no more.
 * - Refusals that a lower limit does not make rarer are no overload but a service that fails now and then: the decrease is
 *   taken back, and only a clearly higher share of them counts from then on. Otherwise random faults would drive the limit to
 *   its minimum and keep it there.
 * - `pause` holds every new slot back until a time. Slots are granted first come, first served.
 */
export class AdaptiveLimit {
  readonly #max: number;
  readonly #min: number;
  readonly #decrease: number;
  readonly #coolDownMs: number;
  readonly #onDecrease: ((from: number, to: number) => void) | undefined;
  readonly #clock: Clock;
  readonly #waiters = new Queue<Waiter>();
  #limit: number;
  #slowStart = true;
  #inFlight = 0;
  #episode = 0;
  /** Results of the current window, of requests that started in this episode. */
  #current = { seen: 0, refused: 0 };
  /** Results of the episode before, to compare with. */
  #before = { seen: 0, refused: 0, limit: 0, slowStart: true };
  /** A decrease whose effect is not known yet. */
  #onTrial = false;
  /** Share of refusals that does not depend on the limit. */
  #noise = 0;
  #coolUntil = Number.NEGATIVE_INFINITY;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #cancelWake: (() => void) | null = null;

  constructor(options: AdaptiveLimitOptions) {
    this.#max = options.max;
    this.#min = Math.min(options.min ?? 1, options.max);
    this.#limit = Math.min(options.initial ?? 20, options.max);
    this.#decrease = options.decrease ?? 0.7;
    this.#coolDownMs = options.coolDownMs ?? 500;
    this.#onDecrease = options.onDecrease;
    this.#clock = options.clock ?? systemClock;
  }

  /** Whole slots that may be in flight now. */
  get limit(): number {
    return Math.floor(this.#limit);
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** A slot at once, or null when it has to be waited for. */
  tryAcquire(): Slot | null {
    if (this.#waiters.length > 0 || !this.#open()) return null;
    this.#inFlight++;
    return this.#episode;
  }

  /** Waits for a slot. Rejects with the signal's reason; a waiter that gave up takes no slot. */
  acquire(signal: AbortSignal): Promise<Slot> {
    if (signal.aborted) return Promise.reject(abortError(signal));
    const slot = this.tryAcquire();
    if (slot !== null) return Promise.resolve(slot);
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { grant: null };
      const forget = onAbort(signal, () => {
        waiter.grant = null;
        reject(abortError(signal));
      });
      waiter.grant = (granted) => {
        forget();
        resolve(granted);
      };
      this.#waiters.push(waiter);
    });
  }

  /** Gives a slot back with what it met: `neutral` says nothing about capacity (a bad request, an abort). */
  release(slot: Slot, outcome: "success" | "overloaded" | "neutral"): void {
    if (outcome !== "neutral") this.#learn(slot, outcome === "overloaded");
    this.#inFlight--;
    this.#drain();
  }

  /** Grants no slot for `ms`. A shorter pause does not end a longer one. */
  pause(ms: number): void {
    const until = this.#clock.now() + ms;
    if (until <= this.#pausedUntil) return;
    this.#pausedUntil = until;
    this.#cancelWake?.();
    this.#cancelWake = this.#clock.after(ms, () => {
      this.#cancelWake = null;
      this.#pausedUntil = Number.NEGATIVE_INFINITY;
      this.#drain();
    });
  }

  /** Stops its timer. */
  close(): void {
    this.#cancelWake?.();
    this.#cancelWake = null;
  }

  #open(): boolean {
    return this.#inFlight < Math.floor(this.#limit) && this.#cancelWake === null;
  }

  #learn(slot: Slot, refused: boolean): void {
    const counts = slot === this.#episode ? this.#current : this.#before;
    if (slot < this.#episode - 1) return;
    counts.seen++;
    if (refused) counts.refused++;
    if (slot < this.#episode) return;
    if (!refused) this.#grow();
    const window = Math.max(minWindow, this.limit);
    const full = this.#current.seen >= window;
    const expected = Math.max(harmless, 1.5 * this.#noise) * Math.max(window, this.#current.seen);
    // Two standard deviations of a Poisson count above what is expected.
    const tolerated = expected + 2 * Math.sqrt(expected) + 1;
    if (this.#onTrial) {
      if (full) this.#endTrial();
    } else if (refused && this.#current.refused > tolerated) this.#shrink();
    else if (full) {
      this.#noise *= this.#current.refused === 0 ? 0.8 : 0.98;
      // The recent past goes on counting, with half its weight.
      this.#current.seen /= 2;
      this.#current.refused /= 2;
    }
  }

  #grow(): void {
    // Growth without demand proves nothing: only a full limit is evidence that there is room above it.
    if (this.#limit >= this.#max || this.#inFlight < Math.floor(this.#limit)) return;
    if (this.#onTrial || this.#coolUntil > this.#clock.now()) return;
    // While refusals gather that may prove an overload, growing would only deepen it.
    if (this.#current.refused > Math.max(harmless, 1.5 * this.#noise) * this.#current.seen + 1) return;
    const perRound = this.#slowStart ? this.#limit : Math.max(1, this.#limit / 20);
    this.#limit = Math.min(this.#max, this.#limit + perRound / this.#limit);
  }

  #shrink(): void {
    const now = this.#clock.now();
    if (this.#coolUntil > now) return;
    const from = this.limit;
    this.#before = { ...this.#current, limit: this.#limit, slowStart: this.#slowStart };
    this.#current = { seen: 0, refused: 0 };
    this.#onTrial = true;
    this.#episode++;
    this.#slowStart = false;
    this.#coolUntil = now + this.#coolDownMs;
    this.#limit = Math.max(this.#min, this.#limit * this.#decrease);
    if (this.limit < from) this.#onDecrease?.(from, this.limit);
  }

  /** Compares the share of refusals under the lower limit with the one that led to it. */
  #endTrial(): void {
    const { seen, refused } = this.#current;
    const before = this.#before;
    const share = refused / seen;
    const pooled = (refused + before.refused) / (seen + before.seen);
    const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / seen + 1 / before.seen));
    this.#onTrial = false;
    this.#current = { seen: 0, refused: 0 };
    const rarer = before.refused / before.seen - share > significance * deviation;
    if (share > maxNoise || rarer) return;
    this.#noise = Math.max(this.#noise, share);
    this.#limit = Math.max(this.#limit, this.#before.limit);
    this.#slowStart = this.#before.slowStart;
    this.#coolUntil = Number.NEGATIVE_INFINITY;
  }

  #drain(): void {
    while (this.#waiters.length > 0 && this.#open()) {
      const { grant } = this.#waiters.shift()!;
      if (grant === null) continue;
      this.#inFlight++;
      grant(this.#episode);
    }
  }
}
