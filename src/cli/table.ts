import { displayWidth, padLine, printable } from "./printable.ts";

/** Rows as aligned columns, two spaces apart; the last column is as long as it is. */
export function table(rows: readonly (readonly string[])[]): string {
  const clean = rows.map((row) => row.map((cell) => printable(cell).replaceAll("\n", " ")));
  const widths: number[] = [];
  for (const row of clean) {
    for (const [index, cell] of row.entries())
      widths[index] = Math.max(widths[index] ?? 0, displayWidth(cell));
  }
  return clean
    .map((row) =>
      row
        .map((cell, index) => padLine(cell, widths[index] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
