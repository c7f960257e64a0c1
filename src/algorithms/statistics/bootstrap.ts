import { constantInterval, type Interval, percentileInterval } from "./interval.ts";
import type { Random } from "./random.ts";
import type { ClusterSums } from "./ratio.ts";
import { ratioPercent } from "./ratio.ts";

/** Resamples of every interval and permutation test of the product. */
export const RESAMPLES = 10_000;
/** Above this share of resamples in which a denominator is zero, there is no interval. */
const MAX_UNDEFINED = 0.05;

/** Point value, interval and how the interval was made (`cluster bootstrap 10000`, or the bound for equal clusters). */
export interface Estimate {
  readonly value: number | null;
  readonly interval: Interval | null;
  readonly method: string;
}

/**
 * Ratio of sums in percent with a percentile interval from resampling whole clusters with replacement
 * (Efron & Tibshirani 1993, ch. 13; clusters as in Field & Welsh 2007). Where all clusters agree the bootstrap would claim
 * an interval of width zero; the Wilson bound over clusters is given instead.
 */
export function ratioEstimate(sums: ClusterSums, random: Random, resamples = RESAMPLES): Estimate {
  const value = ratioPercent(sums);
  if (value === null) return { value: null, interval: null, method: "ratio of an empty set" };
  const { numerator, denominator } = sums;
  const clusters = denominator.length;
  const values = new Float64Array(resamples);
  let defined = 0;
  for (let r = 0; r < resamples; r++) {
    let top = 0;
    let bottom = 0;
    for (let i = 0; i < clusters; i++) {
      const at = random.below(clusters);
      top += numerator[at]!;
      bottom += denominator[at]!;
    }
    if (bottom > 0) values[defined++] = (100 * top) / bottom;
  }
  return finish(value, values, defined, clusters, 0);
}

/**
 * Difference `to` − `from` of two ratios in percentage points over the same clusters (index i is the same cluster in both),
 * with a percentile interval: a drawn cluster brings both arms, so what they share cancels.
 */
export function differenceEstimate(
  from: ClusterSums,
  to: ClusterSums,
  random: Random,
  resamples = RESAMPLES,
): Estimate {
  const clusters = from.denominator.length;
  if (to.denominator.length !== clusters) throw new RangeError("differenceEstimate: clusters must be paired");
  const before = ratioPercent(from);
  const after = ratioPercent(to);
  if (before === null || after === null) {
    return { value: null, interval: null, method: "difference with an empty set" };
  }
  const values = new Float64Array(resamples);
  let defined = 0;
  for (let r = 0; r < resamples; r++) {
    let fromTop = 0;
    let fromBottom = 0;
    let toTop = 0;
    let toBottom = 0;
    for (let i = 0; i < clusters; i++) {
      const at = random.below(clusters);
      fromTop += from.numerator[at]!;
      fromBottom += from.denominator[at]!;
      toTop += to.numerator[at]!;
      toBottom += to.denominator[at]!;
    }
    if (fromBottom > 0 && toBottom > 0) values[defined++] = 100 * (toTop / toBottom - fromTop / fromBottom);
  }
  return finish(after - before, values, defined, clusters, -100);
}

function finish(
  value: number,
  values: Float64Array,
  defined: number,
  clusters: number,
  least: number,
): Estimate {
  const resamples = values.length;
  const name = `cluster bootstrap ${resamples}`;
  if (defined < resamples * (1 - MAX_UNDEFINED)) {
    return { value, interval: null, method: `${name}: undefined in too many resamples` };
  }
  const interval = percentileInterval(values.subarray(0, defined));
  if (interval.high - interval.low > 1e-9) return { value, interval, method: name };
  return {
    value,
    interval: constantInterval(value, clusters, least, 100),
    method: "clusters do not differ: Wilson bound over clusters",
  };
}
