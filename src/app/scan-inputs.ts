import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { codeBlocks } from "../algorithms/code-blocks.ts";
import { languageNamed, languageOfPath } from "../algorithms/syntax/languages.ts";
import type { SourceFile } from "../core/analyzer.ts";
import { AppError } from "../core/error.ts";
import { type CodeBlock, CodeBlockSchema } from "../core/generation.ts";

/** Something to scan, and the text that its findings' offsets are to be told in. */
export interface ScanInput {
  readonly file: SourceFile;
  /** The answer that the code was taken from, for rows of generations. */
  readonly within?: { readonly text: string; readonly block: CodeBlock } | undefined;
}

export interface InputOptions {
  /** `-` is standard input. Folders are walked; files in them that are of no known language are left out. */
  readonly paths: readonly string[];
  /** For standard input, raw rows and files whose name tells nothing. */
  readonly language?: string | undefined;
  readonly stdin: AsyncIterable<Uint8Array>;
  /** A file of a folder that is left out. */
  readonly onSkipped: (path: string) => void;
}

const skippedFolders = new Set([
  "node_modules",
  ".git",
  ".venv",
  "venv",
  "__pycache__",
  ".sectune",
  "dist",
  ".hg",
  ".svn",
]);
const rowEndings = /\.(jsonl|ndjson)$/i;

/** Everything that the paths name, in a stable order, read when it is asked for. Throws AppError for what cannot be read. */
export async function* scanInputs(options: InputOptions): AsyncGenerator<ScanInput> {
  for (const path of options.paths) {
    if (path === "-") yield* standardInput(options);
    else if (await isFolder(path)) yield* folder(path, options);
    else if (rowEndings.test(path)) yield* rows(createReadStream(path), path, options);
    else yield await wholeFile(path, options);
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    throw new AppError("usage", `${path} cannot be read: there is no such file or folder, or no permission`, {
      boundary: "config",
      cause,
    });
  }
}

async function* folder(path: string, options: InputOptions): AsyncGenerator<ScanInput> {
  const entries = await readdir(path, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) {
      if (!skippedFolders.has(entry.name)) yield* folder(inside, options);
    } else if (!entry.isFile() || languageOfPath(inside) === undefined) options.onSkipped(inside);
    else yield await wholeFile(inside, options);
  }
}

/** Bytes that are no UTF-8 become U+FFFD: offsets are those of the text as it was read. */
async function wholeFile(path: string, { language }: InputOptions): Promise<ScanInput> {
  const text = await readFile(path, "utf8");
  return { file: { path, language: languageOfPath(path) ?? language ?? "unknown", text } };
}

/** Rows when the first character is a brace, else one piece of code. */
async function* standardInput(options: InputOptions): AsyncGenerator<ScanInput> {
  const iterator = options.stdin[Symbol.asyncIterator]();
  const first = await iterator.next();
  const rest = { [Symbol.asyncIterator]: () => iterator };
  const chunks = (async function* () {
    if (!first.done) yield first.value;
    yield* rest;
  })();
  if (!first.done && Buffer.from(first.value).toString().trimStart().startsWith("{")) {
    yield* rows(chunks, "stdin", options);
    return;
  }
  if (options.language === undefined) {
    throw new AppError("usage", "code on standard input needs its language", {
      boundary: "config",
      hint: "--language python",
    });
  }
  yield {
    file: {
      path: "stdin",
      language: options.language,
      text: Buffer.concat(await Array.fromAsync(chunks)).toString(),
    },
  };
}

async function* rows(
  stream: AsyncIterable<Uint8Array>,
  path: string,
  options: InputOptions,
): AsyncGenerator<ScanInput> {
  const decoder = new TextDecoder();
  let [rest, number] = ["", 0];
  const take = function* (lines: readonly string[]) {
    for (const line of lines) {
      number++;
      if (line.trim() !== "") yield* fromRow(line, `${path}#${number}`, options);
    }
  };
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    yield* take(lines);
  }
  yield* take([rest + decoder.decode()]);
}

/** Fields that hold the answer, by what common datasets call it; and those that hold bare code. */
const textFields = ["text", "completion", "response", "output", "generation", "answer"];
const codeFields = ["code", "source", "origin_code", "func"];

/**
 * What one row gives: each fenced block of its text, or all of it where it has none. The row's first line of a rows artifact
 * (`{schema, version}`) gives nothing. Exported for tests.
 */
export function* fromRow(
  line: string,
  path: string,
  { language }: Pick<InputOptions, "language">,
): Generator<ScanInput> {
  const row = parseRow(line, path);
  if (typeof row.schema === "string" && typeof row.version === "number") return;
  const told = typeof row.language === "string" ? languageNamed(row.language) : undefined;
  const text = firstText(row, textFields);
  if (text === undefined) {
    const code = firstText(row, codeFields);
    if (code !== undefined) {
      yield { file: { path, language: told ?? language ?? "unknown", text: code } };
      return;
    }
    throw new AppError(
      "data-invalid",
      `${path}: no field with text or code among ${Object.keys(row).join(", ")}`,
      {
        boundary: "dataset",
        hint: `the text is looked for in ${textFields.join(", ")}; bare code in ${codeFields.join(", ")}`,
      },
    );
  }
  const given = CodeBlockSchema.array().safeParse(row.codeBlocks);
  const blocks = given.success ? given.data : codeBlocks(text);
  if (blocks.length === 0) yield { file: { path, language: told ?? language ?? "unknown", text } };
  for (const block of blocks) {
    const tagged = block.language === undefined ? undefined : languageNamed(block.language);
    // A block in another language than the task's (a shell command, a config file) is not the answer.
    if (block.language !== undefined && tagged === undefined) continue;
    yield {
      file: { path, language: tagged ?? told ?? language ?? "unknown", text: block.code },
      within: { text, block },
    };
  }
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

function firstText(row: Record<string, unknown>, fields: readonly string[]): string | undefined {
  for (const field of fields) if (typeof row[field] === "string") return row[field];
  return undefined;
}
