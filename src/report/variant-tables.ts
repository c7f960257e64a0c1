import { METRICS, type Metric } from "../algorithms/scoring/metric.ts";
import { METRIC_TITLES } from "./comparison.ts";
import { count, decimal, interval, pValue } from "./format.ts";
import { gainTable, transferTable } from "./gain-tables.ts";
import type { ReportInput } from "./report-input.ts";
import type { TextCell, TextGroup, TextTable } from "./text-table.ts";
import { markedChange, valueCell } from "./variant-cells.ts";
import {
  type SliceKind,
  type VariantCell,
  type VariantComparison,
  variantComparisons,
  variantScore,
} from "./variant-comparisons.ts";
import { variantReasoningTable } from "./variant-reasoning.ts";

/**
 * First what is read at a glance: what is gained over the untouched model, between parts of the data and by split, and how the variants
 * reason. Then what each change does, a table per reference: a row per arm and metric, a column per slice, the reference's own values first.
 */
export function variantTables(input: ReportInput): TextTable[] {
  const changes = (by: SliceKind) =>
    variantComparisons(input, by)
      .filter(({ reference }) => reference !== input.headline.before)
      .map((comparison) => variantTable(input, comparison, by));
  const tables = [
    transferTable(input),
    gainTable(input),
    variantReasoningTable(input),
    ...changes("split"),
    ...changes("group"),
  ];
  return tables.filter((table) => table !== null);
}

function variantTable(
  input: ReportInput,
  { reference, family, tests, rows }: VariantComparison,
  by: SliceKind,
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
    valueCell(variantScore(input.scores, { [by]: slice, metric, arm: reference })),
  );
  const answers = (slice: string) => {
    const score = variantScore(input.scores, { [by]: slice, metric: "func", arm: reference });
    return score === undefined ? "–" : `${count(score.n)} (${count(score.clusters)})`;
  };
  const sizes = { ...own, rows: [["n (keys)", ...slices.map(answers)], ...own.rows] };
  const others = rows.map(({ arm, cells }) =>
    group(arm, (metric, slice) => changeCell(cells.find((it) => it.slice === slice && it.metric === metric))),
  );
  const what = by === "split" ? "" : " on groups of tasks";
  return {
    title: `What each change does: compared with ${reference}${what}`,
    caption: `In %; below each value the paired change against ${reference} with its 95 % interval clustered on keys, and the p-value adjusted by Holm over the ${count(tests)} tests of the family “${family}”. ▲ ▼ mark changes whose interval excludes zero.`,
    header: ["variant", ...slices.map(title)],
    groups: [sizes, ...others],
  };
}

function changeCell(cell: VariantCell | undefined): TextCell {
  if (cell === undefined) return "–";
  const { score, difference, adjusted } = cell;
  if (score?.withheld !== undefined || difference?.withheld !== undefined) return "withheld";
  return {
    main: decimal(score?.value),
    small: [`${markedChange(difference)} ${interval(difference)}`.trim(), pValue(adjusted)],
  };
}
