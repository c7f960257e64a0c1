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
      "Corrected: the share of answers that are weak, in %, estimated from what the analyzer reported and its sensitivity and specificity (below it; Rogan–Gladen), with 95 % intervals that carry the uncertainty of both.",
      `Calibrated on code ${truth} (${calibration.name}, revision ${calibration.revision}).`,
      "Where the tasks name their CWEs and all of these were calibrated on, only these count, else all CWEs of the language. It holds as far as the answers are weak in the same ways as the code that was calibrated on; nothing else in this report is corrected.",
    ].join(" "),
    header: ["split", ...input.arms.map(({ name }) => armTitle(input, name))],
    groups: [...groups.values()].map((group) => {
      const { analyzer = "", language = "" } = group[0]!.breakdown;
      return {
        title: `${analyzer}, ${language}`,
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

function cell(scores: readonly Score[], labels: Readonly<Record<string, string>>): TextCell {
  const own = scores.filter(({ breakdown }) =>
    Object.entries(labels).every(([label, value]) => breakdown[label] === value),
  );
  const of = (kind: string) => own.filter(({ breakdown }) => breakdown.kind === kind);
  const [corrected] = of("corrected");
  const [reported] = of("analyzed");
  if (corrected === undefined || reported === undefined) return "–";
  if (reported.withheld !== undefined) return { main: "withheld", small: [reported.withheld] };
  const told = `reported ${withInterval(reported)} of ${count(reported.n)}`;
  const accuracy = of("accuracy");
  const used = accuracy.map((score) => `${score.name} ${withInterval(score)} on ${count(score.n)}`);
  const basis = used.length === 0 ? [] : [`${used.join(", ")} (${accuracy[0]!.breakdown.of})`];
  if (corrected.withheld === undefined) return { main: withInterval(corrected), small: [told, ...basis] };
  return { main: "withheld", small: [corrected.withheld, told, ...basis] };
}

function withInterval(score: Score): string {
  return `${decimal(score.value)} ${interval(score)}`.trim();
}
