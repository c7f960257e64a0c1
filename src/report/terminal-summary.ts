import type { Score } from "../core/score.ts";
import { armTitle, type ComparisonRow, direction, headlineGroups, METRIC_TITLES } from "./comparison.ts";
import { decimal, interval, pValue, signed } from "./format.ts";
import type { ReportInput } from "./report-input.ts";
import { columns, fold } from "./text-columns.ts";
import { visibleLine } from "./visible-text.ts";

/**
 * The headline for a terminal, without colours: per split and metric before, after and the paired change with its interval.
 * Fits 60 columns; wider terminals also get the untouched model under the security prompt, where the run has that arm, and then the
 * p-values. Ends without a line feed.
 */
export function terminalSummary(
  input: Pick<ReportInput, "arms" | "headline" | "splits" | "scores" | "demonstration">,
  width = 80,
): string {
  const { before, after, prompted } = input.headline;
  const between = input.arms.filter(({ name }) => name === prompted && width >= 64);
  const shown = [before, ...between.map(({ name }) => name), after];
  const title = (arm: string) => visibleLine(armTitle(input, arm));
  const beside = between.map(({ name }) => ` beside ${title(name)}`).join("");
  const lines = fold(`${title(before)} → ${title(after)}${beside}, in %`, width);
  const wide = width >= (between.length > 0 ? 74 : 72);
  const header = ["", "before", ...between.map(() => "prompted"), "after", "change", ""];
  const body: string[][] = [wide ? [...header, "p"] : header];
  const titles = new Map<number, string>();
  for (const group of headlineGroups(input as ReportInput)) {
    titles.set(body.length, `${visibleLine(group.split.title)}  (n ${group.n}, ${group.keys} keys)`);
    for (const row of group.rows) {
      const cells = rowCells(row, shown);
      body.push(wide ? [...cells, pValue(row.adjusted).replace(/^p\s(=\s)?/, "")] : cells);
    }
  }
  const align = ["left", ...shown.map(() => "right"), "right", "left", "right"] as ("left" | "right")[];
  columns(body, align).forEach((line, i) => {
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

function rowCells(row: ComparisonRow, shown: readonly string[]): string[] {
  const of = (arm: string) => row.arms.find((it) => it.arm === arm)?.score;
  const mark = { up: " ▲", down: " ▼", unclear: "  " }[direction(row.difference)];
  return [
    METRIC_TITLES[row.metric].title,
    ...shown.map((arm) => rate(of(arm))),
    row.difference?.withheld === undefined ? `${signed(row.difference?.value)}${mark}` : "withheld",
    interval(row.difference),
  ];
}

function rate(score: Score | undefined): string {
  return score?.withheld === undefined ? decimal(score?.value) : "withheld";
}
