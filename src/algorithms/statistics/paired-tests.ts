import { RESAMPLES } from "./bootstrap.ts";
import type { Random } from "./random.ts";
import { total } from "./ratio.ts";

/** Up to this many differing clusters all 2^m arrangements are enumerated and the p-value is exact. */
const MAX_EXACT = 14;

/**
 * Exact two-sided McNemar test: `gained` pairs went from fail to pass, `lost` from pass to fail. Binomial with 1/2 on the
 * discordant pairs; 1 when there are none.
 */
export function mcnemarExact(gained: number, lost: number): number {
  const n = gained + lost;
  const least = Math.min(gained, lost);
  if (gained === lost) return 1;
  let logTerm = -n * Math.LN2;
  let tail = Math.exp(logTerm);
  for (let k = 1; k <= least; k++) {
    logTerm += Math.log(n - k + 1) - Math.log(k);
    tail += Math.exp(logTerm);
  }
  return Math.min(1, 2 * tail);
}

/**
 * Paired cluster permutation test of "the arms pass equally often": under it the arms' labels may be swapped in any cluster.
 * `gains` holds, per cluster, passes of the one arm minus passes of the other over the *same* items (pairs in which only one arm
 * has a verdict would make a change of the denominators look like evidence: leave them out). Two-sided on the sum; exact when
 * few clusters differ, else Monte-Carlo with the observed arrangement counted in (Phipson & Smyth 2010), so p is never 0.
 */
export function clusterPermutationTest(gains: Float64Array, random: Random, resamples = RESAMPLES): number {
  const steps = gains.filter((gain) => gain !== 0);
  const observed = Math.abs(total(steps));
  return steps.length <= MAX_EXACT
    ? exactShare(steps, observed)
    : sampledShare(steps, observed, random, resamples);
}

/** Share of all sign changes whose sum is at least as far from zero. */
function exactShare(steps: Float64Array, observed: number): number {
  let extreme = 0;
  const arrangements = 2 ** steps.length;
  for (let mask = 0; mask < arrangements; mask++) {
    let sum = 0;
    for (let i = 0; i < steps.length; i++) sum += (mask >>> i) & 1 ? -steps[i]! : steps[i]!;
    if (Math.abs(sum) >= observed) extreme++;
  }
  return extreme / arrangements;
}

function sampledShare(steps: Float64Array, observed: number, random: Random, resamples: number): number {
  let extreme = 1;
  for (let r = 0; r < resamples; r++) {
    let sum = 0;
    let bits = 0;
    for (let i = 0; i < steps.length; i++) {
      if ((i & 31) === 0) bits = random.next();
      sum += bits & 1 ? -steps[i]! : steps[i]!;
      bits >>>= 1;
    }
    if (Math.abs(sum) >= observed) extreme++;
  }
  return extreme / (resamples + 1);
}
