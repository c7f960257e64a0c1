import { type Estimate, RESAMPLES } from "./bootstrap.ts";
import { constantInterval, percentileInterval } from "./interval.ts";
import type { Random } from "./random.ts";

/** Above this share of resamples in which the statistic has no value, there is no interval. */
const MAX_UNDEFINED = 0.05;

/** One cluster's sums, sparse: `value[i]` is added to column `column[i]`. */
export interface SparseSums {
  readonly column: readonly number[];
  readonly value: readonly number[];
}

export interface SumsOptions {
  readonly columns: number;
  /** The statistic of the column sums; null where it has no value. */
  readonly statistic: (sums: Float64Array) => number | null;
  readonly random: Random;
  readonly resamples?: number | undefined;
  /** Where the statistic can lie: gives a bound when the clusters do not differ. */
  readonly bounds?: readonly [least: number, most: number] | undefined;
}

/**
 * Any statistic that is a function of sums over items (a mean, a correlation, a mean of ratios) with a percentile interval from
 * drawing whole clusters again (Efron & Tibshirani 1993, ch. 13). `null` interval where resamples show no spread and no bounds are known.
 */
export function sumsEstimate(clusters: readonly SparseSums[], options: SumsOptions): Estimate {
  const { columns, statistic, random, resamples = RESAMPLES, bounds } = options;
  const flat = flatten(clusters);
  const whole = new Float64Array(columns);
  for (let i = 0; i < clusters.length; i++) add(whole, flat, i);
  const value = statistic(whole);
  if (value === null) return { value: null, interval: null, method: "no value" };
  const values = new Float64Array(resamples);
  const sums = new Float64Array(columns);
  let defined = 0;
  for (let r = 0; r < resamples; r++) {
    sums.fill(0);
    for (let i = 0; i < clusters.length; i++) add(sums, flat, random.below(clusters.length));
    const drawn = statistic(sums);
    if (drawn !== null) values[defined++] = drawn;
  }
  const method = `cluster bootstrap ${resamples}`;
  if (defined < resamples * (1 - MAX_UNDEFINED)) {
    return { value, interval: null, method: `${method}: undefined in too many resamples` };
  }
  const interval = percentileInterval(values.subarray(0, defined));
  if (interval.high - interval.low > 1e-9) return { value, interval, method };
  if (bounds === undefined) return { value, interval: null, method: "clusters do not differ: no interval" };
  const bound = constantInterval(value, clusters.length, ...bounds);
  return { value, interval: bound, method: "clusters do not differ: Wilson bound over clusters" };
}

/** All clusters in three typed arrays: cluster i has the entries from `start[i]` to `start[i + 1]`. */
interface FlatSums {
  readonly start: Int32Array;
  readonly column: Int32Array;
  readonly value: Float64Array;
}

function flatten(clusters: readonly SparseSums[]): FlatSums {
  const start = new Int32Array(clusters.length + 1);
  clusters.forEach(({ column }, index) => {
    start[index + 1] = start[index]! + column.length;
  });
  const column = Int32Array.from(clusters.flatMap((cluster) => cluster.column));
  const value = Float64Array.from(clusters.flatMap((cluster) => cluster.value));
  return { start, column, value };
}

function add(sums: Float64Array, { start, column, value }: FlatSums, cluster: number): void {
  const end = start[cluster + 1]!;
  for (let i = start[cluster]!; i < end; i++) sums[column[i]!]! += value[i]!;
}

/** Sums observations (one value per column) by cluster, in order of first appearance. */
export function sumByCluster(
  items: Iterable<{ readonly cluster: string; readonly values: readonly number[] }>,
): SparseSums[] {
  const byCluster = new Map<string, number[]>();
  for (const { cluster, values } of items) {
    const sums = byCluster.get(cluster);
    if (sums === undefined) byCluster.set(cluster, [...values]);
    else for (let i = 0; i < values.length; i++) sums[i]! += values[i]!;
  }
  return [...byCluster.values()].map((value) => ({ column: value.map((_, index) => index), value }));
}
