import { type HeadlineArms, headline } from "../algorithms/headline.ts";
import { promptedArm } from "./comparison.ts";
import { markdown } from "./markdown.ts";
import { page } from "./page.ts";
import { loadPlots } from "./plots.ts";
import type { ReportInput } from "./report-input.ts";
import { variantComparisons } from "./variant-comparisons.ts";

/** The three forms of a report: `index.html` (one offline file), `report.md`, `report.json`. */
export interface Report {
  readonly html: string;
  readonly markdown: string;
  readonly json: object;
}

/**
 * Makes a report. Pure apart from loading the plot library (about a second, once per process): equal inputs give equal bytes.
 */
export async function buildReport(input: ReportInput): Promise<Report> {
  const plots = await loadPlots();
  return { html: page(input, plots), markdown: markdown(input), json: reportJson(input) };
}

/** The report for machines. `version` rises when a reader of the old form would go wrong. */
export function reportJson(input: ReportInput): object {
  return {
    schema: "sectune-report",
    // 2: `variants` has each variant twice, against its reference and against the base.
    version: 2,
    title: input.title,
    demonstration: input.demonstration,
    headline: { arms: headlineArms(input), ...headline(input.scores, input.headline) },
    arms: input.arms,
    splits: input.splits,
    scores: input.scores,
    extraScores: input.extraScores ?? [],
    calibration: input.calibration ?? null,
    disagreements: input.disagreements ?? [],
    variants: variants(input),
    reasons: input.reasons ?? [],
    failures: input.failures ?? [],
    examples: input.examples,
    sources: input.sources ?? [],
    prompts: input.prompts ?? [],
    notes: input.notes ?? [],
    run: input.run,
  };
}

/** The arms as far as the run has them. */
function headlineArms(input: ReportInput): HeadlineArms {
  const { before, after } = input.headline;
  const prompted = promptedArm(input);
  return prompted === undefined ? { before, after } : { before, after, prompted };
}

/** The tables of variants for machines: one object per arm, reference, slice and metric. `family`: what `adjustedP` is adjusted over. */
function variants(input: ReportInput): object[] {
  return (["split", "group"] as const).flatMap((by) =>
    variantComparisons(input, by).flatMap(({ reference, family, rows }) =>
      rows.flatMap(({ arm, trainedRows, cells }) =>
        cells.map(({ slice, metric, score, difference, adjusted }) => ({
          reference,
          family,
          variant: arm,
          trainedRows: trainedRows ?? null,
          [by]: slice,
          metric,
          value: score?.value ?? null,
          n: score?.n ?? 0,
          change: difference?.value ?? null,
          interval: difference?.interval ?? null,
          pValue: difference?.pValue ?? null,
          adjustedP: adjusted,
        })),
      ),
    ),
  );
}
