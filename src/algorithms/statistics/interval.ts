/** Confidence level of every interval of the product. */
export const LEVEL = 0.95;
/** Two-sided normal quantile of LEVEL. */
export const Z = 1.959963984540054;

export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly level: number;
}

/**
 * Percentile of sorted values, linear between order statistics (numpy's default). `p` in 0–1.
 */
export function percentile(sorted: Float64Array, p: number): number {
  const at = p * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (at - below);
}

/** Central LEVEL interval of unsorted resampled values; sorts them in place. */
export function percentileInterval(values: Float64Array): Interval {
  values.sort();
  return {
    low: percentile(values, (1 - LEVEL) / 2),
    high: percentile(values, 1 - (1 - LEVEL) / 2),
    level: LEVEL,
  };
}

/** Wilson score interval of `hits` of `n` independent trials, in percent (Wilson 1927). `null` when n = 0. */
export function wilsonInterval(hits: number, n: number): Interval | null {
  if (n === 0) return null;
  const p = hits / n;
  const scale = 1 + Z ** 2 / n;
  const centre = (p + Z ** 2 / (2 * n)) / scale;
  const half = (Z / scale) * Math.sqrt((p * (1 - p)) / n + Z ** 2 / (4 * n ** 2));
  return { low: 100 * Math.max(0, centre - half), high: 100 * Math.min(1, centre + half), level: LEVEL };
}

/**
 * Interval of a value that is the same in all `clusters` clusters, where drawing clusters again cannot show any spread.
 * By Wilson at most a share u = z²/(k + z²) of all clusters may be different from the k seen; those could lie anywhere in
 * [least, most]. At 0 % and 100 % this is Wilson's interval over clusters itself.
 */
export function constantInterval(value: number, clusters: number, least: number, most: number): Interval {
  const other = Z ** 2 / (clusters + Z ** 2);
  return {
    low: value - other * (value - least),
    high: value + other * (most - value),
    level: LEVEL,
  };
}
