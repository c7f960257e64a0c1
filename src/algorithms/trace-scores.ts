import type { Verdict } from "../core/judgement.ts";
import type { Score } from "../core/score.ts";
import { isCounted } from "./scoring/metric.ts";
import { Tally, toScore, WITHHELD } from "./scoring/tally.ts";
import { type Estimate, RESAMPLES } from "./statistics/bootstrap.ts";
import { type PairedValue, pearson, spearman } from "./statistics/correlation.ts";
import { type Random, seededRandom } from "./statistics/random.ts";
import { sumByCluster, sumsEstimate } from "./statistics/sums.ts";

/**
 * A number; `skip` where the task has nothing to measure (no CWE, or none with keywords); `error` where it is not known: the request
 * was refused, or the judge gave no grade.
 */
export type Measured = number | "error" | "skip";

/** Names of the trace metrics in scores, in display order. */
export const TRACE_METRICS = ["securityMentioned", "keywordCoverage", "traceGrade"] as const;
export type TraceMetric = (typeof TRACE_METRICS)[number];

/** What is known of one answer and its reasoning, or of the place that it left empty. */
export interface TraceSample extends Readonly<Record<TraceMetric | "tokensPerAnswer", Measured>> {
  readonly arm: string;
  readonly split: string;
  readonly cluster: string;
  readonly funcSec: Verdict;
}

export interface TraceScoreOptions {
  /** Why no grades are shown, whatever there is; undefined: they are. */
  readonly gradesWithheld?: string | undefined;
  readonly seed?: number | undefined;
  readonly resamples?: number | undefined;
}

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
    return [...TRACE_METRICS, "tokensPerAnswer" as const].map((name) =>
      meanScore(slice, name, breakdown, options),
    );
  });
  const byArm = Map.groupBy(samples, ({ arm }) => arm);
  const groups: [string | undefined, readonly TraceSample[]][] = [...byArm];
  if (byArm.size > 1) groups.unshift([undefined, samples]);
  const correlations = groups.flatMap(([arm, group]) =>
    TRACE_METRICS.flatMap((metric) => correlationScores(group, metric, arm, options)),
  );
  return [...means, ...correlations];
}

function meanScore(
  samples: readonly TraceSample[],
  name: TraceMetric | "tokensPerAnswer",
  breakdown: Record<string, string>,
  options: TraceScoreOptions,
): Score {
  const withheld = name === "traceGrade" ? options.gradesWithheld : undefined;
  const tally = new Tally();
  const valued = samples.flatMap(({ cluster, [name]: measured }) => {
    const value = withheld === undefined ? measured : "skip";
    tally.add(verdictOf(value));
    return typeof value === "number" ? [{ cluster, values: [value, 1] }] : [];
  });
  const clusters = sumByCluster(valued);
  const estimate = tally.withheld
    ? WITHHELD
    : sumsEstimate(clusters, {
        columns: 2,
        statistic: ([total, n]) => (n === 0 || n === undefined ? null : total! / n),
        random: stream(options, name, breakdown),
        resamples: options.resamples ?? RESAMPLES,
        bounds: name === "tokensPerAnswer" ? undefined : [0, 100],
      });
  const method = `mean, ${estimate.method}`;
  const score = toScore(name, breakdown, tally, clusters.length, { ...estimate, method });
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
  const pairs: PairedValue[] = samples.flatMap(({ cluster, funcSec, [metric]: x }) => {
    // A side that its task does not have is no fault, whatever the other is: there was no pair to be had.
    const sides = [verdictOf(x), funcSec];
    tally.add(sides.includes("skip") ? "skip" : sides.includes("error") ? "error" : "pass");
    if (typeof x !== "number" || !isCounted(funcSec)) return [];
    return [{ cluster, x, y: funcSec === "pass" ? 1 : 0 }];
  });
  // Nothing of it has both sides, and nothing was to have them: ordinary tasks alone.
  if (tally.judged + tally.error === 0) return [];
  const clusters = new Set(pairs.map(({ cluster }) => cluster)).size;
  const breakdown = { kind: "correlation", ...(arm !== undefined && { arm }), metric, with: "funcSec" };
  return Object.entries(correlations(pairs, breakdown, options)).map(([name, found]) => {
    if (tally.withheld !== undefined) return toScore(name, breakdown, tally, clusters, WITHHELD);
    const method =
      found.value === null ? "no value: a variable does not vary" : `correlation, ${found.method}`;
    return toScore(name, breakdown, tally, clusters, { ...found, method });
  });
}

function correlations(
  pairs: readonly PairedValue[],
  breakdown: object,
  options: TraceScoreOptions,
): Record<"pointBiserial" | "spearman", Estimate> {
  const random = () => stream(options, "correlation", breakdown);
  const resamples = options.resamples ?? RESAMPLES;
  const pointBiserial = pearson(pairs, random(), resamples);
  // Of two variables with two values each, ranks say the same as values.
  const binary = new Set(pairs.map(({ x }) => x)).size <= 2;
  return { pointBiserial, spearman: binary ? pointBiserial : spearman(pairs, random(), resamples) };
}

/** How it counts in a tally: a number is in the denominator. */
function verdictOf(measured: Measured): Verdict {
  return typeof measured === "number" ? "pass" : measured;
}

function stream(options: TraceScoreOptions, name: string, breakdown: object): Random {
  return seededRandom(JSON.stringify([options.seed ?? 0, name, breakdown]));
}
