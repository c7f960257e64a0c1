import { normalizeCwe } from "../../algorithms/cwe/normalize-cwe.ts";
import type { SourceFile } from "../../core/analyzer.ts";
import type { Finding, Severity } from "../../core/finding.ts";
import type { LanguageRules } from "./rule-set.ts";
import type { Hit } from "./search-text.ts";
import type { SemgrepMatch } from "./semgrep-output.ts";

/** Who found it, for every finding. */
export interface Identity {
  readonly analyzer: string;
  readonly analyzerVersion: string;
}

/** Both notations of the package: `Error`, `Warning`, `Advice` of its own, `ERROR`, `WARNING`, `INFO` of semgrep. */
export function severityOf(severity: string): Severity {
  const name = severity.toLowerCase();
  return name === "error" ? "high" : name === "warning" ? "medium" : name === "advice" ? "low" : "info";
}

export function fromHits(
  file: SourceFile,
  rules: LanguageRules,
  hits: readonly Hit[],
  identity: Identity,
): Finding[] {
  return hits.map(({ rule, start, end }) => {
    const { id, cwe, severity, message } = rules.regex[rule]!;
    return finding(file, identity, { rule: id ?? "unnamed", cwe, severity, message, start, end });
  });
}

/** Leaves out what the package leaves out: matches behind the last line of the text as Python counts lines. */
export function fromSemgrep(
  file: SourceFile,
  matches: readonly SemgrepMatch[],
  identity: Identity,
): Finding[] {
  if (matches.length === 0) return [];
  const lines = countLines(file.text);
  const bytes = Buffer.from(file.text);
  const offset = (byte: number) => bytes.subarray(0, byte).toString().length;
  return matches
    .filter(({ line }) => line <= lines)
    .map(({ rule, cwe, severity, message, startByte, endByte }) =>
      finding(file, identity, {
        rule,
        cwe,
        severity,
        message,
        start: offset(startByte),
        end: offset(endByte),
      }),
    );
}

/** Number of lines of Python's `str.splitlines()`. */
function countLines(text: string): number {
  const pieces = text.split(lineEnding);
  return pieces.at(-1) === "" ? pieces.length - 1 : pieces.length;
}

/** In a constant: it holds control characters, which a literal expression may not. */
const lineEndings = "\\n\\r\\v\\f\\x1c-\\x1e\\x85\\u2028\\u2029";
const lineEnding = new RegExp(`\\r\\n|[${lineEndings}]`);

function finding(
  file: SourceFile,
  identity: Identity,
  found: {
    rule: string;
    cwe: string | null | undefined;
    severity: string;
    message: string;
    start: number;
    end: number;
  },
): Finding {
  const cwe = found.cwe == null ? undefined : normalizeCwe(found.cwe);
  return {
    ...identity,
    rule: found.rule,
    ...(cwe === undefined ? {} : { cwe }),
    severity: severityOf(found.severity),
    span: { file: file.path, start: found.start, end: found.end },
    message: found.message.trim(),
  };
}
