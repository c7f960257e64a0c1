import { armScore, differenceOf } from "../../src/algorithms/headline.ts";
import { TRACE_METRICS } from "../../src/algorithms/trace-scores.ts";
import type { RunRecord } from "../../src/core/run.ts";
import type { Score } from "../../src/core/score.ts";

/** What is read of a report.json of SecPI under every prompt. */
export interface PromptReport {
  readonly headline: { readonly arms: { readonly before: string; readonly after: string } };
  readonly arms: readonly { readonly name: string }[];
  readonly splits: readonly { readonly name: string }[];
  readonly scores: readonly Score[];
  readonly extraScores: readonly Score[];
  readonly run: RunRecord;
}

/** A number with its interval; null where it has no meaning or is withheld. */
interface Figure {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** One arm on one split. Rates, S, K and G in %. `change`: from this arm to the tuned model without a prompt, paired. */
export interface PromptRow
  extends Readonly<Record<"func" | "funcSec" | "secRatio" | "s" | "k" | "g" | "tokens", Figure>> {
  readonly n: number;
  readonly change?: Readonly<Record<"func" | "funcSec", Figure>>;
}

/** How a metric of the reasoning goes with FuncSec, answer by answer, over all splits with a security side. */
export interface PromptCorrelation {
  /** Absent: all arms together. */
  readonly arm?: string;
  readonly metric: string;
  readonly n: number;
  readonly pointBiserial: Figure;
  readonly spearman: Figure;
}

export interface PromptFigures {
  /** Whether the judge's grades count (G); `withheld`: why not. */
  readonly judge: { readonly auc: number | null; readonly withheld: string | null };
  readonly arms: Readonly<Record<string, Readonly<Record<string, PromptRow>>>>;
  readonly correlations: readonly PromptCorrelation[];
}

/** Names of the reasoning's metrics as the paper has them. */
export const LETTERS: Readonly<Record<string, string>> = {
  securityMentioned: "S",
  keywordCoverage: "K",
  traceGrade: "G",
};

/** The rounded figures of a run: every arm on every split, and the correlations of all arms together and of each. */
export function promptFigures(report: PromptReport): PromptFigures {
  const { extraScores, run, splits } = report;
  const arms = report.arms.map(({ name }) => name);
  const graded = extraScores.filter(({ name }) => name === "traceGrade");
  return {
    judge: {
      auc: run.steps.find(({ id }) => id === "trace-grades")?.stats["AUC on traces of known quality"] ?? null,
      withheld: graded.find(({ withheld }) => withheld !== undefined)?.withheld ?? null,
    },
    arms: Object.fromEntries(
      arms.map((arm) => [arm, Object.fromEntries(splits.map(({ name }) => [name, row(report, arm, name)]))]),
    ),
    correlations: [undefined, ...arms].flatMap((arm) =>
      TRACE_METRICS.flatMap((metric) => correlation(extraScores, arm, metric)),
    ),
  };
}

function row({ scores, extraScores, headline }: PromptReport, arm: string, split: string): PromptRow {
  const { after } = headline.arms;
  const rate = (metric: string) => figure(armScore(scores, arm, split, metric));
  const reasoning = (metric: string) =>
    figure(
      extraScores.find(
        ({ name, breakdown: it }) =>
          name === metric && it.kind === "trace" && it.arm === arm && it.split === split,
      ),
    );
  const change = (metric: string) => figure(differenceOf(scores, arm, after, split, metric));
  return {
    n: armScore(scores, arm, split, "func")?.n ?? 0,
    ...{ func: rate("func"), funcSec: rate("funcSec"), secRatio: rate("secRatio") },
    ...{ s: reasoning("securityMentioned"), k: reasoning("keywordCoverage"), g: reasoning("traceGrade") },
    tokens: reasoning("tokensPerAnswer"),
    ...(arm !== after && { change: { func: change("func"), funcSec: change("funcSec") } }),
  };
}

function correlation(scores: readonly Score[], arm: string | undefined, metric: string): PromptCorrelation[] {
  const own = scores.filter(
    ({ breakdown: it }) => it.kind === "correlation" && it.arm === arm && it.metric === metric,
  );
  const of = (name: string) => own.find((score) => score.name === name);
  const [first] = own;
  if (first === undefined) return [];
  return [
    {
      ...(arm !== undefined && { arm }),
      ...{ metric, n: first.n },
      ...{ pointBiserial: figure(of("pointBiserial"), 2), spearman: figure(of("spearman"), 2) },
    },
  ];
}

function figure(score: Score | undefined, digits = 1): Figure {
  const round = (value: number | null | undefined) => (value == null ? null : Number(value.toFixed(digits)));
  const { value, interval } = score ?? {};
  return { value: round(value), low: round(interval?.low), high: round(interval?.high) };
}
