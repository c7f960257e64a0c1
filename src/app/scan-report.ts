import { lineMap, type Position } from "../algorithms/line-map.ts";
import { type ToolRun, writeSarif } from "../algorithms/sarif/write-sarif.ts";
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

/** What each analyzer said of the files, the policy left aside: SARIF's readers have policies of their own. */
export function toolRuns(files: readonly ScannedFile[], analyzers: readonly OpenAnalyzer[]): ToolRun[] {
  return analyzers.map(({ name, availability, rules }) => {
    const outcomes = files.map(({ path, outcomes: all }) => ({ path, outcome: all[name]! }));
    return {
      tool: name,
      version: [availability.version, availability.rulesVersion].filter(Boolean).join("+") || "unknown",
      rules,
      findings: outcomes.flatMap(({ outcome }) => (outcome.outcome === "findings" ? outcome.findings : [])),
      failures: outcomes.flatMap(({ path, outcome }) =>
        outcome.outcome === "failed" ? [{ file: path, failure: outcome }] : [],
      ),
    };
  });
}

export function sarifText(runs: readonly ToolRun[], files: readonly ScannedFile[]): string {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  return JSON.stringify(writeSarif(runs, (file) => texts.get(file) ?? ""));
}
