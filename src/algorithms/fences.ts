import { isCodeLine } from "./code-likeness.ts";
import { languageOfTag, tagNamesOther } from "./syntax/language-tags.ts";

/** A fence line that opens a block. */
export interface OpeningFence {
  /** The character that it is made of. */
  readonly mark: string;
  readonly length: number;
  /** Characters of white space before it, which its lines lose. */
  readonly indent: number;
  /** First word of its info string, lower case. */
  readonly tag: string | undefined;
  /** Offset in the line at which code begins that stands behind the tag; absent: on the next line. */
  readonly codeAt?: number | undefined;
}

const opening = /^([ \t]*)(`{3,}|~{3,})([ \t]*)(.*)$/s;
const closing = /^([ \t]*)(`{3,}|~{3,})[ \t]*$/;
/** A closing fence may be this much further right than the opening one (CommonMark's three spaces). */
const closingSlack = 3;

/** The line as an opening fence; null when it is none. */
export function openingFence(line: string): OpeningFence | null {
  const [, space, fence, gap, info] = opening.exec(line) ?? [];
  if (space === undefined || fence === undefined || gap === undefined || info === undefined) return null;
  const mark = fence[0]!;
  const own = { mark, length: fence.length, indent: space.length };
  // Back-ticks in the info string: this is inline code, unless a language says otherwise.
  if (
    mark === "`" &&
    info.includes("`") &&
    (info.includes(fence) || languageOfTag(tagOf(info) ?? "") === undefined)
  )
    return null;
  const behind = codeBehind(info);
  if (behind === null) return { ...own, tag: tagOf(info) };
  const at = space.length + fence.length + gap.length + behind;
  return { ...own, tag: behind === 0 ? undefined : tagOf(info), codeAt: at };
}

/**
 * A line of prose that ends in an opening fence (`Sure! ```python`), or null. `closes` says whether a fence that stands alone on its
 * line follows: without one and without a known language it is no block.
 */
export function fenceBehindProse(line: string, closes: boolean): OpeningFence | null {
  const [, before, fence, tag] =
    /^(.*?[^\s`~].*?)(`{3,}|~{3,})[ \t]*([\w+#.-]*)[ \t]*$/s.exec(line.slice(0, maxProse)) ?? [];
  if (before === undefined || fence === undefined || tag === undefined || line.length > maxProse) return null;
  // An even number of such fences before it: this one closes none of them.
  if (before.split(fence).length % 2 === 0 || /[`~]$/.test(before)) return null;
  if (languageOfTag(tag) === undefined && !closes) return null;
  return {
    mark: fence[0]!,
    length: fence.length,
    indent: 0,
    tag: tag === "" ? undefined : tag.toLowerCase(),
  };
}

/** Prose before a fence on the same line is no longer than this. */
const maxProse = 2_000;

/** Whether the line closes the block of that fence. */
export function isClosingFence(line: string, { mark, length, indent }: OpeningFence): boolean {
  const [, space, fence] = closing.exec(line) ?? [];
  if (space === undefined || fence === undefined) return false;
  return fence[0] === mark && fence.length >= length && space.length <= indent + closingSlack;
}

/** Whether the line is nothing but a fence, of whichever kind. */
export function isBareFence(line: string): boolean {
  return closing.test(line);
}

/** Offset of a fence that ends a line of code (`x = 1```` `), where it could only close a block; -1 where there is none. */
export function fenceBehindCode(line: string, mark: string, length: number): number {
  const trimmed = line.trimEnd();
  let at = trimmed.length;
  while (trimmed[at - 1] === mark) at--;
  const alone =
    at > 0 && trimmed.length - at >= length && !trimmed.slice(0, at).includes(mark.repeat(length));
  return alone && trimmed.slice(0, at).trim() !== "" ? at : -1;
}

/** Code in a fence that opens and closes on one line, alone on it or with a language: `start` and `end` in the line. */
export function inlineFence(line: string): { tag: string | undefined; start: number; end: number } | null {
  if (line.length > maxInline) return null;
  const match = /(?<!`)(`{3,})(?!`)(.*?[^`])\1(?!`)/s.exec(line);
  if (match === null) return null;
  const [whole, fence, inside] = [match[0], match[1]!, match[2]!];
  const word = /^\s*(\S+)\s+(?=\S)/.exec(inside);
  const tagged =
    word !== null && languageOfTag(word[1]!) !== undefined && !isCodeLine(inside.trim().split(/\s/, 1)[0]!);
  if (!tagged && line.trim() !== whole) return null;
  const start = match.index + fence.length + (tagged ? word[0].length : 0);
  const end = match.index + whole.length - fence.length;
  return { tag: tagged ? word[1]!.toLowerCase() : undefined, start, end };
}

/** Longer lines are no inline code. */
const maxInline = 20_000;

/** First word of the info string in lower case: `Python`, `{.python}`, `python:main.py` and `python title=x` are all `python`. */
function tagOf(info: string): string | undefined {
  const words = info.trim();
  // `12:15:src/app.py`, as editors cite lines of a file.
  const cited = /^\d+:\d+:(\S+)/.exec(words)?.[1];
  return (cited ?? /^\{?\.?([^\s{}:,]+)/.exec(words)?.[1])?.toLowerCase();
}

/**
 * Offset in the info string at which code begins: `python import os`, or `import os` where even the tag is code. Attributes and file
 * names behind a tag are none. Null where there is no code.
 */
function codeBehind(info: string): number | null {
  const tag = tagOf(info) ?? "";
  if (tag === "") return null;
  const known = languageOfTag(tag) !== undefined;
  if (!known) return !tagNamesOther(tag) && isStatement(info) ? 0 : null;
  const rest = /^\S+\s+(?=\S)/.exec(info);
  if (rest === null) return null;
  return isStatement(info.slice(rest[0].length)) ? rest[0].length : null;
}

/** Surely code, in a place where it is unusual: not `title="x"`, `{1,3}`, `main.py (excerpt)`. */
function isStatement(text: string): boolean {
  if (/^(\{|[\w-]+=["'{\d])/.test(text.trim())) return false;
  return (
    isCodeLine(text) && /^#\s*include|^(import|from|package|using)\s|\w\(.*\)|;\s*$|\{\s*$/.test(text.trim())
  );
}
