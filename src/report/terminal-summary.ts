import type { Score } from "../core/score.ts";
import { armTitle, type ComparisonRow, direction, headlineGroups, METRIC_TITLES } from "./comparison.ts";
import { decimal, interval, pValue, signed } from "./format.ts";
import type { ReportInput } from "./report-input.ts";
import { columns, fold } from "./text-columns.ts";
import { visibleLine } from "./visible-text.ts";

/**
 * The headline for a terminal, without colours: per split and metric before, after and the paired change with its interval.
 * Fits 60 columns; wider terminals get the p-values on the same line. Ends without a line feed.
 */
export function terminalSummary(
  input: Pick<ReportInput, "arms" | "headline" | "splits" | "scores" | "demonstration">,
  width = 80,
): string {
  const { before, after } = input.headline;
  const names = `${visibleLine(armTitle(input, before))} → ${visibleLine(armTitle(input, after))}`;
  const lines = fold(`${names}, in %`, width);
  const wide = width >= 72;
  const header = ["", "before", "after", "change", ""];
  const body: string[][] = [wide ? [...header, "p"] : header];
  const titles = new Map<number, string>();
  for (const group of headlineGroups(input as ReportInput)) {
    titles.set(body.length, `${visibleLine(group.split.title)}  (n ${group.n}, ${group.keys} keys)`);
    for (const row of group.rows) {
      const cells = rowCells(row, before, after);
      body.push(wide ? [...cells, pValue(row.adjusted).replace(/^p\s(=\s)?/, "")] : cells);
    }
  }
  columns(body, ["left", "right", "right", "right", "left", "right"]).forEach((line, i) => {
    const title = titles.get(i);
    if (title !== undefined) lines.push(...fold(title, width));
    lines.push(`  ${line}`.trimEnd());
  });
  const withheld = input.scores.filter(
    ({ withheld: reason, breakdown }) => reason !== undefined && breakdown.cwe === undefined,
  );
  if (withheld.length > 0) {
    lines.push(
      ...fold(
        `${withheld.length} scores are withheld: more than 1 % of their answers have no verdict.`,
        width,
      ),
    );
  }
  if (input.demonstration) {
    lines.push(...fold("Embedded model: a demonstration of the pipeline, not a research result.", width));
  }
  return lines.join("\n");
}

function rowCells(row: ComparisonRow, before: string, after: string): string[] {
  const of = (arm: string) => row.arms.find((it) => it.arm === arm)?.score;
  const mark = { up: " ▲", down: " ▼", unclear: "  " }[direction(row.difference)];
  return [
    METRIC_TITLES[row.metric].title,
    rate(of(before)),
    rate(of(after)),
    row.difference?.withheld === undefined ? `${signed(row.difference?.value)}${mark}` : "withheld",
    interval(row.difference),
  ];
}

function rate(score: Score | undefined): string {
  return score?.withheld === undefined ? decimal(score?.value) : "withheld";
}
