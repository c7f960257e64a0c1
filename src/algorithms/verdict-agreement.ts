import type { Verdict } from "../core/judgement.ts";
import type { Score } from "../core/score.ts";
import { streamName, Tally, toScore, WITHHELD } from "./scoring/tally.ts";
import { RESAMPLES, ratioEstimate } from "./statistics/bootstrap.ts";
import { seededRandom } from "./statistics/random.ts";
import { clusterSums } from "./statistics/ratio.ts";

/** One answer on which an analyzer and executed exploits had a say, each as `secure`. */
export interface TwoVerdicts {
  readonly cluster: string;
  readonly executed: Verdict;
  readonly analyzed: Verdict;
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

/**
 * An analyzer measured against executed exploits, in percent with clustered intervals: `sensitivity` = found among the exploited,
 * `specificity` = clean among those that held, `precision` = exploited among those with findings. What an exploit does not try and
 * an analyzer rightly names counts against the analyzer. Withheld above 1 % errors.
 */
export function verdictAgreement(
  answers: readonly TwoVerdicts[],
  breakdown: Record<string, string>,
  seed: number,
  resamples = RESAMPLES,
): Score[] {
  return Object.entries(RATES).map(([name, { of, hits }]) => {
    const tally = new Tally();
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
  });
}

const RATES: Readonly<Record<string, { readonly of: readonly Cell[]; readonly hits: Cell }>> = {
  sensitivity: { of: ["bothWeak", "onlyExecuted"], hits: "bothWeak" },
  specificity: { of: ["bothClean", "onlyAnalyzer"], hits: "bothClean" },
  precision: { of: ["bothWeak", "onlyAnalyzer"], hits: "bothWeak" },
};

function outcomeIn(cell: Cell, of: readonly Cell[]) {
  if (cell === "error" || cell === "skip") return cell;
  return of.includes(cell) ? "pass" : "outside";
}
