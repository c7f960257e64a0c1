import { textParts, visibleText } from "./visible-text.ts";

/** Markup that may be put into a page as it is. Only this file makes it. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
}

export type HtmlValue = Html | string | number | false | null | undefined | readonly HtmlValue[];

/**
 * Template for markup: everything put into it is escaped, for element content and quoted attributes alike, except Html.
 * `null`, `undefined` and `false` give nothing; lists are joined. Attributes must be in double quotes.
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(strings.reduce((markup, part, i) => markup + part + render(values[i]), ""));
}

/** Foreign text for a `pre`: hidden characters are marked, so that they are seen even when copied around. */
export function shown(text: string): Html {
  const markup = textParts(text).map((part) =>
    part.hidden ? `<span class="hidden-character">${part.text}</span>` : escapeMarkup(part.text),
  );
  return new Html(markup.join(""));
}

/** Markup made by a library that escapes by itself (the plots). */
export function trusted(markup: string): Html {
  return new Html(markup);
}

function render(value: HtmlValue): string {
  if (value === null || value === undefined || value === false) return "";
  if (value instanceof Html) return value.markup;
  if (typeof value === "object") return value.map(render).join("");
  return escapeMarkup(visibleText(String(value)));
}

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
