import type { Estimate } from "./bootstrap.ts";
import type { Random } from "./random.ts";
import { sumByCluster, sumsEstimate } from "./sums.ts";

export interface PairedValue {
  readonly cluster: string;
  readonly x: number;
  readonly y: number;
}

/**
 * Pearson's r with an interval over clusters, −1 to 1. With one 0/1 variable it is the point-biserial correlation, with two the
 * phi coefficient. `value` null where a variable does not vary.
 */
export function pearson(pairs: readonly PairedValue[], random: Random, resamples?: number): Estimate {
  const clusters = sumByCluster(
    pairs.map(({ cluster, x, y }) => ({ cluster, values: [1, x, y, x * y, x * x, y * y] })),
  );
  return sumsEstimate(clusters, { columns: 6, statistic: fromSums, random, resamples });
}

/** Spearman's rank correlation: Pearson's of the ranks (ties share their mean rank), which are not ranked again in resamples. */
export function spearman(pairs: readonly PairedValue[], random: Random, resamples?: number): Estimate {
  const x = ranks(pairs.map((pair) => pair.x));
  const y = ranks(pairs.map((pair) => pair.y));
  const ranked = pairs.map(({ cluster }, index) => ({ cluster, x: x[index]!, y: y[index]! }));
  return pearson(ranked, random, resamples);
}

function fromSums([n, x, y, xy, xx, yy]: Float64Array): number | null {
  if (n === undefined || n < 2) return null;
  const spreadX = n * xx! - x! ** 2;
  const spreadY = n * yy! - y! ** 2;
  // Sums of squares cancel: what is left of rounding is not spread.
  if (spreadX <= 1e-9 * n * xx! || spreadY <= 1e-9 * n * yy!) return null;
  return Math.max(-1, Math.min(1, (n * xy! - x! * y!) / Math.sqrt(spreadX * spreadY)));
}

function ranks(values: readonly number[]): number[] {
  const order = values.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
  const result = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && order[to + 1]!.value === order[from]!.value) to++;
    for (let i = from; i <= to; i++) result[order[i]!.index] = (from + to) / 2;
    from = to + 1;
  }
  return result;
}
