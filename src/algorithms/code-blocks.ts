import type { CodeBlock } from "../core/generation.ts";

/**
 * Fenced code blocks of a Markdown answer, in order, by the rules of CommonMark 0.31 (section 4.5) with two liberties that
 * model answers need: a fence may be indented by any amount (list items), and lines end at `\n`, `\r\n` or `\r`.
 *
 * `span` covers the lines between the fences with their line endings, so it starts at a line and ends where the closing fence's
 * line starts; an unclosed fence (answer cut at the token limit) reaches to the end of the text. `code` is that text, except
 * that under an indented fence each line loses up to the fence's indentation: `textOffset` finds the way back.
 */
export function codeBlocks(text: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: OpenFence | undefined;
  for (const line of linesOf(text)) {
    const body = text.slice(line.start, line.end);
    if (!open) {
      open = openingFence(body, line.next);
    } else if (isClosingFence(body, open)) {
      blocks.push(toBlock(text, open, line.start));
      open = undefined;
    }
  }
  if (open) blocks.push(toBlock(text, open, text.length));
  return blocks;
}

/**
 * UTF-16 offset in `text` of an offset in `block.code`. The same for every block that is not indented; under an indented
 * fence the removed indentation is added again. Throws RangeError outside the code.
 */
export function textOffset(text: string, block: CodeBlock, codeOffset: number): number {
  if (!Number.isInteger(codeOffset) || codeOffset < 0 || codeOffset > block.code.length) {
    throw new RangeError(`offset ${codeOffset} is outside code of length ${block.code.length}`);
  }
  const { start, end } = block.span;
  const raw = text.slice(start, end);
  if (raw.length === block.code.length) return start + codeOffset;
  const fence = [...linesOf(text.slice(0, start))].at(-1)!;
  const indent = leadingSpace(text.slice(fence.start, fence.end));
  let left = codeOffset;
  let at = end;
  for (const line of linesOf(raw)) {
    const removed = Math.min(indent, leadingSpace(raw.slice(line.start, line.end)));
    const kept = line.next - line.start - removed;
    at = start + line.start + removed + left;
    if (left < kept) break;
    left -= kept;
  }
  return at;
}

interface OpenFence {
  readonly mark: string;
  readonly length: number;
  /** Characters of white space before it. */
  readonly indent: number;
  readonly language: string | undefined;
  readonly contentStart: number;
}

const OPENING = /^([ \t]*)(`{3,}|~{3,})[ \t]*(.*)$/s;
const CLOSING = /^([ \t]*)(`{3,}|~{3,})[ \t]*$/;
/** A closing fence may be this much further right than the opening one (CommonMark's three spaces). */
const CLOSING_SLACK = 3;

function openingFence(line: string, contentStart: number): OpenFence | undefined {
  const [, space, fence, info] = OPENING.exec(line) ?? [];
  if (space === undefined || fence === undefined || info === undefined) return undefined;
  const mark = fence[0]!;
  // Back-ticks in the info string: this is inline code, not a fence.
  if (mark === "`" && info.includes("`")) return undefined;
  return { mark, length: fence.length, indent: space.length, language: languageOf(info), contentStart };
}

function isClosingFence(line: string, open: OpenFence): boolean {
  const [, space, fence] = CLOSING.exec(line) ?? [];
  if (space === undefined || fence === undefined) return false;
  return fence[0] === open.mark && fence.length >= open.length && space.length <= open.indent + CLOSING_SLACK;
}

/** First word of the info string in lower case: `Python`, `{.python}`, `python:main.py` and `python title=x` are all `python`. */
function languageOf(info: string): string | undefined {
  return /^\{?\.?([^\s{}:,]+)/.exec(info.trim())?.[1]?.toLowerCase();
}

function toBlock(text: string, open: OpenFence, end: number): CodeBlock {
  const start = Math.min(open.contentStart, end);
  const code = dedent(text.slice(start, end), open.indent);
  const block = { code, span: { start, end } };
  return open.language === undefined ? block : { language: open.language, ...block };
}

function dedent(code: string, indent: number): string {
  if (indent === 0) return code;
  const spaces = new RegExp(`^[ \\t]{1,${indent}}`);
  return [...linesOf(code)].map((line) => code.slice(line.start, line.next).replace(spaces, "")).join("");
}

function leadingSpace(line: string): number {
  return /^[ \t]*/.exec(line)![0].length;
}

/** Lines without (`end`) and with (`next`) their line ending. A text that ends in a line ending has no empty last line. */
function* linesOf(text: string): Generator<{ start: number; end: number; next: number }> {
  let start = 0;
  while (start < text.length) {
    let end = start;
    while (end < text.length && text[end] !== "\n" && text[end] !== "\r") end++;
    const next = text.startsWith("\r\n", end) ? end + 2 : Math.min(end + 1, text.length);
    yield { start, end, next };
    start = next;
  }
}
