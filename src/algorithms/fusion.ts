import type { AnalysisOutcome } from "../core/analyzer.ts";
import type { Verdict } from "../core/judgement.ts";

/** How the word of several analyzers on one file becomes one: it is weak when findings weigh at least `atLeast`. */
export interface FusionPolicy {
  /** Least weight of the analyzers with findings that makes the file weak. `all`: of all that could speak. */
  readonly atLeast: number | "all";
  /** Weight by analyzer; 1 where there is none. */
  readonly weights?: Readonly<Record<string, number>> | undefined;
}

export const anyAnalyzer: FusionPolicy = { atLeast: Number.MIN_VALUE };
export const allAnalyzers: FusionPolicy = { atLeast: "all" };

/** `any`, `all`, or `2-of-3` (also `2`): the number of analyzers is checked when it is told. Null for anything else. */
export function parsePolicy(text: string, analyzers: number): FusionPolicy | null {
  if (text === "any") return anyAnalyzer;
  if (text === "all") return allAnalyzers;
  const [, least, of] = /^(\d+)(?:-of-(\d+))?$/.exec(text) ?? [];
  if (least === undefined || (of !== undefined && Number(of) !== analyzers)) return null;
  return Number(least) >= 1 && Number(least) <= analyzers ? { atLeast: Number(least) } : null;
}

/**
 * `fail` when findings weigh enough, `pass` when they cannot, and `error` when the analyzers that failed could have tipped it:
 * a failure never counts as clean. Analyzers that do not know the language are left out, unless nobody knows it: `error` then.
 */
export function fuse(outcomes: Readonly<Record<string, AnalysisOutcome>>, policy: FusionPolicy): Verdict {
  const all = Object.entries(outcomes);
  const asked = all.filter(
    ([, outcome]) => !(outcome.outcome === "failed" && outcome.reason === "unsupported-language"),
  );
  if (asked.length === 0) return all.length === 0 ? "skip" : "error";
  const weigh = (kind: AnalysisOutcome["outcome"]) =>
    asked
      .filter(([, { outcome }]) => outcome === kind)
      .reduce((sum, [name]) => sum + (policy.weights?.[name] ?? 1), 0);
  const [found, failed, clean] = [weigh("findings"), weigh("failed"), weigh("clean")];
  const atLeast = policy.atLeast === "all" ? found + failed + clean : policy.atLeast;
  if (found >= atLeast) return "fail";
  return found + failed >= atLeast ? "error" : "pass";
}

/** Per pair of analyzers: on how many files they agreed, and on how many only one of them had findings. */
export interface Disagreement {
  readonly first: string;
  readonly second: string;
  readonly both: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly neither: number;
  /** Files on which one of the two failed: in none of the other numbers. */
  readonly failed: number;
}

/** The disagreement matrix over files, for pairs of analyzers in the order of the first file. */
export function disagreements(files: Iterable<Readonly<Record<string, AnalysisOutcome>>>): Disagreement[] {
  const pairs = new Map<string, { -readonly [K in keyof Disagreement]: Disagreement[K] }>();
  for (const outcomes of files) {
    const names = Object.keys(outcomes);
    for (const [index, first] of names.entries()) {
      for (const second of names.slice(index + 1)) {
        const key = JSON.stringify([first, second]);
        const pair = pairs.get(key) ?? {
          first,
          second,
          both: 0,
          onlyFirst: 0,
          onlySecond: 0,
          neither: 0,
          failed: 0,
        };
        pairs.set(key, pair);
        const [a, b] = [outcomes[first]!.outcome, outcomes[second]!.outcome];
        if (a === "failed" || b === "failed") pair.failed++;
        else if (a === b) pair[a === "findings" ? "both" : "neither"]++;
        else pair[a === "findings" ? "onlyFirst" : "onlySecond"]++;
      }
    }
  }
  return [...pairs.values()];
}
