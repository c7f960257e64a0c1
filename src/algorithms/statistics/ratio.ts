/**
 * What all rates are made of: one numerator and one denominator per cluster. The rate is the ratio of the sums, so every
 * judged item weighs the same; clusters are what is drawn again, because items of one cluster are not independent.
 */
export interface ClusterSums {
  readonly numerator: Float64Array;
  readonly denominator: Float64Array;
}

/** One judged item: `hit` counts in the numerator, `weight` 1 in the denominator (0: the item says nothing about this ratio). */
export interface RatioItem {
  readonly cluster: string;
  readonly hit: boolean;
  readonly counted: boolean;
}

/** Sums items by cluster; clusters without a counted item are left out. Order of first appearance, so results are reproducible. */
export function clusterSums(items: Iterable<RatioItem>): ClusterSums {
  const index = new Map<string, number>();
  const numerator: number[] = [];
  const denominator: number[] = [];
  for (const item of items) {
    if (!item.counted) continue;
    let at = index.get(item.cluster);
    if (at === undefined) {
      at = numerator.length;
      index.set(item.cluster, at);
      numerator.push(0);
      denominator.push(0);
    }
    denominator[at]! += 1;
    if (item.hit) numerator[at]! += 1;
  }
  return { numerator: Float64Array.from(numerator), denominator: Float64Array.from(denominator) };
}

/** Ratio of the sums in percent, `null` when nothing is in the denominator. */
export function ratioPercent(sums: ClusterSums): number | null {
  const denominator = total(sums.denominator);
  return denominator === 0 ? null : (100 * total(sums.numerator)) / denominator;
}

export function total(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}
