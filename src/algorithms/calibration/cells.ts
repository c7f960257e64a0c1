import type { AnalysisOutcome, FailureReason } from "../../core/analyzer.ts";
import type { CalibrationCell, DetectionCounts } from "../../core/calibration.ts";
import type { Finding, Severity } from "../../core/finding.ts";
import { answerVerdict } from "../analysis-judgement.ts";
import { matchesCwe } from "../cwe/match-cwe.ts";
import { anyAnalyzer } from "../fusion.ts";
import { severeEnough } from "../severe-enough.ts";

/** What one analyzer made of code whose truth is known. */
export type Detection = "expected" | "other" | "clean" | { readonly failed: FailureReason };

/**
 * Counts the outcomes of the pieces of one answer as the stage `analyze` does: findings anywhere are findings, and a failure
 * without them is a failure. Null where there is no code.
 */
export function detectionOf(
  outcomes: readonly AnalysisOutcome[],
  cwes: readonly string[],
  minSeverity: Severity,
): Detection | null {
  const kept = outcomes.map((outcome) => severeEnough(outcome, minSeverity));
  // One analyzer by itself has the same policy everywhere.
  const pieces = kept.map((outcome) => ({ language: "", outcomes: { it: outcome } }));
  const verdict = answerVerdict(pieces, () => anyAnalyzer);
  if (pieces.length === 0) return null;
  if (verdict === "pass") return "clean";
  if (verdict !== "fail") return { failed: kept.flatMap(reasonOf)[0]! };
  const findings = kept.flatMap((outcome) => (outcome.outcome === "findings" ? outcome.findings : []));
  return findings.some((finding) => answers(finding, cwes)) ? "expected" : "other";
}

function reasonOf(outcome: AnalysisOutcome): FailureReason[] {
  return outcome.outcome === "failed" ? [outcome.reason] : [];
}

function answers({ cwe }: Finding, expected: readonly string[]): boolean {
  return cwe !== undefined && expected.some((one) => matchesCwe(cwe, one));
}

/** Where a detection is counted. */
export type CellPlace = Readonly<Pick<CalibrationCell, "analyzer" | "language" | "cluster" | "group">> & {
  readonly cwes: readonly string[];
};

/** Counts detections into cells, which come out in the order in which they were first counted into. */
export class CellCounter {
  readonly #cells = new Map<string, CalibrationCell>();

  add({ analyzer, language, cwes, cluster, group }: CellPlace, weak: boolean, detection: Detection): void {
    const key = JSON.stringify([analyzer, language, cwes, cluster, group]);
    let cell = this.#cells.get(key);
    if (cell === undefined) {
      const place = { analyzer, language, cwes: [...cwes], cluster, group };
      cell = { kind: "cell", ...place, weak: nothing(), secure: nothing() };
      this.#cells.set(key, cell);
    }
    const counts = weak ? cell.weak : cell.secure;
    if (typeof detection === "string") counts[detection]++;
    else counts.failed[detection.failed] = (counts.failed[detection.failed] ?? 0) + 1;
  }

  cells(): CalibrationCell[] {
    return [...this.#cells.values()];
  }
}

function nothing(): DetectionCounts {
  return { expected: 0, other: 0, clean: 0, failed: {} };
}
