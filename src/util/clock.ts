/** Time as a dependency, so that waiting can be tested without waiting. Milliseconds on a clock that never steps back. */
export interface Clock {
  now(): number;
  /** Runs `action` once after `ms`; the returned function cancels it. */
  after(ms: number, action: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, action) {
    // Node fires at once above 2^31-1 ms.
    const timer = setTimeout(action, Math.min(ms, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  },
};
