import { visibleLine, visibleText } from "./visible-text.ts";

/** Foreign text inside a line or table cell: on one line, with everything that Markdown or HTML would read escaped. */
export function cell(text: string): string {
  return visibleLine(text)
    .replace(/[\\`*_[\]|~]/g, "\\$&")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/^[#+\-=]/, "\\$&")
    .replace(/^(\d+)([.)])(?=\s|$)/, "$1\\$2")
    .replace(/(https?|ftp):\/\/|www\./gi, (start) => `${start[0]}&#8203;${start.slice(1)}`);
}

/** Foreign text of several lines in a fence that it cannot close. */
export function fence(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const mark = "`".repeat(longest + 1);
  return `${mark}text\n${visibleText(text)}\n${mark}`;
}

/** A table; the cells are escaped here. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(header), `|${header.map(() => " --- |").join("")}`, ...rows.map(line)].join("\n");
}
