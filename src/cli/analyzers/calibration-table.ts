import type { CalibrationResult } from "../../app/calibration/open-calibration.ts";
import type { CalibratedAnalyzer, CalibrationSource } from "../../core/calibration.ts";
import type { Score } from "../../core/score.ts";
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
  return [
    sourceLine(source),
    ...analyzers.map((analyzer) => analyzerTable(analyzer, scores)),
    legend(source),
  ].join("\n\n");
}

function sourceLine({ name, revision, truth, minSeverity }: CalibrationSource): string {
  const what = truth === "executed" ? "exploits executed" : "before and after the commit that repaired it";
  const severity = minSeverity === "info" ? "" : `; findings from ${minSeverity} on count`;
  return `calibrated on ${name}, revision ${revision} (${what}${severity})`;
}

function analyzerTable(
  { name, version, toolVersion, rulesVersion }: CalibratedAnalyzer,
  scores: readonly Score[],
): string {
  const own = scores.filter(({ breakdown }) => breakdown.analyzer === name);
  const slices = [
    ...Map.groupBy(own, ({ breakdown: { language, cwe } }) => JSON.stringify([language, cwe])).values(),
  ];
  const read = slices.filter((slice) => slice.some(({ n, excluded }) => n + excluded.error > 0));
  const unread = slices.filter((slice) => !read.includes(slice) && slice[0]!.breakdown.cwe === undefined);
  const versions = [
    toolVersion,
    rulesVersion === undefined ? undefined : `rules ${rulesVersion.slice(0, 12)}`,
  ];
  const known = versions.filter((part) => part !== undefined).join(", ");
  const lines = read.map((slice, index) => sliceLine(slice, index > 0 ? read[index - 1] : undefined));
  const languages = unread.map(([score]) => score!.breakdown.language);
  return [
    `${name} (${known === "" ? version : known})`,
    ...(lines.length > 0 ? [table([header, ...lines])] : []),
    ...(languages.length > 0 ? [`does not read ${languages.join(", ")}`] : []),
  ].join("\n");
}

function sliceLine(slice: readonly Score[], above: readonly Score[] | undefined): string[] {
  const { language = "", cwe } = slice[0]!.breakdown;
  const of = (rate: string, match: string) =>
    slice.find(({ name, breakdown }) => name === rate && breakdown.match === match);
  const side = (rate: string) => {
    const any = of(rate, "any");
    const expected = of(rate, "expected");
    return [text(any?.n), rateText(any), rateText(expected), text(any?.excluded.error)];
  };
  const told = above?.[0]?.breakdown.language === language;
  return [told ? "" : language, cwe ?? "all", ...side("sensitivity"), ...side("specificity")];
}

function text(count: number | undefined): string {
  return count === undefined ? "–" : String(count);
}

function rateText(score: Score | undefined): string {
  if (score === undefined || score.value === null) return "–";
  const { value, interval } = score;
  const range = interval === null ? "" : ` [${interval.low.toFixed(1)}, ${interval.high.toFixed(1)}]`;
  return `${value.toFixed(1)}${range}`;
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
