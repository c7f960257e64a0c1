import type { AnalysisOutcome } from "../core/analyzer.ts";

/**
 * Whether a tool's `unparsable` rests on a parser that is not the language's own, and what it found reading past the error waits for a
 * real one. Where it found nothing there is nothing to settle: the file stays failed, for no rule has read all of it.
 */
export function isDisputable(outcome: AnalysisOutcome): boolean {
  return (
    outcome.outcome === "failed" &&
    outcome.reason === "unparsable" &&
    outcome.provisional !== undefined &&
    outcome.provisional.length > 0
  );
}

/** Whether the word of a real parser on the same text may change the outcome. */
export function needsParser(outcome: AnalysisOutcome): boolean {
  return isDisputable(outcome) || isUnconfirmed(outcome);
}

/** Whether a tool's `clean` rests on a parser that takes more than the language's own, which has to confirm it. */
export function isUnconfirmed(outcome: AnalysisOutcome): boolean {
  return outcome.outcome === "clean" && outcome.unconfirmed === true;
}

/**
 * Settles an outcome by the word of a real parser on the same text. Where that one accepts what the tool could not parse, what the
 * tool found reading past its own errors counts: never its silence, for the text is a program then that the tool has not read. Where
 * the real parser refuses what the tool took for a program, silence is no `clean`. A real parser that failed itself settles nothing.
 */
export function settleSyntax(outcome: AnalysisOutcome, syntax: AnalysisOutcome): AnalysisOutcome {
  if (outcome.outcome === "clean" && isUnconfirmed(outcome)) {
    if (syntax.outcome !== "failed") return { ...outcome, unconfirmed: undefined };
    return syntax.reason === "unparsable" ? syntax : outcome;
  }
  if (outcome.outcome !== "failed" || !isDisputable(outcome) || syntax.outcome !== "clean") return outcome;
  return { outcome: "findings", findings: outcome.provisional! };
}
