import type { Score } from "../../core/score.ts";
import { ratioEstimate } from "../statistics/bootstrap.ts";
import { seededRandom } from "../statistics/random.ts";
import { clusterSums } from "../statistics/ratio.ts";
import { type ArmJudgement, isCounted, outcome, type ScoredMetric } from "./metric.ts";
import { streamName, Tally, toScore, WITHHELD } from "./tally.ts";

/** One metric of one arm on one slice. */
export function rateScore(
  items: readonly ArmJudgement[],
  metric: ScoredMetric,
  breakdown: Record<string, string>,
  seed: number,
  resamples: number,
): Score {
  const tally = new Tally();
  const sums = clusterSums(
    items.map((item) => {
      const verdict = outcome(item, metric);
      tally.add(verdict);
      return { cluster: item.cluster, hit: verdict === "pass", counted: isCounted(verdict) };
    }),
  );
  const estimate = tally.withheld
    ? WITHHELD
    : ratioEstimate(sums, seededRandom(streamName(seed, breakdown)), resamples);
  return toScore(metric, breakdown, tally, sums.denominator.length, {
    ...estimate,
    method: `rate, ${estimate.method}`,
  });
}
