import type { SourceFile } from "../../src/core/analyzer.ts";
import type { Verdict } from "./sample.ts";

/** Findings per thousand lines that are not blank, in files on which the tool did not fail. */
export function noise(files: readonly SourceFile[], verdicts: readonly Verdict[]) {
  let lines = 0;
  let failedFiles = 0;
  const rules = new Map<string, number>();
  for (const [index, verdict] of verdicts.entries()) {
    if ("failed" in verdict) {
      failedFiles++;
      continue;
    }
    lines += files[index]!.text.split("\n").filter((line) => line.trim() !== "").length;
    for (const { rule } of verdict.findings) rules.set(rule, (rules.get(rule) ?? 0) + 1);
  }
  const findings = [...rules.values()].reduce((sum, count) => sum + count, 0);
  return {
    findings,
    lines,
    perThousandLines: lines === 0 ? null : (1000 * findings) / lines,
    failedFiles,
    byRule: Object.fromEntries([...rules].sort(([, a], [, b]) => b - a)),
  };
}
