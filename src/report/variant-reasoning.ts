import type { Score } from "../core/score.ts";
import { count, decimal } from "./format.ts";
import type { ReportInput } from "./report-input.ts";
import type { TextCell, TextTable } from "./text-table.ts";

/** How the arms of a run with variants reason, and at what length: a row each, a column per split; null without variants. */
export function variantReasoningTable(input: ReportInput): TextTable | null {
  const shown = new Set(input.arms.map(({ name }) => name));
  const means = (input.extraScores ?? []).filter(({ breakdown }) => breakdown.kind === "trace");
  const arms = [...new Set(means.flatMap(({ breakdown }) => breakdown.arm ?? []))];
  if (arms.every((arm) => shown.has(arm))) return null;
  const cell = (arm: string, split: string): TextCell => {
    const of = (metric: string) =>
      means.find(
        ({ name, breakdown: it, n }) => name === metric && it.arm === arm && it.split === split && n > 0,
      );
    const coverage = of("keywordCoverage");
    const tokens = of("tokensPerAnswer")?.value;
    return {
      main: `S ${told(of("securityMentioned"))}`,
      small: [
        // K has no meaning where tasks have no CWE.
        ...(coverage === undefined ? [] : [`K ${told(coverage)}`]),
        ...(tokens == null ? [] : [`${count(Math.round(tokens))} tokens`]),
      ],
    };
  };
  return {
    title: "How each variant reasons",
    caption:
      "Means over answers. S: the reasoning names security, in %; K: share of the task's CWEs of which it holds a keyword, in %; tokens per answer. Intervals are in report.json.",
    header: ["variant", ...input.splits.map(({ title }) => title)],
    groups: [{ rows: arms.map((arm) => [arm, ...input.splits.map(({ name }) => cell(arm, name))]) }],
  };
}

function told(score: Score | undefined): string {
  return score?.withheld === undefined ? decimal(score?.value) : "withheld";
}
