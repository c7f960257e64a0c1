import { normalizeCwe } from "../../algorithms/cwe/normalize-cwe.ts";
import { lineMap } from "../../algorithms/line-map.ts";
import type { Finding } from "../../core/finding.ts";
import type { Description } from "./description.ts";

/** One result as a tool that is not SARIF tells it. Lines count from 1. */
export interface ResultRecord {
  readonly file: string;
  readonly line: number;
  readonly column: number | undefined;
  readonly endLine: number | undefined;
  readonly endColumn: number | undefined;
  readonly rule: string;
  readonly message: string;
  readonly severity: string | undefined;
  readonly cwe: string | undefined;
}

export interface ColumnKind {
  readonly first: 0 | 1;
  readonly unit: "utf16" | "code-points" | "bytes";
}

/** A finding with its place in UTF-16 units; without columns it is the whole line, without an end the token that begins there. */
export function toFinding(
  record: ResultRecord,
  text: string,
  columns: ColumnKind,
  { name, severity }: Description,
): Finding {
  const map = lineMap(text);
  const offset = (line: number, column: number) => {
    const units = unitsBefore(map.line(line), column - columns.first, columns.unit);
    return map.offset({ line, column: units + 1 });
  };
  const start =
    record.column === undefined ? lineStart(record.line, map) : offset(record.line, record.column);
  const endLine = record.endLine ?? record.line;
  const end =
    record.endColumn !== undefined
      ? offset(endLine, record.endColumn)
      : record.column === undefined
        ? map.offset({ line: endLine, column: Number.MAX_SAFE_INTEGER })
        : start;
  const cwe = record.cwe === undefined ? undefined : cweIn(record.cwe);
  return {
    analyzer: name,
    analyzerVersion: "",
    rule: record.rule,
    ...(cwe === undefined ? {} : { cwe }),
    severity: severity[record.severity ?? ""] ?? "medium",
    span: { file: record.file, start, end: end > start ? end : tokenEnd(text, start) },
    message: record.message.trim(),
  };
}

/** End of the word or sign at a place, for tools that tell only where something begins. */
export function tokenEnd(text: string, start: number): number {
  const token = /^(?:[\p{L}\p{N}_$]+|[\s\S])/u.exec(text.slice(start, start + 200));
  return start + (token?.[0].length ?? 0);
}

function lineStart(line: number, map: ReturnType<typeof lineMap>): number {
  return map.offset({ line, column: 1 });
}

/** UTF-16 units of the first `count` units of another kind. */
function unitsBefore(line: string, count: number, unit: ColumnKind["unit"]): number {
  if (count <= 0) return 0;
  if (unit === "utf16") return count;
  if (unit === "code-points") return [...line].slice(0, count).join("").length;
  return Buffer.from(line).subarray(0, count).toString().length;
}

function cweIn(text: string): string | undefined {
  return normalizeCwe(text) ?? normalizeCwe(/\bCWE[-_ ]?(\d+)/i.exec(text)?.[1] ?? "");
}
