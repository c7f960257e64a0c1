import type { AnalysisOutcome } from "../core/analyzer.ts";
import { type Finding, type Severity, severities } from "../core/finding.ts";

/**
 * An outcome without the findings that are not severe enough. To be taken before real parsers are asked: findings that do not count
 * leave a `clean` that is to be confirmed, an `unparsable` with nothing to settle, or the failure that stood behind them.
 */
export function severeEnough(outcome: AnalysisOutcome, least: Severity): AnalysisOutcome {
  const enough = ({ severity }: Finding) => severities.indexOf(severity) >= severities.indexOf(least);
  if (outcome.outcome === "failed" && outcome.provisional !== undefined)
    return { ...outcome, provisional: outcome.provisional.filter(enough) };
  if (outcome.outcome !== "findings") return outcome;
  const findings = outcome.findings.filter(enough);
  if (findings.length > 0) return { ...outcome, findings };
  return outcome.otherwise ?? { outcome: "clean", safe: outcome.safe, unconfirmed: outcome.unconfirmed };
}
