import type { Score } from "../core/score.ts";
import { armTitle } from "./comparison.ts";
import { count, decimal, interval } from "./format.ts";
import type { ReportInput } from "./report-input.ts";
import type { TextCell, TextTable } from "./text-table.ts";

/** What analyzers say of the arms, corrected for how far each can be believed; null where no calibration was given. */
export function correctedTable(input: ReportInput): TextTable | null {
  const { calibration, extraScores = [] } = input;
  const corrected = extraScores.filter(({ breakdown }) => breakdown.kind === "corrected");
  if (calibration === undefined || corrected.length === 0) return null;
  const truth =
    calibration.truth === "executed"
      ? "whose exploits were executed"
      : "before and after the commit that repaired it";
  const groups = Map.groupBy(corrected, ({ breakdown: it }) => JSON.stringify([it.analyzer, it.language]));
  return {
    title: "Weak answers by analyzers, corrected",
    caption: [
      "Corrected: the share of answers that are weak, in %, estimated from what the analyzer reported (below it) and its sensitivity and specificity (Rogan–Gladen), with 95 % intervals that carry the uncertainty of both.",
      `Calibrated on code ${truth} (${calibration.name}, revision ${calibration.revision}).`,
      "It holds as far as the answers' weaknesses are such as the analyzer was calibrated on; nothing else in this report is corrected.",
    ].join(" "),
    header: ["split", ...input.arms.map(({ name }) => armTitle(input, name))],
    groups: [...groups.values()].map((group) => {
      const { analyzer = "", language = "" } = group[0]!.breakdown;
      return {
        title: `${analyzer}, ${language}`,
        note: accuracy(extraScores, analyzer, language),
        rows: splitsOf(input, group).map(({ name, title }): TextCell[] => [
          title,
          ...input.arms.map(({ name: arm }) => cell(extraScores, { arm, analyzer, split: name, language })),
        ]),
      };
    }),
  };
}

/** Splits in the report's order; a split that the benchmark does not name stands by its own name. */
function splitsOf(input: ReportInput, scores: readonly Score[]): { name: string; title: string }[] {
  const names = new Set(scores.flatMap(({ breakdown }) => breakdown.split ?? []));
  const known = input.splits.filter(({ name }) => names.has(name));
  for (const { name } of known) names.delete(name);
  return [...known, ...[...names].map((name) => ({ name, title: name }))];
}

/** Sensitivity and specificity that were used, where the calibration fitted. */
function accuracy(scores: readonly Score[], analyzer: string, language: string): string | undefined {
  const own = scores.filter(
    ({ breakdown: it }) =>
      it.kind === "calibration" && it.match === "any" && it.analyzer === analyzer && it.language === language,
  );
  const told = own.map((score) => {
    const { name, value, n } = score;
    return `${name} ${decimal(value)} ${interval(score)} on ${count(n)}`;
  });
  return told.length === 0 ? undefined : told.join(", ");
}

function cell(scores: readonly Score[], labels: Readonly<Record<string, string>>): TextCell {
  const find = (kind: string) =>
    scores.find(
      ({ breakdown }) =>
        breakdown.kind === kind &&
        Object.entries(labels).every(([label, value]) => breakdown[label] === value),
    );
  const corrected = find("corrected");
  const reported = find("analyzed");
  if (corrected === undefined || reported === undefined) return "–";
  const below =
    reported.withheld ?? `reported ${decimal(reported.value)} ${interval(reported)} of ${count(reported.n)}`;
  if (corrected.withheld === undefined) {
    return { main: `${decimal(corrected.value)} ${interval(corrected)}`.trim(), small: [below] };
  }
  const small = corrected.withheld === below ? [below] : [corrected.withheld, below];
  return { main: "withheld", small };
}
