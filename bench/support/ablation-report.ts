import { readFile } from "node:fs/promises";
import type { RunRecord } from "../../src/core/run.ts";
import type { Score } from "../../src/core/score.ts";

/** One arm, reference, slice (split or group) and metric of report.json's `variants`. */
export interface VariantEntry {
  readonly reference: string;
  readonly family: string;
  readonly variant: string;
  readonly trainedRows: number | null;
  readonly split?: string;
  readonly group?: string;
  readonly metric: string;
  readonly value: number | null;
  readonly n: number;
  readonly change: number | null;
  readonly interval: Score["interval"];
  readonly adjustedP: number | null;
}

/** What is read of a report.json of the ablations. */
export interface AblationReport {
  readonly headline: {
    readonly arms: { readonly before: string; readonly after: string };
    readonly before: Readonly<Record<string, object>>;
    readonly after: Readonly<Record<string, object>>;
  };
  readonly scores: readonly Score[];
  readonly extraScores: readonly Score[];
  readonly variants: readonly VariantEntry[];
  readonly run: RunRecord;
}

/** Below it, adjusted by Holm over its family, a change is called one. */
const ALPHA = 0.05;

export async function readAblationReport(path: string): Promise<AblationReport> {
  return JSON.parse(await readFile(path, "utf8")) as AblationReport;
}

export function survives({ adjustedP }: VariantEntry): boolean {
  return adjustedP !== null && adjustedP < ALPHA;
}

/** The arms that were trained, in the recipe's order: all of them are compared with the base. */
export function trainedArms({ variants, headline }: AblationReport): string[] {
  const gains = variants.filter(({ reference }) => reference === headline.arms.before);
  return [...new Set(gains.map(({ variant }) => variant))];
}

/** Its entry, or undefined. `gain`: against the base; else against the main run or a reference of its own. */
export function entryOf(
  { variants, headline }: AblationReport,
  wanted: {
    readonly variant: string;
    readonly slice: string;
    readonly metric: string;
    readonly gain: boolean;
  },
): VariantEntry | undefined {
  return variants.find(
    (it) =>
      it.variant === wanted.variant &&
      sliceOf(it) === wanted.slice &&
      it.metric === wanted.metric &&
      (it.reference === headline.arms.before) === wanted.gain,
  );
}

export function sliceOf({ split, group }: VariantEntry): string {
  return split ?? group ?? "";
}

/** Mean of a metric of the reasoning, or undefined where it has no meaning. */
export function reasoningOf(
  { extraScores }: AblationReport,
  arm: string,
  split: string,
  metric: string,
): number | undefined {
  const score = extraScores.find(
    ({ name, n, breakdown: it }) =>
      name === metric && n > 0 && it.kind === "trace" && it.arm === arm && it.split === split,
  );
  return score?.value ?? undefined;
}
