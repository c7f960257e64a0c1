import { type Skipped, skippedKinds } from "../../app/scan-inputs.ts";
import type { Disagreement } from "../../core/disagreement.ts";
import type { LedgerEntry } from "../../core/run.ts";
import { dollars, quantity } from "../renderers/figures.ts";
import { table } from "../table.ts";
import type { ScanEnd, ScanSummary } from "./output.ts";

export function summaryLine(
  { files, weak, findings, failed, unconfirmed }: ScanSummary,
  skipped: ScanEnd["skipped"],
): string {
  const parts = [
    `${files} scanned`,
    weak === 0 ? "no findings" : `${findings} finding${findings === 1 ? "" : "s"} in ${weak}`,
    ...(failed === 0 ? [] : [`${failed} FAILED: nothing is known about them`]),
    ...(unconfirmed === 0 ? [] : [`${unconfirmed} that no parser of their language has confirmed`]),
    ...skippedKinds.flatMap((kind) => (skipped[kind] === 0 ? [] : [skippedWords[kind](skipped[kind])])),
  ];
  return parts.join(", ");
}

const skippedWords: Record<Skipped, (count: number) => string> = {
  file: (count) => `${count} of no known language left out`,
  link: (count) => `${count} symbolic link${count === 1 ? "" : "s"} not followed`,
  block: (count) => `${count} block${count === 1 ? "" : "s"} of something else left out`,
  "no-code": (count) => `${count} answer${count === 1 ? "" : "s"} without code`,
};

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
