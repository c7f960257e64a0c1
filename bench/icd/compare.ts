import type { AnalysisOutcome } from "../../src/core/analyzer.ts";
import type { Issue, PeerAnswer } from "./peer.ts";

/** How one text compares. The first three are equal findings. */
export const relations = [
  "equal findings",
  "both clean",
  "no findings, but semgrep's output held errors that the package ignores: failed",
  "different findings",
  "the package threw",
] as const;
export type Relation = (typeof relations)[number];

export function relate(text: string, ours: AnalysisOutcome, theirs: PeerAnswer): Relation {
  if (theirs.threw != null) return "the package threw";
  const mine = ours.outcome === "findings" ? ours.findings.map((one) => toIssue(text, one)) : [];
  if (canonical(mine) !== canonical(theirs.issues)) return "different findings";
  if (mine.length > 0) return "equal findings";
  return ours.outcome === "failed"
    ? "no findings, but semgrep's output held errors that the package ignores: failed"
    : "both clean";
}

function toIssue(
  text: string,
  { rule, span, cwe }: { rule: string; span: { start: number }; cwe?: string | undefined },
): Issue {
  return { rule, line: text.slice(0, span.start).split("\n").length, cwe: cwe ?? "" };
}

/** As a multiset: the package gives its issues in the order in which threads finish. */
function canonical(issues: readonly Issue[]): string {
  return JSON.stringify(issues.map(({ rule, line, cwe }) => `${rule} ${line} ${cwe}`).sort());
}
