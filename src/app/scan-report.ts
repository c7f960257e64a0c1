import { DisagreementMatrix, saidOf } from "../algorithms/disagreement.ts";
import { lineMap, type Position } from "../algorithms/line-map.ts";
import { type ToolRun, writeSarif } from "../algorithms/sarif/write-sarif.ts";
import { failureOf } from "../core/analyzer.ts";
import type { Disagreement } from "../core/disagreement.ts";
import type { ScannedFile } from "./scan.ts";
import type { OpenAnalyzer } from "./scan-analyzers.ts";

/** Lines and columns of a scanned file, read on first use. */
export function positions({ text }: ScannedFile): (offset: number) => Position {
  let map: ReturnType<typeof lineMap> | undefined;
  return (offset) => {
    map ??= lineMap(text);
    return map.position(offset);
  };
}

/** Counts over a scan how often its analyzers agree; no rows where only one speaks. */
export function watchDisagreement(): { add(file: ScannedFile): void; rows(): Disagreement[] } {
  const matrix = new DisagreementMatrix();
  return { add: ({ outcomes }) => matrix.add(saidOf(outcomes)), rows: () => matrix.rows() };
}

/**
 * What each tool said of the files, the policy left aside: SARIF's readers have policies of their own. An analyzer is one tool,
 * unless it passes on what several found (a report). `stopped` is what ended the scan before its time.
 */
export function toolRuns(
  files: readonly ScannedFile[],
  analyzers: readonly OpenAnalyzer[],
  stopped?: string,
): ToolRun[] {
  return analyzers.flatMap(({ name, tool: own, availability, rules }) => {
    const outcomes = files.map(({ path, outcomes: all }) => ({ path, outcome: all[name]! }));
    const findings = outcomes.flatMap(({ outcome }) =>
      outcome.outcome === "findings" ? outcome.findings : [],
    );
    const failures = outcomes.flatMap(({ path, outcome }) => {
      const failure = failureOf(outcome);
      return failure === undefined ? [] : [{ file: path, failure }];
    });
    const byTool = new Map([[own, [] as typeof findings], ...Map.groupBy(findings, (one) => one.analyzer)]);
    // A report's own name is none: without findings and failures it has said nothing.
    if (byTool.size > 1 && byTool.get(own)!.length === 0 && failures.length === 0) byTool.delete(own);
    return [...byTool].map(([tool, said]) => ({
      tool,
      version: tool === own ? versionOf(availability) : (said[0]?.analyzerVersion ?? "unknown"),
      rules,
      findings: said,
      failures: tool === own ? failures : [],
      stopped,
    }));
  });
}

export function sarifText(runs: readonly ToolRun[], files: readonly ScannedFile[]): string {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  return JSON.stringify(writeSarif(runs, (file) => texts.get(file) ?? ""));
}

function versionOf({ version, rulesVersion }: OpenAnalyzer["availability"]): string {
  return [version, rulesVersion].filter(Boolean).join("+") || "unknown";
}
