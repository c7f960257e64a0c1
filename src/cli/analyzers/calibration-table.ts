import type { CalibrationResult } from "../../app/calibration/open-calibration.ts";
import {
  type CalibrationSlice,
  calibrationSlices,
  rateText,
  type SliceSide,
} from "../../app/calibration/slices.ts";
import type { CalibratedAnalyzer, CalibrationSource } from "../../core/calibration.ts";
import { table } from "../table.ts";

const header = [
  ...["language", "CWE", "weak", "found", "CWE named", "failed"],
  ...["secure", "clean", "CWE not named", "failed"],
];

/** A table per analyzer: a line per language over all CWEs, then one per CWE; rates in % with their intervals. */
export function calibrationTables({
  calibration,
  scores,
}: Pick<CalibrationResult, "calibration" | "scores">): string {
  const { source, analyzers } = calibration;
  const { slices, unread } = calibrationSlices(scores);
  const tables = analyzers.map((analyzer) => {
    const own = ({ analyzer: name }: CalibrationSlice) => name === analyzer.name;
    return analyzerTable(analyzer, slices.filter(own), unread.filter(own));
  });
  return [sourceLine(source), ...tables, legend(source)].join("\n\n");
}

function sourceLine({ name, revision, truth, minSeverity }: CalibrationSource): string {
  const what = truth === "executed" ? "exploits executed" : "before and after the commit that repaired it";
  const severity = minSeverity === "info" ? "" : `; findings from ${minSeverity} on count`;
  return `calibrated on ${name}, revision ${revision} (${what}${severity})`;
}

function analyzerTable(
  { name, version, toolVersion, rulesVersion }: CalibratedAnalyzer,
  slices: readonly CalibrationSlice[],
  unread: readonly CalibrationSlice[],
): string {
  const rules = rulesVersion === undefined ? undefined : `rules ${rulesVersion.slice(0, 12)}`;
  const known = [toolVersion, rules].filter((part) => part !== undefined).join(", ");
  const lines = slices.map((slice, index) => [
    slices[index - 1]?.language === slice.language ? "" : slice.language,
    slice.cwe ?? "all",
    ...cells(slice.weak),
    ...cells(slice.secure),
  ]);
  const languages = [...new Set(unread.map(({ language }) => language))].filter((language) =>
    slices.every((slice) => slice.language !== language),
  );
  return [
    `${name} (${known === "" ? version : known})`,
    ...(lines.length > 0 ? [table([header, ...lines])] : []),
    ...(languages.length > 0 ? [`does not read ${languages.join(", ")}`] : []),
  ].join("\n");
}

function cells({ any, expected, n, failed }: SliceSide): string[] {
  if (any === undefined) return ["–", "–", "–", "–"];
  return [String(n), rateText(any) ?? "–", rateText(expected) ?? "–", String(failed)];
}

function legend({ truth }: CalibrationSource): string {
  const clusters =
    truth === "commits" ? "repositories (by CWE: commits)" : "kinds of tasks (by CWE: their structures)";
  return [
    "found, clean: any finding counts. CWE named: one that answers the expected CWE (equal, ancestor or descendant in view 1000).",
    `Rates in %, with 95 % intervals from drawing whole ${clusters} again.`,
    "failed: nothing is known about them; they are in no rate, and never clean.",
  ].join("\n");
}
