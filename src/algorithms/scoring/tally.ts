import type { Score } from "../../core/score.ts";
import type { Estimate } from "../statistics/bootstrap.ts";
import { isCounted, type Outcome } from "./metric.ts";

/** Share of grader errors above which a score is withheld. */
export const MAX_ERROR_SHARE = 0.01;

/** Counts verdicts; knows whether there are too many errors to give a number. */
export class Tally {
  judged = 0;
  outside = 0;
  error = 0;
  skip = 0;
  readonly #maxErrorShare: number;

  constructor(maxErrorShare = MAX_ERROR_SHARE) {
    this.#maxErrorShare = maxErrorShare;
  }

  add(verdict: Outcome): void {
    if (verdict === "error") this.error++;
    else if (verdict === "skip") this.skip++;
    else if (verdict === "outside") this.outside++;
    else this.judged++;
  }

  addPair(verdicts: readonly Outcome[]): void {
    const worst = (["error", "skip"] as const).find((verdict) => verdicts.includes(verdict));
    this.add(worst ?? (verdicts.some(isCounted) ? "pass" : "outside"));
  }

  get withheld(): string | undefined {
    const seen = this.judged + this.outside + this.error;
    if (this.error <= seen * this.#maxErrorShare) return undefined;
    return `${this.error} of ${seen} have no verdict (more than ${100 * this.#maxErrorShare} % errors)`;
  }
}

/** Stands in for an estimate where there are too many errors. */
export const WITHHELD: Estimate = { value: null, interval: null, method: "withheld" };

/** The row that says what was estimated, of how much, and what was left out. */
export function toScore(
  name: string,
  breakdown: Record<string, string>,
  tally: Tally,
  clusters: number,
  { value, interval, method }: Estimate,
): Score {
  const excluded = { error: tally.error, skip: tally.skip };
  const withheld = tally.withheld;
  const base = { name, value, n: tally.judged, clusters, interval, method, breakdown, excluded };
  return withheld === undefined ? base : { ...base, withheld };
}

/** Name of the random stream of a score: its own, whatever else is scored. */
export function streamName(seed: number, breakdown: Record<string, string>): string {
  return JSON.stringify([seed, Object.entries(breakdown).sort()]);
}
