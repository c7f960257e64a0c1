import { METRICS, type Metric } from "../algorithms/scoring/metric.ts";
import { holmAdjust } from "../algorithms/statistics/holm.ts";
import type { Score } from "../core/score.ts";
import { direction, METRIC_TITLES, otherComparisons } from "./comparison.ts";
import { count, decimal, interval, pValue, signed } from "./format.ts";
import type { ReportInput } from "./report-input.ts";
import type { TextCell, TextGroup, TextTable } from "./text-table.ts";

/** One arm against its reference on one slice (a split or a group of tasks). */
export interface VariantCell {
  readonly slice: string;
  readonly metric: Metric;
  readonly score: Score | undefined;
  readonly difference: Score | undefined;
  /** p-value adjusted by Holm over the whole table. */
  readonly adjusted: number | null;
}

export interface VariantRow {
  readonly arm: string;
  /** Training rows of its checkpoint. */
  readonly trainedRows: number | undefined;
  readonly cells: readonly VariantCell[];
}

/** Arms without a column in the headline's table, compared with a reference of their own: the table of ablations. */
export interface VariantComparison {
  readonly reference: string;
  readonly rows: readonly VariantRow[];
}

/** One comparison per reference, by split (`split`) or by group of weaknesses or language (`group`). */
export function variantComparisons(input: ReportInput, by: "split" | "group"): VariantComparison[] {
  const shown = new Set(input.arms.map(({ name }) => name));
  const pairs = otherComparisons(input).filter(({ to }) => !shown.has(to));
  const slices = by === "split" ? input.splits.map(({ name }) => name) : groupsOf(input.scores);
  if (slices.length === 0) return [];
  return [...Map.groupBy(pairs, ({ from }) => from)].map(([reference, own]) => {
    const rows = own.map(({ to }) => ({
      arm: to,
      trainedRows: input.trainedRows?.[to],
      cells: slices.flatMap((slice) =>
        metricsOf(input, by, slice).map((metric) => ({
          slice,
          metric,
          score: find(input.scores, { [by]: slice, metric, arm: to }),
          difference: find(input.scores, { [by]: slice, metric, kind: "difference", from: reference, to }),
        })),
      ),
    }));
    const adjusted = holmAdjust(
      rows.flatMap(({ cells }) => cells.map(({ difference }) => difference?.pValue ?? null)),
    );
    let next = 0;
    return {
      reference,
      rows: rows.map((row) => ({
        ...row,
        cells: row.cells.map((cell) => ({ ...cell, adjusted: adjusted[next++] ?? null })),
      })),
    };
  });
}

/** The same as tables: a row per arm and metric, a column per slice, the reference's own values first. */
export function variantTables(input: ReportInput): TextTable[] {
  return (["split", "group"] as const).flatMap((by) =>
    variantComparisons(input, by).map((comparison) => variantTable(input, comparison, by)),
  );
}

function variantTable(
  input: ReportInput,
  { reference, rows }: VariantComparison,
  by: "split" | "group",
): TextTable {
  const slices = [...new Set(rows[0]!.cells.map(({ slice }) => slice))];
  const title = (slice: string) =>
    input.splits.find(({ name }) => by === "split" && name === slice)?.title ?? slice;
  const group = (arm: string, cell: (metric: Metric, slice: string) => TextCell): TextGroup => {
    const n = input.trainedRows?.[arm];
    return {
      title: arm,
      note: n === undefined ? undefined : `${count(n)} training rows`,
      rows: METRICS.map((metric) => [
        METRIC_TITLES[metric].title,
        ...slices.map((slice) => cell(metric, slice)),
      ]),
    };
  };
  const own = group(reference, (metric, slice) =>
    valueCell(find(input.scores, { [by]: slice, metric, arm: reference })),
  );
  const answers = (slice: string) => {
    const score = find(input.scores, { [by]: slice, metric: "func", arm: reference });
    return score === undefined ? "–" : `${count(score.n)} (${count(score.clusters)})`;
  };
  const sizes = { ...own, rows: [["n (keys)", ...slices.map(answers)], ...own.rows] };
  const others = rows.map(({ arm, cells }) =>
    group(arm, (metric, slice) => changeCell(cells.find((it) => it.slice === slice && it.metric === metric))),
  );
  const what = by === "split" ? "" : " on groups of tasks";
  return {
    title: `What each change does: compared with ${reference}${what}`,
    caption: `In %; below each value the paired change against ${reference} with its 95 % interval clustered on keys, and the p-value adjusted by Holm over the table. ▲ ▼ mark changes whose interval excludes zero.`,
    header: ["variant", ...slices.map(title)],
    groups: [sizes, ...others],
  };
}

function valueCell(score: Score | undefined): TextCell {
  if (score?.withheld !== undefined) return "withheld";
  return { main: decimal(score?.value), small: [interval(score)] };
}

function changeCell(cell: VariantCell | undefined): TextCell {
  if (cell === undefined) return "–";
  const { score, difference, adjusted } = cell;
  if (score?.withheld !== undefined || difference?.withheld !== undefined) return "withheld";
  const mark = { up: " ▲", down: " ▼", unclear: "" }[direction(difference)];
  const change =
    difference?.value === null || difference === undefined ? "" : `${signed(difference.value)}${mark}`;
  return {
    main: decimal(score?.value),
    small: [`${change} ${interval(difference)}`.trim(), pValue(adjusted)],
  };
}

function metricsOf(input: ReportInput, by: "split" | "group", slice: string): readonly Metric[] {
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

function find(scores: readonly Score[], labels: Readonly<Record<string, string>>): Score | undefined {
  const { metric, ...wanted } = labels;
  return scores.find(
    ({ name, breakdown }) =>
      name === metric &&
      breakdown.cwe === undefined &&
      breakdown.kind === wanted.kind &&
      Object.entries(wanted).every(([key, value]) => breakdown[key] === value),
  );
}
