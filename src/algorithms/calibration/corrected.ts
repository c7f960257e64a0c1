import type { CalibrationCell } from "../../core/calibration.ts";
import type { Verdict } from "../../core/judgement.ts";
import type { Score } from "../../core/score.ts";
import { isCounted, type Outcome } from "../scoring/metric.ts";
import { MAX_ERROR_SHARE, streamName, Tally, toScore, WITHHELD } from "../scoring/tally.ts";
import { type Estimate, ratioEstimate } from "../statistics/bootstrap.ts";
import { seededRandom } from "../statistics/random.ts";
import { type ClusterSums, clusterSums } from "../statistics/ratio.ts";
import { correctedEstimate, type TestAccuracy } from "../statistics/rogan-gladen.ts";
import { cleanIn, failedIn, foundIn } from "./rates.ts";

/** An answer that an analyzer read. */
export interface AnalyzedAnswer {
  readonly cluster: string;
  readonly split: string;
  readonly language: string;
  /** What the analyzer says: `fail` = findings. */
  readonly analyzed: Verdict;
  /** What tests say of its function: answers that do not work are in no rate, as they were in none when the analyzer was calibrated. */
  readonly functional: Verdict;
}

export interface CorrectionOptions {
  readonly arm: string;
  readonly analyzer: string;
  /** What the analyzer was calibrated with; or why that does not fit. */
  readonly calibrated: { readonly cells: readonly CalibrationCell[] } | { readonly reason: string };
  readonly seed: number;
  readonly resamples?: number | undefined;
}

/**
 * The share of weak answers by split and language: `weak` as the analyzer has it (`kind: "analyzed"`), and `weakCorrected` by Rogan and
 * Gladen (`kind: "corrected"`), withheld with the reason where the calibration does not allow it.
 */
export function correctedScores(answers: readonly AnalyzedAnswer[], options: CorrectionOptions): Score[] {
  const slices = Map.groupBy(answers, ({ split, language }) => JSON.stringify([split, language]));
  return [...slices.values()].flatMap((slice) => sliceScores(slice, options));
}

function sliceScores(
  slice: readonly AnalyzedAnswer[],
  { arm, analyzer, calibrated, seed, resamples }: CorrectionOptions,
): Score[] {
  const { split, language } = slice[0]!;
  const labels = { arm, analyzer, split, language };
  const tally = new Tally();
  const apparent = clusterSums(
    slice.map((answer) => {
      const outcome = outcomeOf(answer);
      tally.add(outcome);
      return { cluster: answer.cluster, hit: outcome === "fail", counted: isCounted(outcome) };
    }),
  );
  const score = (name: string, kind: string, estimate: (stream: string) => Estimate | { reason: string }) => {
    const breakdown = { kind, ...labels };
    const made = tally.withheld === undefined ? estimate(streamName(seed, breakdown)) : WITHHELD;
    const shown = "reason" in made ? WITHHELD : made;
    const row = toScore(name, breakdown, tally, apparent.denominator.length, shown);
    return "reason" in made ? { ...row, withheld: made.reason } : row;
  };
  const own = "reason" in calibrated ? [] : calibrated.cells.filter((cell) => cell.language === language);
  const reason = "reason" in calibrated ? calibrated.reason : unfit(own, language);
  return [
    score("weak", "analyzed", (stream) => ratioEstimate(apparent, seededRandom(stream), resamples)),
    score("weakCorrected", "corrected", (stream) =>
      reason === undefined
        ? correctedEstimate(apparent, accuracyOf(own), seededRandom(stream), resamples)
        : { reason },
    ),
  ];
}

function outcomeOf({ analyzed, functional }: AnalyzedAnswer): Outcome {
  if (functional === "fail") return "outside";
  return functional === "error" ? "error" : analyzed;
}

/** Why these cells can correct nothing, if so. */
function unfit(cells: readonly CalibrationCell[], language: string): string | undefined {
  if (cells.length === 0) return `the calibration holds no ${language}`;
  const sides = cells.flatMap(({ weak, secure }) => [weak, secure]);
  const failed = sides.reduce((sum, side) => sum + failedIn(side), 0);
  const told = sides.reduce((sum, side) => sum + foundIn(side, "any") + cleanIn(side, "any"), 0);
  if (failed <= (failed + told) * MAX_ERROR_SHARE) return undefined;
  return `the analyzer failed on ${failed} of the ${failed + told} pieces of ${language} that it was calibrated on: what it finds in the others says too little`;
}

/** Any finding counts, as in a recipe's verdict; whole groups are drawn again, because the answers' weaknesses may be others. */
export function accuracyOf(cells: readonly CalibrationCell[]): TestAccuracy {
  const groups = [...Map.groupBy(cells, ({ group }) => group).values()];
  const column = (pick: (cell: CalibrationCell) => number) =>
    Float64Array.from(groups, (group) => group.reduce((sum, cell) => sum + pick(cell), 0));
  const side = (name: "weak" | "secure", hit: typeof foundIn): ClusterSums => ({
    numerator: column((cell) => hit(cell[name], "any")),
    denominator: column((cell) => foundIn(cell[name], "any") + cleanIn(cell[name], "any")),
  });
  return { sensitivity: side("weak", foundIn), specificity: side("secure", cleanIn) };
}
