import type { Score } from "../core/score.ts";
import { METRICS, type Metric } from "./scoring/metric.ts";

/** Percentages of one split; `null` where the metric has no meaning or is withheld. `keys` = distinct clusters. */
export type HeadlineRow = Record<Metric, number | null> & { n: number; keys: number };
export type HeadlineDelta = { value: number | null; low: number | null; high: number | null };

export type HeadlineDeltas = Record<string, Record<Metric, HeadlineDelta>>;

/** What `quickstart --json` prints of a run: before, after and their paired difference, per split. */
export interface Headline {
  readonly before: Record<string, HeadlineRow>;
  readonly after: Record<string, HeadlineRow>;
  readonly delta: HeadlineDeltas;
  /** The untouched model under the security prompt; absent where the run has no such arm. */
  readonly prompted?: Record<string, HeadlineRow>;
  /** Paired difference from it to after: whether training gives at least what the prompt gives. */
  readonly deltaFromPrompted?: HeadlineDeltas;
}

/** Names of the arms of a headline. */
export interface HeadlineArms {
  readonly before: string;
  readonly after: string;
  /** The untouched model under the security prompt, which a run may have or not. */
  readonly prompted?: string | undefined;
}

/** Picks the headline of its arms out of their scores, with all digits. */
export function headline(scores: readonly Score[], { before, after, prompted }: HeadlineArms): Headline {
  const splits = new Set(
    scores.flatMap(({ breakdown: { arm, split, cwe } }) =>
      split !== undefined && cwe === undefined && (arm === before || arm === after) ? [split] : [],
    ),
  );
  const rows = (arm: string) =>
    Object.fromEntries([...splits].map((split) => [split, headlineRow(scores, arm, split)]));
  const deltas = (from: string) =>
    Object.fromEntries([...splits].map((split) => [split, headlineDelta(scores, from, after, split)]));
  const both = { before: rows(before), after: rows(after), delta: deltas(before) };
  if (prompted === undefined || !scores.some(({ breakdown }) => breakdown.arm === prompted)) return both;
  return { ...both, prompted: rows(prompted), deltaFromPrompted: deltas(prompted) };
}

/** The score of one arm on a whole split, or undefined. */
export function armScore(
  scores: readonly Score[],
  arm: string,
  split: string,
  metric: string,
  cwe?: string,
): Score | undefined {
  return scores.find(
    ({ name, breakdown: it }) =>
      name === metric && it.kind === undefined && it.arm === arm && it.split === split && it.cwe === cwe,
  );
}

/** The paired difference of two arms on a split, or undefined. */
export function differenceOf(
  scores: readonly Score[],
  from: string,
  to: string,
  split: string,
  metric: string,
  cwe?: string,
): Score | undefined {
  return scores.find(
    ({ name, breakdown: it }) =>
      name === metric &&
      it.kind === "difference" &&
      it.from === from &&
      it.to === to &&
      it.split === split &&
      it.cwe === cwe,
  );
}

function headlineRow(scores: readonly Score[], arm: string, split: string): HeadlineRow {
  const [func, funcSec, secRatio] = METRICS.map((metric) => armScore(scores, arm, split, metric));
  return {
    func: func?.value ?? null,
    funcSec: funcSec?.value ?? null,
    secRatio: secRatio?.value ?? null,
    n: func?.n ?? 0,
    keys: func?.clusters ?? 0,
  };
}

function headlineDelta(
  scores: readonly Score[],
  before: string,
  after: string,
  split: string,
): Record<Metric, HeadlineDelta> {
  const of = (metric: Metric): HeadlineDelta => {
    const score = differenceOf(scores, before, after, split, metric);
    return {
      value: score?.value ?? null,
      low: score?.interval?.low ?? null,
      high: score?.interval?.high ?? null,
    };
  };
  return { func: of("func"), funcSec: of("funcSec"), secRatio: of("secRatio") };
}
