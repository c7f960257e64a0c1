import type { OpenAnalyzer } from "../../app/scan-analyzers.ts";
import { table } from "../table.ts";

/** Rules of analyzers that list theirs, one a line. */
export function ruleTable(analyzers: readonly OpenAnalyzer[]): string {
  const rows = analyzers.flatMap(({ rules }) =>
    rules.map(({ id, kind, cwe, severity, languages, message }) => [
      id,
      kind === "safe" ? "safe pattern" : severity,
      cwe ?? "-",
      languages.join(" "),
      message,
    ]),
  );
  return table([["rule", "severity", "CWE", "languages", "message"], ...rows]);
}
