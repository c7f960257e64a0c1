import type { AnalysisOutcome } from "../core/analyzer.ts";
import type { Disagreement } from "../core/disagreement.ts";

/** What an analyzer said of one file, as far as agreeing goes. */
export type Said = AnalysisOutcome["outcome"];

/** The word of each analyzer that reads the file's language. */
export function saidOf(outcomes: Readonly<Record<string, AnalysisOutcome>>): Record<string, Said> {
  const all = Object.entries(outcomes).flatMap(([name, outcome]): [string, Said][] =>
    outcome.outcome === "failed" && outcome.reason === "unsupported-language"
      ? []
      : [[name, outcome.outcome]],
  );
  return Object.fromEntries(all);
}

/** Counts, pair by pair, how often analyzers agree: the disagreement matrix. Files may be added in any number. */
export class DisagreementMatrix {
  readonly #pairs = new Map<string, { -readonly [K in keyof Disagreement]: Disagreement[K] }>();

  /** One file, by analyzer. Those that were not asked about it are left out. */
  add(said: Readonly<Record<string, Said>>): void {
    const names = Object.keys(said);
    for (const [index, first] of names.entries())
      for (const second of names.slice(index + 1)) this.#count(first, second, said[first]!, said[second]!);
  }

  /** In the order in which the pairs came. */
  rows(): Disagreement[] {
    return [...this.#pairs.values()];
  }

  #count(first: string, second: string, a: Said, b: Said): void {
    const key = JSON.stringify([first, second]);
    const counts = { both: 0, onlyFirst: 0, onlySecond: 0, neither: 0, failed: 0 };
    const pair = this.#pairs.get(key) ?? { first, second, ...counts };
    this.#pairs.set(key, pair);
    if (a === "failed" || b === "failed") pair.failed++;
    else if (a === b) pair[a === "findings" ? "both" : "neither"]++;
    else pair[a === "findings" ? "onlyFirst" : "onlySecond"]++;
  }
}
