import type { Disagreement } from "../../core/disagreement.ts";
import type { LedgerEntry } from "../../core/run.ts";
import { dollars, quantity } from "../renderers/figures.ts";
import { table } from "../table.ts";
import type { ScanSummary } from "./output.ts";

export function summaryLine({ files, weak, findings, failed }: ScanSummary, skipped: number): string {
  const parts = [
    `${files} scanned`,
    weak === 0 ? "no findings" : `${findings} finding${findings === 1 ? "" : "s"} in ${weak}`,
    ...(failed === 0 ? [] : [`${failed} FAILED: nothing is known about them`]),
    ...(skipped === 0 ? [] : [`${skipped} of no known language left out`]),
  ];
  return parts.join(", ");
}

/** The disagreement matrix, where several analyzers spoke. */
export function disagreementLines(disagreements: readonly Disagreement[]): string[] {
  if (disagreements.length === 0) return [];
  const header = [
    "files with findings of",
    "both",
    "only the first",
    "only the second",
    "neither",
    "(failed)",
  ];
  const rows = disagreements.map(({ first, second, both, onlyFirst, onlySecond, neither, failed }) => [
    `${first}, ${second}`,
    ...[both, onlyFirst, onlySecond, neither, failed].map(String),
  ]);
  return [table([header, ...rows])];
}

/** What models were asked and what it cost. */
export function spentLines(ledger: readonly LedgerEntry[]): string[] {
  return ledger.map(({ model, calls, cachedCalls, usage, usd }) => {
    const known = cachedCalls === 0 ? "" : ` (${cachedCalls} answered before)`;
    return `${model}: ${calls} calls${known}, ${quantity(usage.input + usage.output)} tokens, ${dollars(usd)}`;
  });
}
