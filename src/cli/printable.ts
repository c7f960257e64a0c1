import { stripVTControlCharacters } from "node:util";

/** Text without escape sequences and control characters (line breaks stay): messages may quote what a model wrote. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
  return stripVTControlCharacters(text).replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, " ");
}

/** The same on one line: for tables and lists whose lines are read by programs. */
export function printableLine(text: string): string {
  return printable(text.replace(/\s*(?:\r\n|[\n\v\f\r\u0085\u2028\u2029])\s*/g, " "));
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
const wide =
  /\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F|[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|[\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u;
const zeroWidth = /^[\p{Mark}\u200B-\u200F\u2028\u2029\u2060-\u206F\uFEFF]+$/u;

/** Columns that a line takes in a terminal. Escape sequences take none. */
export function displayWidth(line: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(stripVTControlCharacters(line))) width += columns(segment);
  return width;
}

/** The line cut to `width` columns, with `…` where something is missing. Takes text without escape sequences. */
export function fitLine(line: string, width: number): string {
  if (displayWidth(line) <= width) return line;
  if (width <= 0) return "";
  let fitted = "";
  let used = 0;
  for (const { segment } of graphemes.segment(line)) {
    const next = columns(segment);
    if (used + next > width - 1) break;
    fitted += segment;
    used += next;
  }
  return `${fitted}…`;
}

/** The line filled up with spaces to `width` columns, or cut. */
export function padLine(line: string, width: number): string {
  const fitted = fitLine(line, width);
  return fitted + " ".repeat(Math.max(0, width - displayWidth(fitted)));
}

function columns(grapheme: string): number {
  if (zeroWidth.test(grapheme)) return 0;
  return wide.test(grapheme) ? 2 : 1;
}
