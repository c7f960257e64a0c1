export interface Backoff {
  readonly baseMs: number;
  readonly maxMs: number;
}

/**
 * Wait before retry `attempt` (0 = first retry), in milliseconds: exponential with equal jitter, i.e. between half and all of
 * `min(maxMs, baseMs * 2^attempt)`, so that clients that failed together do not come back together.
 */
export function backoffMs(
  attempt: number,
  { baseMs, maxMs }: Backoff,
  random: () => number = Math.random,
): number {
  const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30));
  return ceiling / 2 + (random() * ceiling) / 2;
}
