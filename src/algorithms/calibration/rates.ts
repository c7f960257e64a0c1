import type { CalibrationCell, DetectionCounts } from "../../core/calibration.ts";
import type { Verdict } from "../../core/judgement.ts";
import type { Score } from "../../core/score.ts";
import { agreementScore, type TwoVerdicts } from "../verdict-agreement.ts";

/**
 * What counts as found: `any` finding (what a recipe's verdict rests on), or one with an `expected` CWE, after which other findings
 * are silence.
 */
export const matchKinds = ["any", "expected"] as const;
export type MatchKind = (typeof matchKinds)[number];

/** Stands for a CWE in rows of code of which no weakness is known. */
export const NO_CWE = "none";

export interface CalibrationRateOptions {
  readonly seed: number;
  readonly resamples?: number | undefined;
}

/**
 * Sensitivity and specificity by analyzer and language (`{kind: "calibration", analyzer, language, match}`), over all CWEs (whole
 * groups are drawn again) and by `cwe` (clusters are). Failures are left out, by side, and shown as errors; they withhold nothing
 * here, since how often an analyzer fails is one of its properties. Languages that an analyzer does not read are skips. Rates of
 * nothing are left out.
 */
export function calibrationScores(
  cells: readonly CalibrationCell[],
  options: CalibrationRateOptions,
): Score[] {
  const byAnalyzer = Map.groupBy(cells, ({ analyzer, language }) => JSON.stringify([analyzer, language]));
  return [...byAnalyzer]
    .sort(([a], [b]) => byText(a, b))
    .flatMap(([, own]) => {
      const { analyzer, language } = own[0]!;
      const cwes = new Set(own.flatMap((cell) => (cell.cwes.length === 0 ? [NO_CWE] : cell.cwes)));
      const slices = [undefined, ...[...cwes].sort(byText)].map((cwe) => ({
        labels: (cwe === undefined ? {} : { cwe }) as Record<string, string>,
        cells:
          cwe === undefined
            ? own
            : own.filter((cell) => (cwe === NO_CWE ? cell.cwes.length === 0 : cell.cwes.includes(cwe))),
        clusterOf: (cell: CalibrationCell) => (cwe === undefined ? cell.group : cell.cluster),
      }));
      return slices.flatMap((slice) =>
        matchKinds.flatMap((match) => {
          const breakdown = { kind: "calibration", analyzer, language, ...slice.labels, match };
          return (["sensitivity", "specificity"] as const).flatMap((rate) => {
            const side = rate === "sensitivity" ? "weak" : "secure";
            const verdicts = slice.cells.flatMap((cell) =>
              twoVerdicts(cell, side, match, slice.clusterOf(cell)),
            );
            if (verdicts.length === 0) return [];
            return [agreementScore(rate, verdicts, breakdown, { ...options, maxErrorShare: 1 })];
          });
        }),
      );
    });
}

/** A cell's one side as verdicts. Code without a known CWE has none that could be expected. */
function twoVerdicts(
  cell: CalibrationCell,
  side: "weak" | "secure",
  match: MatchKind,
  cluster: string,
): TwoVerdicts[] {
  if (match === "expected" && cell.cwes.length === 0) return [];
  const counts = cell[side];
  const executed = side === "weak" ? "fail" : "pass";
  const rows: [Verdict, number][] = [
    ["fail", foundIn(counts, match)],
    ["pass", cleanIn(counts, match)],
    ["error", failedIn(counts)],
    ["skip", counts.failed["unsupported-language"] ?? 0],
  ];
  return rows.flatMap(([analyzed, count]) =>
    Array.from({ length: count }, () => ({ cluster, executed, analyzed })),
  );
}

export function foundIn({ expected, other }: DetectionCounts, match: MatchKind): number {
  return match === "any" ? expected + other : expected;
}

export function cleanIn({ other, clean }: DetectionCounts, match: MatchKind): number {
  return match === "any" ? clean : clean + other;
}

/** Failures, without those that only say that the analyzer is not for this language. */
export function failedIn({ failed }: DetectionCounts): number {
  const { "unsupported-language": _, ...others } = failed;
  return Object.values(others).reduce((sum, count) => sum + count, 0);
}

function byText(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
