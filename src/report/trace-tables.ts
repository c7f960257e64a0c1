import type { Score } from "../core/score.ts";
import { armTitle } from "./comparison.ts";
import { count, decimal } from "./format.ts";
import type { ReportInput } from "./report-input.ts";
import type { TextCell, TextTable } from "./text-table.ts";

const METRICS: Readonly<Record<string, string>> = {
  securityMentioned: "S: security named, %",
  keywordCoverage: "K: CWE keywords, %",
  traceGrade: "G: judge's grade, %",
  tokensPerAnswer: "tokens per answer",
};

/** How far the reasoning deals with security, and how that goes with FuncSec; empty where reasoning was not scored. */
export function traceTables(input: ReportInput): TextTable[] {
  const shown = new Set(input.arms.map(({ name }) => name));
  const scores = (input.extraScores ?? []).filter(
    ({ breakdown: { arm } }) => arm === undefined || shown.has(arm),
  );
  const means = scores.filter(({ breakdown }) => breakdown.kind === "trace");
  const correlations = scores.filter(({ breakdown }) => breakdown.kind === "correlation");
  return [
    ...(means.length > 0 ? [meanTable(input, means)] : []),
    ...(correlations.length > 0 ? [correlationTable(input, correlations)] : []),
  ];
}

function meanTable(input: ReportInput, scores: readonly Score[]): TextTable {
  const arms = labels(scores, "arm");
  const groups = labels(scores, "split").map((split) => ({
    title: input.splits.find((it) => it.name === split)?.title ?? split,
    rows: Object.entries(METRICS).flatMap(([name, title]): TextCell[][] => {
      const own = scores.filter((score) => score.name === name && score.breakdown.split === split);
      // K and G have no meaning on splits without CWEs.
      if (own.every(({ n, withheld }) => n === 0 && withheld === undefined)) return [];
      return [[title, ...arms.map((arm) => meanCell(own.find((it) => it.breakdown.arm === arm)))]];
    }),
  }));
  const ungraded = new Set(scores.flatMap((score) => (isUngraded(score) ? (score.withheld ?? []) : [])));
  return {
    title: "Reasoning",
    caption: [
      "Means over answers with 95 % intervals clustered on keys. S: the reasoning holds one of 17 security keywords; K: share of the task's CWEs of which it holds a keyword; G: a judge's grade from 0 to 4 of how well it deals with the weakness.",
      ...[...ungraded].map((reason) => `G is not shown: ${reason}.`),
    ].join(" "),
    header: ["metric", ...arms.map((arm) => armTitle(input, arm))],
    groups,
  };
}

function correlationTable(input: ReportInput, scores: readonly Score[]): TextTable {
  const byArm = Map.groupBy(scores, ({ breakdown }) => breakdown.arm);
  return {
    title: "Reasoning and FuncSec",
    caption: [
      "Correlation of each metric of the reasoning with FuncSec, answer by answer (−1 to 1; 95 % intervals clustered on keys). It says what goes together, not what causes what.",
      ...[...new Set(scores.flatMap((score) => score.withheld ?? []))].map(
        (reason) => `withheld: ${reason}.`,
      ),
    ].join(" "),
    header: ["metric", "point-biserial r", "Spearman's ρ", "n"],
    groups: [...byArm].map(([arm, own]) => ({
      title: arm === undefined ? "all arms together" : armTitle(input, arm),
      rows: [...Map.groupBy(own, ({ breakdown }) => breakdown.metric ?? "")].map(([metric, pair]) => {
        const of = (name: string) =>
          cell(
            pair.find((score) => score.name === name),
            2,
          );
        const title = (METRICS[metric] ?? metric).split(",")[0]!;
        return [title, of("pointBiserial"), of("spearman"), count(pair[0]!.n)];
      }),
    })),
  };
}

/** How often the filter's CWEs are the tasks' labels; null where no step says it. */
export function agreementTable(input: ReportInput): TextTable | null {
  const scores = (input.extraScores ?? []).filter(({ breakdown }) => breakdown.kind === "agreement");
  if (scores.length === 0) return null;
  const levels: Record<string, string> = {
    task: "any CWE at all (what the filter decides)",
    micro: "all CWEs, each mention counts",
    macro: "all CWEs, each CWE counts",
  };
  const groups = Map.groupBy(scores, ({ breakdown }) => breakdown.cwe ?? levels[breakdown.level!] ?? "");
  return {
    title: "Filter against labels",
    caption:
      "Precision: share of the classifier's CWEs that are labels. Recall: share of the labels that it found. In %, with 95 % intervals clustered on keys.",
    header: ["of", "precision", "n", "recall", "n"],
    groups: [
      {
        rows: [...groups].map(([title, group]) => {
          const of = (name: string) => group.find((score) => score.name === name);
          return [
            title,
            cell(of("precision")),
            count(of("precision")?.n ?? 0),
            cell(of("recall")),
            count(of("recall")?.n ?? 0),
          ];
        }),
      },
    ],
  };
}

function cell(score: Score | undefined, digits = 1): TextCell {
  if (score?.withheld !== undefined) return isUngraded(score) ? "skip" : "withheld";
  const { interval } = score ?? {};
  const range = interval ? `[${decimal(interval.low, digits)}, ${decimal(interval.high, digits)}]` : "";
  return { main: decimal(score?.value, digits), small: [range] };
}

/** Withheld not for its errors: a judge that was not there, or may not grade. */
function isUngraded({ withheld, excluded }: Score): boolean {
  return withheld !== undefined && excluded.error === 0;
}

function meanCell(score: Score | undefined): TextCell {
  const shown = cell(score);
  if (score === undefined || typeof shown === "string") return shown;
  return { ...shown, small: [...shown.small, `n ${count(score.n)}`] };
}

function labels(scores: readonly Score[], label: string): string[] {
  return [...new Set(scores.flatMap(({ breakdown }) => breakdown[label] ?? []))];
}
