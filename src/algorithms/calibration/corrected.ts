import type { CalibrationCell } from "../../core/calibration.ts";
import type { Verdict } from "../../core/judgement.ts";
import type { Score } from "../../core/score.ts";
import { isCounted, type Outcome } from "../scoring/metric.ts";
import { streamName, Tally, toScore, WITHHELD } from "../scoring/tally.ts";
import { type Estimate, ratioEstimate } from "../statistics/bootstrap.ts";
import { seededRandom } from "../statistics/random.ts";
import { clusterSums } from "../statistics/ratio.ts";
import { correctedEstimate } from "../statistics/rogan-gladen.ts";
import { type Fit, fitCalibration, type Unfit } from "./fit-calibration.ts";

/** An answer that an analyzer read. */
export interface AnalyzedAnswer {
  readonly cluster: string;
  readonly split: string;
  readonly language: string;
  /** The weaknesses that its task is about. */
  readonly cwes: readonly string[];
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
 * Gladen (`kind: "corrected"`), withheld with the reason where the calibration does not allow it; with the `sensitivity` and
 * `specificity` that were used (`kind: "accuracy"`, `of`: which part of the calibration).
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
  const counted: AnalyzedAnswer[] = [];
  for (const answer of slice) {
    const outcome = outcomeOf(answer);
    tally.add(outcome);
    if (isCounted(outcome)) counted.push(answer);
  }
  const apparent = clusterSums(
    counted.map(({ cluster, analyzed }) => ({ cluster, hit: analyzed === "fail", counted: true })),
  );
  const score = (name: string, kind: string, estimate: (stream: string) => Estimate | Unfit) => {
    const breakdown = { kind, ...labels };
    const made = tally.withheld === undefined ? estimate(streamName(seed, breakdown)) : WITHHELD;
    const shown = "reason" in made ? WITHHELD : made;
    const row = toScore(name, breakdown, tally, apparent.denominator.length, shown);
    return "reason" in made ? { ...row, withheld: made.reason } : row;
  };
  const reported = score("weak", "analyzed", (stream) =>
    ratioEstimate(apparent, seededRandom(stream), resamples),
  );
  const fit = "reason" in calibrated ? calibrated : fitCalibration(calibrated.cells, counted, language);
  if ("reason" in fit) return [reported, score("weakCorrected", "corrected", () => fit)];
  return [
    reported,
    score("weakCorrected", "corrected", (stream) =>
      correctedEstimate(apparent, fit.accuracy, seededRandom(stream), resamples),
    ),
    ...accuracyScores(fit, { kind: "accuracy", ...labels, of: fit.of }, { seed, resamples }),
  ];
}

function outcomeOf({ analyzed, functional }: AnalyzedAnswer): Outcome {
  if (functional === "fail") return "outside";
  return functional === "error" ? "error" : analyzed;
}

/** The rates that were used. `n` counts pieces, whatever they weigh. */
function accuracyScores(
  { accuracy, pieces }: Fit,
  breakdown: Record<string, string>,
  { seed, resamples }: Pick<CorrectionOptions, "seed" | "resamples">,
): Score[] {
  return (["sensitivity", "specificity"] as const).map((name) => {
    const sums = accuracy[name];
    const random = seededRandom(streamName(seed, { ...breakdown, rate: name }));
    const clusters = sums.denominator.filter((weight) => weight > 0).length;
    const estimate = ratioEstimate(sums, random, resamples);
    return { name, ...estimate, n: pieces[name], clusters, breakdown, excluded: { error: 0, skip: 0 } };
  });
}
