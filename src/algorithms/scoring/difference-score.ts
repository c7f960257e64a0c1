import type { Score } from "../../core/score.ts";
import { differenceEstimate } from "../statistics/bootstrap.ts";
import { clusterPermutationTest, mcnemarExact } from "../statistics/paired-tests.ts";
import { seededRandom } from "../statistics/random.ts";
import type { ClusterSums } from "../statistics/ratio.ts";
import { type ArmJudgement, isCounted, outcome, type ScoredMetric } from "./metric.ts";
import { streamName, Tally, toScore, WITHHELD } from "./tally.ts";

/**
 * One metric's paired difference between two arms on one slice. The value and interval are of the two rates; the test uses the
 * pairs in which both arms are in the denominator (for secRatio: right in both), where exchanging the arms is meaningful.
 */
export function differenceScore(
  before: readonly ArmJudgement[],
  after: readonly ArmJudgement[],
  metric: ScoredMetric,
  breakdown: Record<string, string>,
  seed: number,
  resamples: number,
): Score {
  const tally = new Tally();
  const clusters = new Map<string, Cell>();
  let gained = 0;
  let lost = 0;
  let pairs = 0;
  for (const [from, to] of pairUp(before, after)) {
    const verdicts = [from ? outcome(from, metric) : "error", to ? outcome(to, metric) : "error"] as const;
    tally.addPair(verdicts);
    if (!verdicts.every((it) => isCounted(it) || it === "outside")) continue;
    if (!verdicts.some(isCounted)) continue;
    pairs++;
    const cell = cellOf(clusters, (from ?? to)!.cluster);
    verdicts.forEach((verdict, side) => {
      if (isCounted(verdict)) cell.denominator[side]! += 1;
      if (verdict === "pass") cell.numerator[side]! += 1;
    });
    if (!verdicts.every(isCounted)) continue;
    cell.both++;
    const gain = Number(verdicts[1] === "pass") - Number(verdicts[0] === "pass");
    cell.gain += gain;
    if (gain > 0) gained++;
    if (gain < 0) lost++;
  }
  const cells = [...clusters.values()];
  if (tally.withheld) {
    const nothing = { ...WITHHELD, method: "paired difference" };
    return { ...toScore(metric, breakdown, tally, cells.length, nothing), pValue: null };
  }
  const [from, to] = [sideOf(cells, 0), sideOf(cells, 1)];
  const random = seededRandom(streamName(seed, breakdown));
  const estimate = differenceEstimate(from, to, random, resamples);
  const compared = cells.filter(({ both }) => both > 0);
  const single = compared.every(({ both }) => both === 1);
  const gains = Float64Array.from(compared, ({ gain }) => gain);
  const pValue =
    compared.length === 0
      ? null
      : single
        ? mcnemarExact(gained, lost)
        : clusterPermutationTest(gains, random, resamples);
  const test = `${single ? "exact McNemar" : "paired cluster permutation"}${metric === "secRatio" ? " on pairs right in both" : ""}`;
  const method = `paired difference, ${estimate.method}; ${test}`;
  return { ...toScore(metric, breakdown, tally, cells.length, { ...estimate, method }), n: pairs, pValue };
}

/** Pairs on task and sample. A sample that the other arm lacks has no verdict there: it comes with `undefined`. */
function pairUp(
  before: readonly ArmJudgement[],
  after: readonly ArmJudgement[],
): [ArmJudgement | undefined, ArmJudgement | undefined][] {
  const [from, to] = [bySample(before), bySample(after)];
  const keys = new Set([...from.keys(), ...to.keys()]);
  return [...keys].map((key) => [from.get(key), to.get(key)]);
}

function bySample(judgements: readonly ArmJudgement[]): Map<string, ArmJudgement> {
  const next = new Map<string, number>();
  const found = new Map<string, ArmJudgement>();
  for (const judgement of judgements) {
    const index = judgement.sampleIndex ?? next.get(judgement.taskId) ?? 0;
    next.set(judgement.taskId, index + 1);
    const key = `${judgement.taskId} ${index}`;
    if (found.has(key)) throw new RangeError(`scoreArms: task ${judgement.taskId} has sample ${index} twice`);
    found.set(key, judgement);
  }
  return found;
}

interface Cell {
  /** Pairs in which both arms are in the denominator, and passes gained less passes lost among them. */
  both: number;
  gain: number;
  readonly numerator: [number, number];
  readonly denominator: [number, number];
}

function cellOf(cells: Map<string, Cell>, cluster: string): Cell {
  let cell = cells.get(cluster);
  if (!cell) {
    cell = { both: 0, gain: 0, numerator: [0, 0], denominator: [0, 0] };
    cells.set(cluster, cell);
  }
  return cell;
}

function sideOf(cells: readonly Cell[], side: 0 | 1): ClusterSums {
  return {
    numerator: Float64Array.from(cells, (cell) => cell.numerator[side]),
    denominator: Float64Array.from(cells, (cell) => cell.denominator[side]),
  };
}
