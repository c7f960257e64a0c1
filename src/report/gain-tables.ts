import type { Metric } from "../algorithms/scoring/metric.ts";
import { METRIC_TITLES } from "./comparison.ts";
import { count, decimal, interval, pValue } from "./format.ts";
import type { ReportInput } from "./report-input.ts";
import type { TextCell, TextTable } from "./text-table.ts";
import { markedChange, valueCell } from "./variant-cells.ts";
import {
  type SliceKind,
  type VariantCell,
  type VariantComparison,
  type VariantRow,
  variantComparisons,
  variantScore,
} from "./variant-comparisons.ts";

/** Gain of every variant over the untouched model: a row each, a column per split, for FuncSec and Func. */
export function gainTable(input: ReportInput): TextTable | null {
  const comparison = gains(input, "split");
  if (comparison === undefined) return null;
  const { reference, rows } = comparison;
  return {
    title: `What each variant gains over ${reference}`,
    caption: `Paired change in points against ${reference} with its 95 % interval clustered on keys, ${holm(comparison)}`,
    header: ["variant", ...input.splits.map(({ title }) => title)],
    groups: (["funcSec", "func"] as const).map((metric) => ({
      title: METRIC_TITLES[metric].title,
      rows: rows.map((row) => [
        row.arm,
        ...input.splits.map(({ name }) => gainCell(cellOf(row, name, metric))),
      ]),
    })),
  };
}

/** What arms trained on a part of the tasks gain on each group of tasks, beside the one trained on all; null where there are none. */
export function transferTable(input: ReportInput): TextTable | null {
  const comparison = gains(input, "group");
  const { after, partialPrefix } = input.headline;
  if (comparison === undefined || partialPrefix === undefined) return null;
  const { reference } = comparison;
  const rows = comparison.rows.filter(({ arm }) => arm === after || arm.startsWith(partialPrefix));
  if (rows.length < 2) return null;
  const groups = [...new Set(rows[0]!.cells.map(({ slice }) => slice))];
  const base = groups.map((group) =>
    variantScore(input.scores, { group, metric: "funcSec", arm: reference }),
  );
  return {
    title: "Transfer: trained on a part, measured on every group",
    caption: `FuncSec in %; below it the paired change against ${reference}, which is trained on nothing, with its 95 % interval clustered on keys, ${holm(comparison)}`,
    header: ["trained on", ...groups],
    groups: [
      {
        rows: [
          [
            "n (keys)",
            ...base.map((score) => (score ? `${count(score.n)} (${count(score.clusters)})` : "–")),
          ],
          [reference, ...base.map((score) => valueCell(score))],
          ...rows.map((row) => [nameOf(row, after), ...groups.map((group) => transferCell(row, group))]),
        ],
      },
    ],
  };
}

function gains(input: ReportInput, by: SliceKind): VariantComparison | undefined {
  return variantComparisons(input, by).find(({ reference }) => reference === input.headline.before);
}

function holm({ tests, family }: VariantComparison): string {
  return `and the p-value adjusted by Holm over the ${count(tests)} tests of the family “${family}”, SecRatio's included (report.json has all). ▲ ▼ mark changes whose interval excludes zero.`;
}

function nameOf({ arm, trainedRows }: VariantRow, all: string): string {
  const name = arm === all ? `${arm} (all tasks)` : arm;
  return trainedRows === undefined ? name : `${name}, ${count(trainedRows)} training rows`;
}

function transferCell(row: VariantRow, group: string): TextCell {
  const cell = cellOf(row, group, "funcSec");
  const gain = gainCell(cell);
  if (typeof gain === "string") return gain;
  const { main: change, small } = gain;
  const [range = "", p = ""] = small;
  return { main: decimal(cell?.score?.value), small: [`change ${change} ${range}`, p] };
}

function gainCell(cell: VariantCell | undefined): TextCell {
  const difference = cell?.difference;
  if (difference === undefined) return "–";
  if (difference.withheld !== undefined || cell?.score?.withheld !== undefined) return "withheld";
  return {
    main: markedChange(difference),
    small: [interval(difference), pValue(cell?.adjusted)],
  };
}

function cellOf({ cells }: VariantRow, slice: string, metric: Metric): VariantCell | undefined {
  return cells.find((cell) => cell.slice === slice && cell.metric === metric);
}
