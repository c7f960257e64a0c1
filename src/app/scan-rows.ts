import { answerPieces, isProgramAround } from "../algorithms/answer-code.ts";
import { codeBlocks, isBlockOf } from "../algorithms/code-blocks.ts";
import { looksLikeCode } from "../algorithms/code-likeness.ts";
import { languageOfTag } from "../algorithms/syntax/language-tags.ts";
import { AppError } from "../core/error.ts";
import { type CodeBlock, CodeBlockSchema } from "../core/generation.ts";
import { hasRowFields, type RowText, rowTexts } from "./row-texts.ts";
import type { ScanInput, Skipped } from "./scan-inputs.ts";

export interface RowOptions {
  /** For rows that do not say theirs. */
  readonly language?: string | undefined;
  /** What is left out is told, never dropped in silence. */
  readonly onSkipped: (what: Skipped) => void;
}

/** The inputs of a stream of JSON lines. Throws AppError `data-invalid` with the line's number. */
export async function* scanRows(
  stream: AsyncIterable<Uint8Array>,
  path: string,
  options: RowOptions,
): AsyncGenerator<ScanInput> {
  const decoder = new TextDecoder();
  let [rest, number] = ["", 0];
  const take = function* (lines: readonly string[]) {
    for (const line of lines) {
      number++;
      if (line.trim() !== "" && !(number === 1 && isHeader(line)))
        yield* fromRow(line, `${path}#${number}`, options);
    }
  };
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    yield* take(lines);
  }
  yield* take([rest + decoder.decode()]);
}

/** Whether a line is a row: a JSON object with a field that is read, or the header of stored rows. */
export function isRow(line: string): boolean {
  try {
    return isHeader(line) || hasRowFields(parseRow(line, ""));
  } catch {
    return false;
  }
}

/** The first line of a rows artifact (`{schema, version}`) gives nothing. */
function isHeader(line: string): boolean {
  try {
    const row = parseRow(line, "");
    return typeof row.schema === "string" && typeof row.version === "number" && !hasRowFields(row);
  } catch {
    return false;
  }
}

/** What one row gives: the pieces of code of each of its texts. Exported for tests. */
export function* fromRow(line: string, path: string, options: RowOptions): Generator<ScanInput> {
  const row = parseRow(line, path);
  const language = languageOf(row) ?? options.language;
  const texts = rowTexts(row, path);
  let found = 0;
  for (const one of texts) {
    const own = texts.length === 1 ? path : `${path}.${one.field}`;
    for (const input of fromText(one, own, row, language, options)) {
      found++;
      yield input;
    }
  }
  if (found === 0) options.onSkipped("no-code");
}

function* fromText(
  { text, bare }: RowText,
  path: string,
  row: Readonly<Record<string, unknown>>,
  language: string | undefined,
  { onSkipped }: RowOptions,
): Generator<ScanInput> {
  const blocks = givenBlocks(row, text, path) ?? codeBlocks(text);
  if (bare && (blocks.length === 0 || isProgramAround(text, blocks) || !hasTag(blocks, text))) {
    if (text.trim() !== "") yield { file: { path, language: language ?? "unknown", text } };
    return;
  }
  const { code, leftOut } = answerPieces({ text, codeBlocks: blocks }, language);
  for (let count = 0; count < leftOut; count++) onSkipped("block");
  for (const { language: own, block } of code) {
    const within = { text, block };
    yield { file: { path, language: own, text: block.code, within }, within };
  }
}

/** A field of bare code holds an answer instead where a fence says its language, or begins it. */
function hasTag(blocks: readonly CodeBlock[], text: string): boolean {
  const known = ({ language }: CodeBlock) => language !== undefined && languageOfTag(language) !== undefined;
  return blocks.some(known) || /^\s*(```|~~~)/.test(text) || !looksLikeCode(text);
}

/** Blocks that the row itself brings, where they are of this text and not all blank. Throws where one is not where it says. */
function givenBlocks(
  row: Readonly<Record<string, unknown>>,
  text: string,
  path: string,
): CodeBlock[] | undefined {
  const given = CodeBlockSchema.array().safeParse(row.codeBlocks);
  if (!given.success || row.text !== text || given.data.every(({ code }) => code.trim() === ""))
    return undefined;
  for (const [index, block] of given.data.entries()) {
    if (isBlockOf(text, block)) continue;
    const { start, end } = block.span;
    throw new AppError(
      "data-invalid",
      `${path}: codeBlocks[${index}]: its code is not the text from ${start} to ${end} (of ${text.length})`,
      { boundary: "dataset", hint: "leave `codeBlocks` out: the blocks are found in the text" },
    );
  }
  return given.data;
}

/** The row's language by its one name; as it was written where nobody knows it, so that analyzers say so. */
function languageOf(row: Readonly<Record<string, unknown>>): string | undefined {
  for (const field of ["language", "lang", "programming_language"]) {
    const told = [row[field]].flat().find((one) => typeof one === "string" && one.trim() !== "");
    if (typeof told === "string") return languageOfTag(told) ?? told.trim().toLowerCase();
  }
  return undefined;
}

function parseRow(line: string, path: string): Record<string, unknown> {
  try {
    const row: unknown = JSON.parse(line);
    if (typeof row === "object" && row !== null && !Array.isArray(row)) return row as Record<string, unknown>;
  } catch (cause) {
    throw new AppError("data-invalid", `${path}: not JSON: ${String(cause)}`, { boundary: "dataset", cause });
  }
  throw new AppError("data-invalid", `${path}: not a JSON object`, { boundary: "dataset" });
}
