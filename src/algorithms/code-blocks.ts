import type { CodeBlock } from "../core/generation.ts";
import { codeShare } from "./code-likeness.ts";
import {
  fenceBehindCode,
  fenceBehindProse,
  inlineFence,
  isBareFence,
  isClosingFence,
  type OpeningFence,
  openingFence,
} from "./fences.ts";
import { linesOf, type TextLine } from "./text-lines.ts";

/**
 * Fenced code blocks of a Markdown answer, in order, by the rules of CommonMark 0.31 (section 4.5) with the liberties that model
 * answers need: a fence may be indented by any amount (list items), stand behind prose or behind code on the same line, or open and
 * close on one line; code may stand behind its tag; the text may begin inside a block, because the prompt ended in the opening fence;
 * Markdown inside Markdown gives the inner blocks. Lines end at `\n`, `\r\n` or `\r`.
 *
 * `language` is the tag as it was written, in lower case (`syntax/language-tags.ts` says what it means). `span` covers the code with
 * its line endings; an unclosed fence (answer cut at the token limit) reaches to the end of the text. `code` is that text, except
 * that under an indented fence each line loses up to the fence's indentation: `textOffset` finds the way back.
 */
export function codeBlocks(text: string): CodeBlock[] {
  const lines = [...linesOf(text)];
  const found = fencedBlocks(text, lines);
  const fence = strayFence(text, lines, found);
  const blocks =
    fence === null
      ? found
      : [
          { code: text.slice(0, fence.at), start: 0, end: fence.at, tag: undefined, fence: null },
          ...fencedBlocks(text, lines, fence.line + 1),
        ];
  return blocks.flatMap((block) => innerBlocks(text, block) ?? [toCodeBlock(block)]);
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
  const indent = fenceIndent(text, start);
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

/** Whether a block is the text at its span, but for the indentation of its fence. */
export function isBlockOf(text: string, { code, span: { start, end } }: CodeBlock): boolean {
  if (start > end || end > text.length) return false;
  const raw = text.slice(start, end);
  return raw === code || (start > 0 && dedent(raw, fenceIndent(text, start)) === code);
}

interface FoundBlock {
  readonly code: string;
  readonly start: number;
  readonly end: number;
  readonly tag: string | undefined;
  /** Its opening fence and that one's line; null where it has none. */
  readonly fence: { readonly opening: OpeningFence; readonly line: number } | null;
  readonly unclosed?: true;
}

function fencedBlocks(text: string, lines: readonly TextLine[], from = 0): FoundBlock[] {
  const body = (index: number) => text.slice(lines[index]!.start, lines[index]!.end);
  const lastBare = lines.findLastIndex((_, index) => isBareFence(body(index)));
  const blocks: FoundBlock[] = [];
  const inline: FoundBlock[] = [];
  for (let index = from; index < lines.length; ) {
    const line = body(index);
    const opening = openingFence(line) ?? fenceBehindProse(line, index < lastBare);
    if (opening === null) {
      const code = inlineFence(line);
      if (code !== null) {
        const [start, end] = [lines[index]!.start + code.start, lines[index]!.start + code.end];
        inline.push({ code: text.slice(start, end), start, end, tag: code.tag, fence: null });
      }
      index++;
      continue;
    }
    const begin = opening.codeAt === undefined ? lines[index]!.next : lines[index]!.start + opening.codeAt;
    const close = closingOf(text, lines, index + 1, opening, lastBare);
    const start = Math.min(begin, close.end);
    const code = dedent(text.slice(start, close.end), opening.indent);
    const fence = { opening, line: index };
    blocks.push({
      code,
      start,
      end: close.end,
      tag: opening.tag,
      fence,
      ...(close.unclosed && { unclosed: true }),
    });
    index = close.line + 1;
  }
  return [...blocks, ...inline].sort((a, b) => a.start - b.start);
}

/** Where a block ends, and the line of its closing fence. */
function closingOf(
  text: string,
  lines: readonly TextLine[],
  from: number,
  opening: OpeningFence,
  lastBare: number,
): { end: number; line: number; unclosed?: true } {
  /** A fence behind code closes the block only where none does that stands alone. */
  let behind: { end: number; line: number } | undefined;
  for (let index = from; index < lines.length; index++) {
    const { start, end } = lines[index]!;
    const line = text.slice(start, end);
    if (isClosingFence(line, opening)) return { end: start, line: index };
    if (behind !== undefined && openingFence(line)?.tag !== undefined) return behind;
    const at = behind === undefined ? fenceBehindCode(line, opening.mark, opening.length) : -1;
    if (at >= 0) behind = { end: start + at, line: index };
    if (behind !== undefined && index >= lastBare) return behind;
  }
  return behind ?? { end: text.length, line: lines.length, unclosed: true };
}

/**
 * A fence that closes what the text begins with, and opens nothing: the prompt ended in the opening fence. Only where the text before
 * it looks more like code than what it would open, and that is left open, holds another opening fence, or is no code at all.
 */
function strayFence(
  text: string,
  lines: readonly TextLine[],
  found: readonly FoundBlock[],
): { at: number; line: number } | null {
  const first = found[0];
  if (first === undefined) return fenceAtTheEnd(text, lines);
  if (first.fence === null || first.tag !== undefined || first.fence.opening.codeAt !== undefined)
    return null;
  const { line } = first.fence;
  const { start, end } = lines[line]!;
  if (!isBareFence(text.slice(start, end))) return null;
  const before = codeShare(text.slice(0, start));
  const inside = [...linesOf(first.code)].map((own) => first.code.slice(own.start, own.end));
  const next = inside.findIndex((own) => openingFence(own)?.tag !== undefined);
  const share = codeShare((next < 0 ? inside : inside.slice(0, next)).join("\n"));
  const odd = next >= 0 || found.some(({ unclosed }) => unclosed);
  return before > share && (odd || (before > 0.5 && share === 0)) ? { at: start, line } : null;
}

/** Code that ends in a fence which nothing has opened. */
function fenceAtTheEnd(text: string, lines: readonly TextLine[]): { at: number; line: number } | null {
  const last = lines.findLastIndex(({ start, end }) => text.slice(start, end).trim() !== "");
  if (last < 0) return null;
  const { start, end } = lines[last]!;
  const at = fenceBehindCode(text.slice(start, end), "`", 3);
  if (at < 0 || codeShare(text.slice(0, start + at)) === 0) return null;
  return { at: start + at, line: last };
}

/** The blocks inside of one that is Markdown, or that a longer fence holds without saying what it is; null where there are none. */
function innerBlocks(text: string, { start, end, tag, fence }: FoundBlock): CodeBlock[] | null {
  const holds =
    /^(markdown|md|mdx)$/.test(tag ?? "") || (tag === undefined && (fence?.opening.length ?? 0) > 3);
  if (!holds) return null;
  const raw = text.slice(start, end);
  const inner = fencedBlocks(raw, [...linesOf(raw)]).filter(({ code }) => code.trim() !== "");
  if (inner.length === 0) return null;
  return inner.map((block) => toCodeBlock({ ...block, start: start + block.start, end: start + block.end }));
}

function toCodeBlock({ code, start, end, tag }: FoundBlock): CodeBlock {
  const block = { code, span: { start, end } };
  return tag === undefined ? block : { language: tag, ...block };
}

function dedent(code: string, indent: number): string {
  if (indent === 0) return code;
  const spaces = new RegExp(`^[ \\t]{1,${indent}}`);
  return [...linesOf(code)].map((line) => code.slice(line.start, line.next).replace(spaces, "")).join("");
}

/** Indentation of the fence whose block begins at `start`: of the line before, or of the one that the code stands on. */
function fenceIndent(text: string, start: number): number {
  const from = text.slice(0, start).replace(/\r\n$|[\r\n]$/, "");
  return leadingSpace(from.slice(Math.max(from.lastIndexOf("\n"), from.lastIndexOf("\r")) + 1));
}

function leadingSpace(line: string): number {
  return /^[ \t]*/.exec(line)![0].length;
}
