import { headline } from "../algorithms/headline.ts";
import { markdown } from "./markdown.ts";
import { page } from "./page.ts";
import { loadPlots } from "./plots.ts";
import type { ReportInput } from "./report-input.ts";

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
  const { before, after } = input.headline;
  return {
    schema: "sectune-report",
    version: 1,
    title: input.title,
    demonstration: input.demonstration,
    headline: { arms: { before, after }, ...headline(input.scores, before, after) },
    arms: input.arms,
    splits: input.splits,
    scores: input.scores,
    reasons: input.reasons ?? [],
    failures: input.failures ?? [],
    examples: input.examples,
    sources: input.sources ?? [],
    prompts: input.prompts ?? [],
    notes: input.notes ?? [],
    run: input.run,
  };
}
