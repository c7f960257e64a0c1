import type { Disagreement } from "../core/disagreement.ts";
import { count } from "./format.ts";
import type { ReportInput } from "./report-input.ts";
import type { TextTable } from "./text-table.ts";

/** The disagreement matrix of every step in which several analyzers (or exploits beside them) had a say; null where none had. */
export function disagreementTable({ disagreements = [] }: ReportInput): TextTable | null {
  const groups = disagreements.filter(({ rows }) => rows.length > 0);
  if (groups.length === 0) return null;
  return {
    title: "Analyzers against each other",
    caption:
      "On how many pieces of code (answers, where exploits are among them) both of two had findings, only one of them, or neither. Where one of them failed or abstained, nothing is compared.",
    header: ["of", "both", "only the first", "only the second", "neither", "agree, %", "not compared"],
    groups: groups.map(({ title, rows }) => ({
      title,
      rows: rows.map((row) => [
        `${row.first}, ${row.second}`,
        ...[row.both, row.onlyFirst, row.onlySecond, row.neither].map(count),
        agreement(row),
        count(row.failed),
      ]),
    })),
  };
}

function agreement({ both, onlyFirst, onlySecond, neither }: Disagreement): string {
  const all = both + onlyFirst + onlySecond + neither;
  return all === 0 ? "–" : ((100 * (both + neither)) / all).toFixed(1);
}
