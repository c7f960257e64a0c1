import { armScore, differenceOf } from "../algorithms/headline.ts";
import { METRICS, type Metric } from "../algorithms/scoring/metric.ts";
import { holmAdjust } from "../algorithms/statistics/holm.ts";
import type { Score } from "../core/score.ts";
import type { ReportInput, ReportSplit } from "./report-input.ts";

/** How metrics are called in tables. */
export const METRIC_TITLES: Readonly<Record<Metric, { title: string; meaning: string }>> = {
  func: { title: "Func", meaning: "functionally right" },
  funcSec: { title: "FuncSec", meaning: "right and secure" },
  secRatio: { title: "SecRatio", meaning: "secure if right" },
};

/** A paired difference as tables show it. */
export interface Change {
  readonly difference: Score | undefined;
  /** p-value adjusted by Holm over the same differences of the table. */
  readonly adjusted: number | null;
}

/** One metric on one split or CWE: a score per arm and the paired difference of two of them. */
export interface ComparisonRow extends Change {
  readonly metric: Metric;
  readonly arms: readonly { readonly arm: string; readonly score: Score | undefined }[];
  /** From the untouched model under the security prompt to the last arm; in the headline's table, where the run has that arm. */
  readonly fromPrompted?: Change | undefined;
}

export interface ComparisonGroup {
  readonly split: ReportSplit;
  readonly cwe?: string | undefined;
  /** Answers judged, and clusters among them, in the first arm that has any. */
  readonly n: number;
  readonly keys: number;
  readonly rows: readonly ComparisonRow[];
}

/** The headline table: all splits, all arms, differences before → after and prompted → after. */
export function headlineGroups(input: ReportInput): ComparisonGroup[] {
  const { before, after } = input.headline;
  const groups = comparisonGroups(input, before, after);
  const prompted = promptedArm(input);
  if (prompted === undefined) return groups;
  const beside = comparisonGroups(input, prompted, after);
  return groups.map((one, at) => ({
    ...one,
    rows: one.rows.map((row, metric) => ({ ...row, fromPrompted: beside[at]!.rows[metric]! })),
  }));
}

/** The arm of the untouched model under the security prompt, where it has a column beside before and after. */
export function promptedArm({ arms, headline }: Pick<ReportInput, "arms" | "headline">): string | undefined {
  const { before, after, prompted } = headline;
  return arms.find(({ name }) => name === prompted && name !== before && name !== after)?.name;
}

/** Above that table: few tasks bear a CWE, and p is adjusted over all of its many rows, so only the intervals tell something. */
export const CWE_CAPTION =
  "By CWE and split; few keys each, so intervals are wide, and p, adjusted for this many tests, can hardly fall";

/** The same table by CWE. */
export function cweGroups(input: ReportInput): ComparisonGroup[] {
  const { before, after } = input.headline;
  const groups = input.splits.flatMap((split) =>
    cwesOf(input, split.name).map((cwe) => group(input, split, before, after, cwe)),
  );
  return withHolm(groups);
}

/** Heads the column of changes from the untouched model under the security prompt to the last arm. */
export function againstPrompted(input: ReportInput): string {
  return `against ${armTitle(input, promptedArm(input) ?? "")}`;
}

/** Pairs of arms that were compared besides the headline's: with its last arm, or with a reference of their own. */
export function otherComparisons(input: ReportInput): { from: string; to: string }[] {
  const { before, after } = input.headline;
  const prompted = promptedArm(input);
  const seen = new Map<string, { from: string; to: string }>();
  for (const { breakdown: it } of input.scores) {
    if (it.kind !== "difference" || it.from === undefined || it.to === undefined) continue;
    if (it.to === after && (it.from === before || it.from === prompted)) continue;
    seen.set(JSON.stringify([it.from, it.to]), { from: it.from, to: it.to });
  }
  return [...seen.values()];
}

/** Those of them between arms that have a column; the others are variants with a table of their own. */
export function shownComparisons(input: ReportInput): { from: string; to: string }[] {
  const shown = new Set(input.arms.map(({ name }) => name));
  return otherComparisons(input).filter(({ from, to }) => shown.has(from) && shown.has(to));
}

/** Differences of one such pair on the whole splits. */
export function comparisonGroups(input: ReportInput, from: string, to: string): ComparisonGroup[] {
  return withHolm(input.splits.map((split) => group(input, split, from, to)));
}

export function armTitle(input: Pick<ReportInput, "arms">, name: string): string {
  return input.arms.find((arm) => arm.name === name)?.title ?? name;
}

/** Whether the interval lies above, below or across zero. */
export function direction(difference: Score | undefined): "up" | "down" | "unclear" {
  if (!difference?.interval) return "unclear";
  if (difference.interval.low > 0) return "up";
  return difference.interval.high < 0 ? "down" : "unclear";
}

function group(
  input: ReportInput,
  split: ReportSplit,
  from: string,
  to: string,
  cwe?: string,
): ComparisonGroup {
  const metrics: readonly Metric[] = split.security ? METRICS : ["func"];
  const rows = metrics.map((metric) => ({
    metric,
    arms: input.arms.map(({ name }) => ({
      arm: name,
      score: armScore(input.scores, name, split.name, metric, cwe),
    })),
    difference: differenceOf(input.scores, from, to, split.name, metric, cwe),
    adjusted: null,
  }));
  const first = rows[0]!.arms.find(({ score }) => score !== undefined && score.n > 0)?.score;
  return { split, cwe, n: first?.n ?? 0, keys: first?.clusters ?? 0, rows };
}

function withHolm(groups: readonly ComparisonGroup[]): ComparisonGroup[] {
  const adjusted = holmAdjust(
    groups.flatMap(({ rows }) => rows.map(({ difference }) => difference?.pValue ?? null)),
  );
  let next = 0;
  return groups.map((it) => ({
    ...it,
    rows: it.rows.map((row) => ({ ...row, adjusted: adjusted[next++] ?? null })),
  }));
}

function cwesOf(input: ReportInput, split: string): string[] {
  const cwes = new Set<string>();
  for (const { breakdown } of input.scores) {
    if (breakdown.split === split && breakdown.cwe !== undefined) cwes.add(breakdown.cwe);
  }
  return [...cwes].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}
