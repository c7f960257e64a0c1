import type { Judgement, Verdict } from "../core/judgement.ts";
import type { Score } from "../core/score.ts";
import { MAX_ERROR_SHARE, streamName, Tally, toScore, WITHHELD } from "./scoring/tally.ts";
import { RESAMPLES, ratioEstimate } from "./statistics/bootstrap.ts";
import { seededRandom } from "./statistics/random.ts";
import { clusterSums } from "./statistics/ratio.ts";

/** One piece of code of which the truth is known and on which an analyzer had a say, each as `secure`. */
export interface TwoVerdicts {
  readonly cluster: string;
  /** The truth: what executed exploits did, or which side of a repairing commit it is. */
  readonly executed: Verdict;
  readonly analyzed: Verdict;
}

/** What executed exploits say of an answer. `skip` where it does not work: exploits against it prove nothing. */
export function executedVerdict({ functional, secure }: Pick<Judgement, "functional" | "secure">): Verdict {
  if (functional === "error" || secure === "error") return "error";
  return functional === "pass" ? secure : "skip";
}

/** On how many answers the two agree, by who calls the answer weak. Answers without a verdict of one are in `error` or `skip`. */
export interface DisagreementCounts {
  readonly bothWeak: number;
  readonly onlyAnalyzer: number;
  readonly onlyExecuted: number;
  readonly bothClean: number;
  readonly error: number;
  readonly skip: number;
}

type Cell = keyof DisagreementCounts;

function cellOf({ executed, analyzed }: TwoVerdicts): Cell {
  const both = [executed, analyzed];
  if (both.includes("error")) return "error";
  if (both.includes("skip")) return "skip";
  if (executed === "fail") return analyzed === "fail" ? "bothWeak" : "onlyExecuted";
  return analyzed === "fail" ? "onlyAnalyzer" : "bothClean";
}

export function disagreementCounts(answers: readonly TwoVerdicts[]): DisagreementCounts {
  const counts: Record<Cell, number> = {
    ...{ bothWeak: 0, onlyAnalyzer: 0, onlyExecuted: 0, bothClean: 0 },
    ...{ error: 0, skip: 0 },
  };
  for (const answer of answers) counts[cellOf(answer)]++;
  return counts;
}

/** `sensitivity`: found among the weak; `specificity`: clean among the secure; `precision`: weak among those with findings. */
export type AgreementRate = "sensitivity" | "specificity" | "precision";

export interface AgreementOptions {
  readonly seed: number;
  readonly resamples?: number | undefined;
  /** Share of errors above which a rate is withheld. */
  readonly maxErrorShare?: number | undefined;
}

/** All three rates of an analyzer against executed exploits; see `agreementScore`. */
export function verdictAgreement(
  answers: readonly TwoVerdicts[],
  breakdown: Record<string, string>,
  options: AgreementOptions,
): Score[] {
  const names = Object.keys(RATES) as AgreementRate[];
  return names.map((name) => agreementScore(name, answers, breakdown, options));
}

/**
 * An analyzer measured against the truth, in percent with a clustered interval. What the truth does not cover (an exploit that was
 * not tried, another weakness than the repaired one) and an analyzer rightly names counts against the analyzer.
 */
export function agreementScore(
  name: AgreementRate,
  answers: readonly TwoVerdicts[],
  breakdown: Record<string, string>,
  { seed, resamples = RESAMPLES, maxErrorShare = MAX_ERROR_SHARE }: AgreementOptions,
): Score {
  const { of, hits } = RATES[name];
  const tally = new Tally(maxErrorShare);
  for (const answer of answers) tally.add(outcomeIn(cellOf(answer), of));
  const sums = clusterSums(
    answers.map((answer) => {
      const cell = cellOf(answer);
      return { cluster: answer.cluster, hit: cell === hits, counted: of.includes(cell) };
    }),
  );
  const random = seededRandom(streamName(seed, { ...breakdown, rate: name }));
  const estimate = tally.withheld === undefined ? ratioEstimate(sums, random, resamples) : WITHHELD;
  return toScore(name, breakdown, tally, sums.denominator.length, estimate);
}

const RATES: Readonly<Record<AgreementRate, { readonly of: readonly Cell[]; readonly hits: Cell }>> = {
  sensitivity: { of: ["bothWeak", "onlyExecuted"], hits: "bothWeak" },
  specificity: { of: ["bothClean", "onlyAnalyzer"], hits: "bothClean" },
  precision: { of: ["bothWeak", "onlyAnalyzer"], hits: "bothWeak" },
};

function outcomeIn(cell: Cell, of: readonly Cell[]) {
  if (cell === "error" || cell === "skip") return cell;
  return of.includes(cell) ? "pass" : "outside";
}
