import type { AnalysisOutcome } from "../core/analyzer.ts";
import type { Verdict } from "../core/judgement.ts";

/** How the word of several analyzers on one file becomes one: it is weak when findings weigh at least `atLeast`. */
export interface FusionPolicy {
  /** Least weight of the analyzers with findings that makes the file weak. */
  readonly atLeast: number;
  /** Weight by analyzer; 1 where there is none. */
  readonly weights?: Readonly<Record<string, number>> | undefined;
  /** Analyzers that can give no findings: their `clean` weighs nothing against those of others. */
  readonly voteless?: readonly string[] | undefined;
}

export const anyAnalyzer: FusionPolicy = { atLeast: Number.MIN_VALUE };
export const allAnalyzers: FusionPolicy = { atLeast: Number.POSITIVE_INFINITY };

/**
 * `fail` when findings weigh enough, `pass` when they cannot, and `error` when the analyzers that failed could have tipped it:
 * a failure never counts as clean. `skip` when only those that abstained could. Analyzers that do not know the language are left
 * out, unless nobody knows it: `error` then. More than all the others can give is never asked for: `2-of-3` where only one reads
 * the language is that one's word. Analyzers without a vote may only fail: what is not weak is `error` then, and so is what none of
 * those with a vote has read.
 */
export function fuse(outcomes: Readonly<Record<string, AnalysisOutcome>>, policy: FusionPolicy): Verdict {
  const all = Object.entries(outcomes);
  const asked = all.filter(
    ([, outcome]) => !(outcome.outcome === "failed" && outcome.reason === "unsupported-language"),
  );
  if (asked.length === 0) return all.length === 0 ? "skip" : "error";
  const hasVote = ([name]: readonly [string, AnalysisOutcome]) => !policy.voteless?.includes(name);
  const voters = asked.filter(hasVote);
  if (voters.length === 0 && all.some(hasVote)) return "error";
  const weigh = (is: (outcome: AnalysisOutcome) => boolean) =>
    voters
      .filter(([, outcome]) => is(outcome))
      .reduce((sum, [name]) => sum + (policy.weights?.[name] ?? 1), 0);
  const found = weigh(({ outcome }) => outcome === "findings");
  const abstained = weigh(isAbstention);
  const failed = weigh((outcome) => outcome.outcome === "failed" && !isAbstention(outcome));
  const atLeast = Math.min(
    policy.atLeast,
    weigh(() => true),
  );
  if (reaches(found, atLeast)) return "fail";
  if (asked.some((one) => !hasVote(one) && one[1].outcome === "failed")) return "error";
  if (!reaches(found + failed + abstained, atLeast)) return "pass";
  return failed > 0 ? "error" : "skip";
}

/** Sums of weights depend on their order in the last digits; the verdict must not. */
function reaches(sum: number, atLeast: number): boolean {
  return sum > 0 && sum >= atLeast * (1 - 1e-9);
}

function isAbstention(outcome: AnalysisOutcome): boolean {
  return outcome.outcome === "failed" && outcome.reason === "abstained";
}
