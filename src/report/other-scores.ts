import { METRICS, OVER_HARDENING } from "../algorithms/scoring/metric.ts";
import type { Score } from "../core/score.ts";
import { isInOverHardeningTable } from "./over-hardening.ts";
import type { ReportInput } from "./report-input.ts";

/** Scores that have no table of their own: not the three metrics by split or group, not those of over-hardening, filter, reasoning and calibration. */
export function otherScores(input: ReportInput): Score[] {
  const known: readonly string[] = METRICS;
  const tabled = ["agreement", "trace", "correlation", "analyzed", "corrected", "accuracy"];
  return [...input.scores, ...(input.extraScores ?? [])].filter((score) => {
    const {
      name,
      breakdown: { kind, split, group },
    } = score;
    if (tabled.includes(kind ?? "") || isInOverHardeningTable(input, score)) return false;
    return !known.includes(name) || (split === undefined && group === undefined);
  });
}

/** How such a score is called in tables. */
export function scoreTitle({ name }: Score): string {
  return name === OVER_HARDENING ? "over-hardening, % (less is better)" : name;
}
