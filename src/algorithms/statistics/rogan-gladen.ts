import { type Estimate, RESAMPLES } from "./bootstrap.ts";
import { percentileInterval } from "./interval.ts";
import type { Random } from "./random.ts";
import { type ClusterSums, ratioPercent } from "./ratio.ts";

/**
 * Where a test was tried on items whose truth is known, by cluster: index i is the same cluster in both, so a cluster with weak and
 * secure items brings both when it is drawn.
 */
export interface TestAccuracy {
  /** Found among the weak. */
  readonly sensitivity: ClusterSums;
  /** Clean among the secure. */
  readonly specificity: ClusterSums;
}

/** Why no corrected rate can be given, instead of one. */
export interface Uncorrectable {
  readonly reason: string;
}

/** Sums of weighted counts are not exact. */
const ROUNDING = 1e-9;

/** Above this share of resamples in which the test tells nothing, there is no corrected rate: half of what an interval leaves out. */
const MAX_USELESS = 0.025;

/**
 * The true rate behind an apparent one, in percent, for a test of this sensitivity and specificity: (p + Sp − 1) / (Se + Sp − 1)
 * (Rogan & Gladen 1978), held within 0–100. Null where Se + Sp ≤ 1: such a test tells nothing.
 */
export function roganGladen(apparent: number, sensitivity: number, specificity: number): number | null {
  const youden = sensitivity + specificity - 100;
  if (!(youden > ROUNDING)) return null;
  return Math.min(100, Math.max(0, (100 * (apparent + specificity - 100)) / youden));
}

/**
 * The corrected rate with a percentile interval that carries all of the uncertainty: in every resample whole clusters of the
 * measured items *and* of the accuracy's items are drawn again. A rate that is the same in all of its k clusters would seem to be
 * known exactly; a share of clusters that differ is drawn for it from its posterior Beta(1, k + 1), as far as the Wilson bound of
 * `constantInterval` reaches. Resamples in which the test tells nothing count as 0 and 100 in turn.
 * Not covered: that the measured items may be of another mix of weaknesses than those the accuracy was measured on.
 */
export function correctedEstimate(
  apparent: ClusterSums,
  { sensitivity, specificity }: TestAccuracy,
  random: Random,
  resamples = RESAMPLES,
): Estimate | Uncorrectable {
  const rates = [apparent, sensitivity, specificity].map(ratioPercent);
  const [p, se, sp] = rates;
  if (p == null) return { value: null, interval: null, method: "ratio of an empty set" };
  if (se == null || sp == null)
    return { reason: `no ${se == null ? "weak" : "secure"} items were calibrated on` };
  const value = roganGladen(p, se, sp);
  if (value === null) {
    return {
      reason: `sensitivity ${se.toFixed(1)} + specificity ${sp.toFixed(1)} is at most 100: it tells nothing`,
    };
  }
  const drawApparent = drawer([apparent], random);
  const drawAccuracy = drawer([sensitivity, specificity], random);
  const values = new Float64Array(resamples);
  let useless = 0;
  for (let r = 0; r < resamples; r++) {
    const [drawn] = drawApparent();
    const [drawnSe, drawnSp] = drawAccuracy();
    const corrected = roganGladen(drawn!, drawnSe!, drawnSp!);
    values[r] = corrected ?? (useless++ % 2 === 0 ? 0 : 100);
  }
  if (useless > resamples * MAX_USELESS) {
    const share = ((100 * useless) / resamples).toFixed(1);
    return {
      reason: `in ${share} % of resamples of the calibration, sensitivity + specificity is at most 100`,
    };
  }
  const { low, high, level } = percentileInterval(values);
  // A constant rate is only ever drawn away from its end: the value itself belongs to the interval.
  const interval = { low: Math.min(low, value), high: Math.max(high, value), level };
  return {
    value,
    interval,
    method: `Rogan–Gladen, cluster bootstrap ${resamples} of answers and calibration`,
  };
}

/** Gives the rates of one resample after the other, in percent; NaN (which no test passes) where nothing to count was drawn. */
function drawer(sums: readonly ClusterSums[], random: Random): () => readonly number[] {
  const clusters = sums[0]!.denominator.length;
  const rates = sums.map((one) => ({ ...one, constant: constantRate(one), top: 0, bottom: 0 }));
  const drawn = new Array<number>(sums.length);
  return () => {
    for (const rate of rates) rate.top = rate.bottom = 0;
    for (let i = 0; i < clusters; i++) {
      const at = random.below(clusters);
      for (const rate of rates) {
        rate.top += rate.numerator[at]!;
        rate.bottom += rate.denominator[at]!;
      }
    }
    for (const [index, { constant, top, bottom }] of rates.entries()) {
      drawn[index] = constant === null ? (100 * top) / bottom : drawConstant(constant, random);
    }
    return drawn;
  };
}

interface ConstantRate {
  readonly percent: number;
  readonly clusters: number;
}

/** The one rate that all clusters with a denominator have; null where they differ. */
function constantRate({ numerator, denominator }: ClusterSums): ConstantRate | null {
  const percent = ratioPercent({ numerator, denominator })!;
  let clusters = 0;
  for (let i = 0; i < denominator.length; i++) {
    if (denominator[i] === 0) continue;
    clusters++;
    if (Math.abs((100 * numerator[i]!) / denominator[i]! - percent) > ROUNDING) return null;
  }
  return { percent, clusters };
}

/** A share of clusters that were not seen lies at the far end (at either end, where the rate is neither 0 nor 100). */
function drawConstant({ percent, clusters }: ConstantRate, random: Random): number {
  const uniform = (random.next() + 0.5) / 2 ** 32;
  const others = 1 - uniform ** (1 / (clusters + 1));
  const low = percent > ROUNDING && (percent > 100 - ROUNDING || random.below(2) === 0);
  return percent + others * ((low ? 0 : 100) - percent);
}
