import type { AnalysisOutcome } from "../core/analyzer.ts";

/** Whether a tool's `unparsable` rests on a parser that is not the language's own, so that a real one may overrule it. */
export function isDisputable(outcome: AnalysisOutcome): boolean {
  return outcome.outcome === "failed" && outcome.reason === "unparsable" && outcome.provisional !== undefined;
}

/**
 * Settles a disputable `unparsable` by the word of a real parser on the same text: where that one accepts it, what the tool found
 * reading past its own errors counts. Everything else stays as it is; above all, a real parser that failed itself settles nothing.
 */
export function settleSyntax(outcome: AnalysisOutcome, syntax: AnalysisOutcome): AnalysisOutcome {
  if (outcome.outcome !== "failed" || !isDisputable(outcome) || syntax.outcome !== "clean") return outcome;
  const findings = outcome.provisional!;
  return findings.length > 0 ? { outcome: "findings", findings } : { outcome: "clean" };
}
