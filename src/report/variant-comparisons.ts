import { METRICS, type Metric } from "../algorithms/scoring/metric.ts";
import { holmAdjust } from "../algorithms/statistics/holm.ts";
import type { Score } from "../core/score.ts";
import { otherComparisons } from "./comparison.ts";
import type { ReportInput } from "./report-input.ts";

/** How tasks are sliced: by split, or by group of weaknesses or language. */
export type SliceKind = "split" | "group";

/** One arm against its reference on one slice (a split or a group of tasks). */
export interface VariantCell {
  readonly slice: string;
  readonly metric: Metric;
  readonly score: Score | undefined;
  readonly difference: Score | undefined;
  /** p-value adjusted by Holm over the comparison's family. */
  readonly adjusted: number | null;
}

export interface VariantRow {
  readonly arm: string;
  /** Training rows of its checkpoint. */
  readonly trainedRows: number | undefined;
  readonly cells: readonly VariantCell[];
}

/** Arms without a column in the headline's table, compared with a reference of their own, or with the untouched model. */
export interface VariantComparison {
  readonly reference: string;
  /** Name of the family of tests over which Holm's adjustment goes: all of this comparison. */
  readonly family: string;
  /** How many tests that are. */
  readonly tests: number;
  readonly rows: readonly VariantRow[];
}

/** One comparison per reference; the one with the untouched model, last, has the headline's own arm as well. */
export function variantComparisons(input: ReportInput, by: SliceKind): VariantComparison[] {
  const { before, after } = input.headline;
  const shown = new Set(input.arms.map(({ name }) => name));
  const pairs = otherComparisons(input).filter(({ to }) => !shown.has(to));
  const slices = by === "split" ? input.splits.map(({ name }) => name) : groupsOf(input.scores);
  if (slices.length === 0) return [];
  const arms = (reference: string, own: readonly { to: string }[]) => [
    ...(reference === before ? [after] : []),
    ...own.map(({ to }) => to),
  ];
  return [...Map.groupBy(pairs, ({ from }) => from)]
    .sort(([a], [b]) => Number(a === before) - Number(b === before))
    .map(([reference, own]) => {
      const rows = arms(reference, own).map((arm) => ({
        arm,
        trainedRows: input.trainedRows?.[arm],
        cells: slices.flatMap((slice) =>
          metricsOf(input, by, slice).map((metric) => ({
            slice,
            metric,
            score: variantScore(input.scores, { [by]: slice, metric, arm }),
            difference: variantScore(input.scores, {
              ...{ [by]: slice, metric, kind: "difference" },
              ...{ from: reference, to: arm },
            }),
          })),
        ),
      }));
      return { reference, family: `change against ${reference}, by ${by}`, ...withHolm(rows) };
    });
}

/** The score of a whole slice that bears these labels, or undefined. */
export function variantScore(
  scores: readonly Score[],
  labels: Readonly<Record<string, string>>,
): Score | undefined {
  const { metric, ...wanted } = labels;
  return scores.find(
    ({ name, breakdown }) =>
      name === metric &&
      breakdown.cwe === undefined &&
      breakdown.kind === wanted.kind &&
      Object.entries(wanted).every(([key, value]) => breakdown[key] === value),
  );
}

type Unadjusted = Omit<VariantRow, "cells"> & { readonly cells: readonly Omit<VariantCell, "adjusted">[] };

function withHolm(rows: readonly Unadjusted[]): Pick<VariantComparison, "tests" | "rows"> {
  const pValues = rows.flatMap(({ cells }) => cells.map(({ difference }) => difference?.pValue ?? null));
  const adjusted = holmAdjust(pValues);
  let next = 0;
  return {
    tests: pValues.filter((p) => p !== null).length,
    rows: rows.map((row) => ({
      ...row,
      cells: row.cells.map((cell) => ({ ...cell, adjusted: adjusted[next++] ?? null })),
    })),
  };
}

function metricsOf(input: ReportInput, by: SliceKind, slice: string): readonly Metric[] {
  const split = by === "split" ? input.splits.find(({ name }) => name === slice) : undefined;
  return split?.security === false ? ["func"] : METRICS;
}

function groupsOf(scores: readonly Score[]): string[] {
  const groups = new Map<string, boolean>();
  for (const { breakdown, n } of scores) {
    const { group } = breakdown;
    if (group !== undefined) groups.set(group, (groups.get(group) ?? false) || n > 0);
  }
  return [...groups].filter(([, filled]) => filled).map(([group]) => group);
}
