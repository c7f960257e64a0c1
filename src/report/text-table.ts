import { type Html, html } from "./html.ts";
import { table } from "./markdown-text.ts";

/** A table as data, for both the page and the Markdown. */
export interface TextTable {
  readonly title: string;
  /** Explains the columns. */
  readonly caption: string;
  readonly header: readonly string[];
  /** Rows in groups; a group without a title has no line of its own. */
  readonly groups: readonly TextGroup[];
}

export interface TextGroup {
  readonly title?: string | undefined;
  /** Said once of the whole group. */
  readonly note?: string | undefined;
  /** The first cell of a row names it. */
  readonly rows: readonly (readonly TextCell[])[];
}

/** What is read first, and what stands below it in small. */
export type TextCell = string | { readonly main: string; readonly small: readonly string[] };

export function htmlTable({ title, caption, header, groups }: TextTable): Html {
  const [first, ...others] = header;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table><caption>${caption}</caption>
<thead><tr><th scope="col">${first}</th>${others.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${groups.map((group) => html`${groupLine(group, header.length)}${group.rows.map(([name, ...cells]) => html`<tr><th scope="row">${cellHtml(name ?? "")}</th>${cells.map((cell) => html`<td>${cellHtml(cell)}</td>`)}</tr>`)}`)}</tbody></table></div>`;
}

/** Title, caption and table, in which every row names its group too. */
export function markdownTable({ title, caption, header, groups }: TextTable): string[] {
  const rows = groups.flatMap(({ title: group, note, rows: own }) =>
    own.map(([name = "", ...cells]) => {
      const names = [group, cellText(name)].filter((part) => part !== undefined).join(", ");
      return [note === undefined ? names : `${names} (${note})`, ...cells.map(cellText)];
    }),
  );
  return [`## ${title}`, caption, table([...header], rows)];
}

function groupLine({ title, note }: TextGroup, columns: number): Html | null {
  if (title === undefined) return null;
  return html`<tr><th scope="rowgroup" colspan="${columns}">${title}${note !== undefined && html` <small>${note}</small>`}</th></tr>`;
}

function cellHtml(cell: TextCell): Html {
  if (typeof cell === "string") return html`${cell}`;
  return html`${cell.main}${cell.small.filter(Boolean).map((line) => html`<small>${line}</small>`)}`;
}

function cellText(cell: TextCell): string {
  return typeof cell === "string" ? cell : [cell.main, ...cell.small].filter(Boolean).join(" ");
}
