import { type Html, html } from "./html.ts";
import { table } from "./markdown-text.ts";

/** A table as data, for both the page and the Markdown. The first cell of a row names it. */
export interface TextTable {
  readonly title: string;
  /** Explains the columns. */
  readonly caption: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly TextCell[])[];
}

/** What is read first, and what stands below it in small. */
export type TextCell = string | { readonly main: string; readonly small: readonly string[] };

export function htmlTable({ title, caption, header, rows }: TextTable): Html {
  const [first, ...others] = header;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table><caption>${caption}</caption>
<thead><tr><th scope="col">${first}</th>${others.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map(([name, ...cells]) => html`<tr><th scope="row">${cellHtml(name ?? "")}</th>${cells.map((cell) => html`<td>${cellHtml(cell)}</td>`)}</tr>`)}</tbody></table></div>`;
}

/** Title and table; the caption between them. */
export function markdownTable({ title, caption, header, rows }: TextTable, level = "##"): string[] {
  const text = (cell: TextCell) =>
    typeof cell === "string" ? cell : [cell.main, ...cell.small].filter(Boolean).join(" ");
  return [
    `${level} ${title}`,
    caption,
    table(
      [...header],
      rows.map((row) => row.map(text)),
    ),
  ];
}

function cellHtml(cell: TextCell): Html {
  if (typeof cell === "string") return html`${cell}`;
  return html`${cell.main}${cell.small.filter(Boolean).map((line) => html`<small>${line}</small>`)}`;
}
