import type { ScannedFile } from "../../app/scan.ts";
import type { OpenAnalyzer } from "../../app/scan-analyzers.ts";
import type { Skipped } from "../../app/scan-inputs.ts";
import { positions, sarifText, toolRuns, watchDisagreement } from "../../app/scan-report.ts";
import { failureOf } from "../../core/analyzer.ts";
import { messageOf } from "../../core/error.ts";
import type { LedgerEntry } from "../../core/run.ts";
import { errorLine, print, printJson, say } from "../output.ts";
import { printableLine } from "../printable.ts";
import { disagreementLines, spentLines, summaryLine } from "./summary.ts";

export type ScanFormat = "lines" | "json" | "sarif";

export interface ScanSummary {
  files: number;
  /** Files that the policy calls weak, and findings in them. */
  weak: number;
  findings: number;
  /** Files about which nothing is known. */
  failed: number;
  /** Clean ones that no parser of their language has confirmed to be programs. */
  unconfirmed: number;
}

/** What is known at the end only. */
export interface ScanEnd {
  readonly skipped: Readonly<Record<Skipped, number>>;
  readonly ledger: readonly LedgerEntry[];
  /** What stopped the scan before its end. */
  readonly error?: unknown;
}

export interface ScanOutput {
  readonly summary: Readonly<ScanSummary>;
  write(file: ScannedFile): void;
  end(end: ScanEnd): void;
}

/** Writes results to stdout as they come (SARIF: at the end), and what became of the whole to stderr. */
export function openScanOutput(format: ScanFormat, analyzers: readonly OpenAnalyzer[]): ScanOutput {
  const summary: ScanSummary = { files: 0, weak: 0, findings: 0, failed: 0, unconfirmed: 0 };
  const matrix = watchDisagreement();
  const kept: ScannedFile[] = [];
  return {
    summary,
    write: (file) => {
      summary.files++;
      matrix.add(file);
      const findings = findingsOf(file);
      if (file.verdict === "fail") {
        summary.weak++;
        summary.findings += findings.length;
      }
      if (isUnknown(file)) summary.failed++;
      if (file.unconfirmed) summary.unconfirmed++;
      if (format === "sarif") kept.push(file);
      else if (format === "json") writeJson(file);
      else writeLines(file);
    },
    end: ({ skipped, ledger, error }) => {
      const disagreements = matrix.rows();
      const stopped = error === undefined ? undefined : messageOf(error);
      if (format === "sarif") print(sarifText(toolRuns(kept, analyzers, stopped), kept));
      if (format === "json")
        printJson({
          ...{ ...summary, skipped: skipped.file, links: skipped.link, blocks: skipped.block },
          noCode: skipped["no-code"],
          ...(error !== undefined && errorLine(error)),
          ...(disagreements.length > 0 && { disagreements }),
          ...(ledger.length > 0 && { models: ledger.map(({ step: _, ...entry }) => entry) }),
        });
      say(summaryLine(summary, skipped));
      for (const line of [...disagreementLines(disagreements), ...spentLines(ledger)]) say(line);
    },
  };
}

/** An analyzer failed that could have tipped it, or would not say. */
function isUnknown({ verdict }: ScannedFile): boolean {
  return verdict === "error" || verdict === "skip";
}

/** Findings of a weak file, each with its analyzer; of others none: the policy has outvoted them. */
function findingsOf({ verdict, outcomes }: ScannedFile) {
  if (verdict !== "fail") return [];
  return Object.values(outcomes)
    .flatMap((outcome) => (outcome.outcome === "findings" ? outcome.findings : []))
    .sort((a, b) => a.span.start - b.span.start);
}

/** `inPart`: beside findings, which count all the same. */
function failuresOf({ outcomes }: ScannedFile) {
  return Object.entries(outcomes).flatMap(([name, outcome]) => {
    const failure = failureOf(outcome);
    return failure === undefined ? [] : [{ name, inPart: outcome.outcome === "findings", ...failure }];
  });
}

function writeLines(file: ScannedFile): void {
  const place = positions(file);
  for (const { span, severity, cwe, rule, message } of findingsOf(file)) {
    const { line, column } = place(span.start);
    print(printableLine(`${file.path}:${line}:${column}  ${severity}  ${cwe ?? "-"}  ${rule}: ${message}`));
  }
  for (const { name, inPart, reason, message } of failuresOf(file)) {
    if (!isUnknown(file) && !(inPart && file.verdict === "fail")) continue;
    const what = inPart ? "FAILED IN PART" : "FAILED";
    print(printableLine(`${file.path}  ${what}  ${reason}: ${message} (${name})`));
  }
}

function writeJson(file: ScannedFile): void {
  if (file.verdict === "pass") return;
  const place = positions(file);
  const findings = findingsOf(file).map((finding) => ({ ...finding, ...place(finding.span.start) }));
  const failures = failuresOf(file).map(({ name, inPart, reason, message }) => ({
    ...{ analyzer: name, reason, message },
    ...(inPart && { inPart }),
  }));
  printJson({ path: file.path, language: file.language, verdict: file.verdict, findings, failures });
}

/** How far a scan is. */
export function progressLine({ files, findings, failed }: Readonly<ScanSummary>): string {
  return `${files} scanned, ${findings} findings${failed === 0 ? "" : `, ${failed} failed`}`;
}
