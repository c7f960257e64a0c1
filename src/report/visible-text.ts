/**
 * Characters that are not seen but change what is: controls (also terminal escapes), bidirectional overrides and isolates
 * ("Trojan Source", CVE-2021-42574), zero-width and tag characters, line separators, lone surrogates, blank fillers.
 * Line feed and tab are ordinary.
 */
const HIDDEN =
  /(?![\n\t])(?:[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]|\u034f|[\u{e0100}-\u{e01ef}])/gu;

/** A piece of text; `hidden` ones are the visible name of a character that cannot be seen. */
export interface TextPart {
  readonly text: string;
  readonly hidden: boolean;
}

/** Splits text so that every hidden character can be shown as `U+202E`. CRLF counts as an ordinary line end. */
export function textParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  const normal = text.replaceAll("\r\n", "\n");
  let from = 0;
  for (const match of normal.matchAll(HIDDEN)) {
    if (match.index > from) parts.push({ text: normal.slice(from, match.index), hidden: false });
    parts.push({ text: codePointName(match[0]), hidden: true });
    from = match.index + match[0].length;
  }
  if (from < normal.length) parts.push({ text: normal.slice(from), hidden: false });
  return parts;
}

/** The text with `⟨U+202E⟩` in place of hidden characters: for terminals, Markdown and attributes. */
export function visibleText(text: string): string {
  return textParts(text)
    .map((part) => (part.hidden ? `⟨${part.text}⟩` : part.text))
    .join("");
}

/** The same on one line: white space becomes single spaces. */
export function visibleLine(text: string): string {
  return visibleText(text.replace(/\s+/g, " ").trim());
}

/** At most `limit` UTF-16 units, never half a character; says how much is missing. */
export function clip(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = /[\ud800-\udbff]/.test(text[limit - 1]!) ? limit - 1 : limit;
  return `${text.slice(0, end)}\n… (${text.length - end} more characters)`;
}

function codePointName(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
}
