import type { RunRecord } from "../core/run.ts";
import type { Score } from "../core/score.ts";
import { compareRuns, compareRunsText, type RunComparison, type ScoredRun } from "../report/compare-runs.ts";
import { terminalSummary } from "../report/terminal-summary.ts";
import { ResolvedConfigSchema } from "./config-schema.ts";
import type { RunReport } from "./make-report.ts";
import { findRecipe } from "./registry.ts";
import { readRun, runScores } from "./runs.ts";
import { isDemonstration } from "./subject.ts";

/** The headline of a run that has just ended, as text for a terminal of `width` columns. */
export function reportSummary(report: RunReport, width: number): string {
  return terminalSummary(report.input, width);
}

/** The headline of a run of the store; null when it has no scores. Splits are called by their names: titles are the report's. */
export async function recordSummary(store: string, record: RunRecord, width: number): Promise<string | null> {
  const scores = await runScores(store, record);
  if (scores.length === 0) return null;
  const { headline } = await findRecipe(record.recipe);
  const arms = distinct(scores, "arm").map((name) => ({ name, title: name }));
  const isSecure = (split: string) =>
    scores.some(({ name, breakdown }) => name === "funcSec" && breakdown.split === split);
  const splits = distinct(scores, "split").map((name) => ({ name, title: name, security: isSecure(name) }));
  const demonstration = isDemonstration(ResolvedConfigSchema.parse(record.config));
  return terminalSummary({ arms, headline, splits, scores, demonstration }, width);
}

export interface ComparedRuns {
  readonly comparison: RunComparison;
  text(width: number): string;
}

/** Two runs of a store side by side. Throws AppError `usage` for an unknown run. */
export async function compareStoredRuns(store: string, a: string, b: string): Promise<ComparedRuns> {
  const [first, second] = [await scored(store, a), await scored(store, b)];
  return {
    comparison: compareRuns(first, second),
    text: (width) => compareRunsText(first, second, width),
  };
}

async function scored(store: string, id: string): Promise<ScoredRun> {
  const run = await readRun(store, id);
  return { run, scores: await runScores(store, run) };
}

function distinct(scores: readonly Score[], label: string): string[] {
  return [...new Set(scores.flatMap(({ breakdown }) => breakdown[label] ?? []))];
}
