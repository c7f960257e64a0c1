import type { SourceFile } from "../../src/core/analyzer.ts";
import type { Finding } from "../../src/core/finding.ts";

/** A text of which it is known whether it is weak. */
export interface Sample extends SourceFile {
  /** What is drawn again for intervals: texts of one task family, or of one repository, resemble each other. */
  readonly cluster: string;
  readonly weak: boolean;
  /** The weakness, or the one that was repaired. */
  readonly cwe: string | null;
  /** Both texts of a commit have the same. */
  readonly pair?: string;
}

/** What a tool said of a text, findings that it calls informative left out. */
export type Verdict = { readonly failed: string } | { readonly findings: readonly Finding[] };

export const flagged = (verdict: Verdict): boolean => "findings" in verdict && verdict.findings.length > 0;
