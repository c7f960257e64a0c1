import type { CalibrationCell } from "../../core/calibration.ts";
import { MAX_ERROR_SHARE } from "../scoring/tally.ts";
import type { ClusterSums } from "../statistics/ratio.ts";
import type { TestAccuracy } from "../statistics/rogan-gladen.ts";
import { cleanIn, failedIn, foundIn } from "./rates.ts";

/** Why a calibration can correct nothing here. */
export interface Unfit {
  readonly reason: string;
}

/** The accuracy of an analyzer on answers like those that are to be corrected. */
export interface Fit {
  readonly accuracy: TestAccuracy;
  /** Which part of the calibration: of the tasks' own CWEs, or all of the language. */
  readonly of: "the tasks' CWEs" | "all CWEs";
  /** Pieces of code behind each rate. */
  readonly pieces: Readonly<Record<"sensitivity" | "specificity", number>>;
}

type Side = "weak" | "secure";

/**
 * An analyzer that finds one weakness whole and another never has no sensitivity of its own, only one per mix of weaknesses. So where the
 * tasks name their CWEs and all of these were calibrated on, only they count, each with the weight that it has among the answers, and
 * clusters are drawn again; else all of the language does, and whole groups are drawn again, because the answers' weaknesses may be others.
 * Any finding counts, as in a recipe's verdict.
 */
export function fitCalibration(
  cells: readonly CalibrationCell[],
  answers: readonly { readonly cwes: readonly string[] }[],
  language: string,
): Fit | Unfit {
  const own = cells.filter((cell) => cell.language === language);
  if (own.length === 0) return { reason: `the calibration holds no ${language}` };
  const wanted = new Map([...Map.groupBy(answers, mixKey)].map(([key, some]) => [key, some.length]));
  const strata = Map.groupBy(
    own.filter((cell) => wanted.has(mixKey(cell))),
    mixKey,
  );
  const isCovered = (key: string) =>
    key !== NO_MIX && count(strata.get(key) ?? [], "weak") > 0 && count(strata.get(key) ?? [], "secure") > 0;
  const covered = wanted.size > 0 && [...wanted.keys()].every(isCovered);
  const used = covered ? [...strata.values()].flat() : own;
  const failed = used.reduce((sum, { weak, secure }) => sum + failedIn(weak) + failedIn(secure), 0);
  const told = count(used, "weak") + count(used, "secure");
  if (failed > (failed + told) * MAX_ERROR_SHARE) {
    const of = `${failed} of the ${failed + told} pieces of ${language}`;
    return { reason: `the analyzer failed on ${of} that it was calibrated on: the others say too little` };
  }
  const weight = (cell: CalibrationCell, side: Side) =>
    covered ? wanted.get(mixKey(cell))! / count(strata.get(mixKey(cell))!, side) : 1;
  return {
    accuracy: accuracyOf(used, covered ? "cluster" : "group", weight),
    of: covered ? "the tasks' CWEs" : "all CWEs",
    pieces: { sensitivity: count(used, "weak"), specificity: count(used, "secure") },
  };
}

const NO_MIX = "";

function mixKey({ cwes }: { readonly cwes: readonly string[] }): string {
  return [...cwes].sort().join("+");
}

/** Pieces of which the analyzer said something. */
function count(cells: readonly CalibrationCell[], side: Side): number {
  return cells.reduce((sum, cell) => sum + foundIn(cell[side], "any") + cleanIn(cell[side], "any"), 0);
}

function accuracyOf(
  cells: readonly CalibrationCell[],
  unit: "cluster" | "group",
  weight: (cell: CalibrationCell, side: Side) => number,
): TestAccuracy {
  const units = [...Map.groupBy(cells, (cell) => cell[unit]).values()];
  const sums = (side: Side, hit: typeof foundIn): ClusterSums => {
    const column = (of: (cell: CalibrationCell) => number) =>
      Float64Array.from(units, (some) => some.reduce((sum, cell) => sum + of(cell) * weightOf(cell), 0));
    const weightOf = (cell: CalibrationCell) => (count([cell], side) === 0 ? 0 : weight(cell, side));
    return {
      numerator: column((cell) => hit(cell[side], "any")),
      denominator: column((cell) => count([cell], side)),
    };
  };
  return { sensitivity: sums("weak", foundIn), specificity: sums("secure", cleanIn) };
}
