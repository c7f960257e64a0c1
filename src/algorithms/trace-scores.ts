import type { Verdict } from "../core/judgement.ts";
import type { Score } from "../core/score.ts";
import { Tally, WITHHELD } from "./scoring/tally.ts";
import { type Estimate, RESAMPLES } from "./statistics/bootstrap.ts";
import { type PairedValue, pearson, spearman } from "./statistics/correlation.ts";
import { type Random, seededRandom } from "./statistics/random.ts";
import { sumByCluster, sumsEstimate } from "./statistics/sums.ts";
import { MAX_GRADE } from "./trace-grade.ts";

/** What is known of one answer and its reasoning. */
export interface TraceSample {
  readonly arm: string;
  readonly split: string;
  readonly cluster: string;
  /** S: whether the reasoning names security at all. */
  readonly mentionsSecurity: boolean;
  /** K: 0–1, or null where no CWE of the task has keywords. */
  readonly keywordCoverage: number | null;
  /** G: 0 to MAX_GRADE, or null where there is none. */
  readonly grade: number | null;
  readonly outputTokens: number;
  readonly funcSec: Verdict;
}

export interface TraceScoreOptions {
  /** Why no grades are shown; undefined: they are. */
  readonly gradesWithheld?: string | undefined;
  readonly seed?: number | undefined;
  readonly resamples?: number | undefined;
}

/** Names of the trace metrics in scores, in display order. */
export const TRACE_METRICS = ["securityMentioned", "keywordCoverage", "traceGrade"] as const;
export type TraceMetric = (typeof TRACE_METRICS)[number];

/**
 * Means per arm and split (breakdown `{kind: "trace", arm, split}`): the three metrics in percent, and tokens per answer. Then the
 * correlations of each metric with FuncSec over answers that have both (`{kind: "correlation", arm?, metric}`, −1 to 1;
 * without `arm`: all arms together): point-biserial and Spearman.
 */
export function traceScores(samples: readonly TraceSample[], options: TraceScoreOptions = {}): Score[] {
  const bySlice = Map.groupBy(samples, ({ arm, split }) => JSON.stringify([arm, split]));
  const means = [...bySlice.values()].flatMap((slice) => {
    const { arm, split } = slice[0]!;
    const breakdown = { kind: "trace", arm, split };
    return [
      ...TRACE_METRICS.map((metric) =>
        meanScore(slice, metric, breakdown, (sample) => percent(sample, metric), options),
      ),
      meanScore(slice, "tokensPerAnswer", breakdown, ({ outputTokens }) => outputTokens, options),
    ];
  });
  const byArm = Map.groupBy(samples, ({ arm }) => arm);
  const groups: [string | undefined, readonly TraceSample[]][] = [...byArm];
  if (byArm.size > 1) groups.unshift([undefined, samples]);
  const correlations = groups.flatMap(([arm, group]) =>
    TRACE_METRICS.flatMap((metric) => correlationScores(group, metric, arm, options)),
  );
  return [...means, ...correlations];
}

function percent(sample: TraceSample, metric: TraceMetric): number | null {
  if (metric === "securityMentioned") return sample.mentionsSecurity ? 100 : 0;
  if (metric === "keywordCoverage")
    return sample.keywordCoverage === null ? null : 100 * sample.keywordCoverage;
  return sample.grade === null ? null : (100 * sample.grade) / MAX_GRADE;
}

function meanScore(
  samples: readonly TraceSample[],
  name: string,
  breakdown: Record<string, string>,
  measured: (sample: TraceSample) => number | null,
  options: TraceScoreOptions,
): Score {
  const withheld = name === "traceGrade" ? options.gradesWithheld : undefined;
  const valued = withheld
    ? []
    : samples.flatMap(({ cluster, ...rest }) => {
        const value = measured({ cluster, ...rest });
        return value === null ? [] : [{ cluster, values: [value, 1] }];
      });
  const clusters = sumByCluster(valued);
  const estimate = sumsEstimate(clusters, {
    columns: 2,
    statistic: ([total, n]) => (n === 0 || n === undefined ? null : total! / n),
    random: stream(options, name, breakdown),
    resamples: options.resamples ?? RESAMPLES,
    bounds: name === "tokensPerAnswer" ? undefined : [0, 100],
  });
  const score = toScore(name, breakdown, valued.length, clusters.length, samples.length, {
    ...estimate,
    method: `mean, ${estimate.method}`,
  });
  return withheld === undefined ? score : { ...score, withheld };
}

function correlationScores(
  samples: readonly TraceSample[],
  metric: TraceMetric,
  arm: string | undefined,
  options: TraceScoreOptions,
): Score[] {
  if (metric === "traceGrade" && options.gradesWithheld !== undefined) return [];
  const tally = new Tally();
  for (const { funcSec } of samples) tally.add(funcSec);
  const judged = samples.filter(({ funcSec }) => funcSec === "pass" || funcSec === "fail");
  if (judged.length === 0) return [];
  const pairs: PairedValue[] = judged.flatMap((sample) => {
    const x = percent(sample, metric);
    return x === null ? [] : [{ cluster: sample.cluster, x, y: sample.funcSec === "pass" ? 1 : 0 }];
  });
  const clusters = new Set(pairs.map(({ cluster }) => cluster)).size;
  const breakdown = { kind: "correlation", ...(arm !== undefined && { arm }), metric, with: "funcSec" };
  const random = () => stream(options, "correlation", breakdown);
  const resamples = options.resamples ?? RESAMPLES;
  const linear = pearson(pairs, random(), resamples);
  // Of two variables with two values each, ranks say the same as values.
  const binary = new Set(pairs.map(({ x }) => x)).size <= 2;
  const ranked = binary ? linear : spearman(pairs, random(), resamples);
  return [
    { name: "pointBiserial", estimate: linear },
    { name: "spearman", estimate: ranked },
  ].map(({ name, estimate }) => {
    const withheld = tally.withheld;
    const shown = withheld === undefined ? estimate : WITHHELD;
    const method =
      shown.value === null && withheld === undefined
        ? "no value: a variable does not vary"
        : `correlation, ${shown.method}`;
    const score = toScore(name, breakdown, pairs.length, clusters, judged.length, { ...shown, method });
    const excluded = { ...score.excluded, error: tally.error };
    return withheld === undefined ? { ...score, excluded } : { ...score, excluded, withheld };
  });
}

function stream(options: TraceScoreOptions, name: string, breakdown: object): Random {
  return seededRandom(JSON.stringify([options.seed ?? 0, name, breakdown]));
}

function toScore(
  name: string,
  breakdown: Record<string, string>,
  n: number,
  clusters: number,
  of: number,
  { value, interval, method }: Estimate,
): Score {
  return { name, value, n, clusters, interval, method, breakdown, excluded: { error: 0, skip: of - n } };
}
