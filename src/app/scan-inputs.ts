import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { languageOfPath } from "../algorithms/syntax/languages.ts";
import type { SourceFile } from "../core/analyzer.ts";
import { AppError, isAppError, messageOf } from "../core/error.ts";
import type { CodeBlock } from "../core/generation.ts";
import { isRow, scanRows } from "./scan-rows.ts";

/** Something to scan, and the text that its findings' offsets are to be told in. */
export interface ScanInput {
  readonly file: SourceFile;
  /** The answer that the code was taken from, for rows of generations. */
  readonly within?: { readonly text: string; readonly block: CodeBlock } | undefined;
}

/**
 * What is not looked at: a file of a walked folder that is of no known language, a symbolic link in one, a block of an answer that is
 * no code of a known language, a row without any code.
 */
export const skippedKinds = ["file", "link", "block", "no-code"] as const;
export type Skipped = (typeof skippedKinds)[number];

export interface InputOptions {
  /** `-` is standard input. Folders are walked; files in them that are of no known language are left out. */
  readonly paths: readonly string[];
  /** For standard input, raw rows and files whose name tells nothing. */
  readonly language?: string | undefined;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly onSkipped: (what: Skipped) => void;
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
    else if (await reading(path, async () => (await stat(path)).isDirectory())) yield* folder(path, options);
    else if (rowEndings.test(path)) yield* scanRows(bytesOf(path), path, options);
    else yield await wholeFile(path, options);
  }
}

/** Runs what reads a path; what the system says against it becomes a mistake of whoever named the path. */
async function reading<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (isAppError(cause)) throw cause;
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    const why = missing ? "there is no such file or folder" : messageOf(cause);
    throw new AppError("usage", `${path} cannot be read: ${why}`, { boundary: "config", cause });
  }
}

async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  const stream = createReadStream(path)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await reading(path, () => stream.next());
      if (done) return;
      yield value;
    }
  } finally {
    await stream.return?.();
  }
}

async function* folder(path: string, options: InputOptions): AsyncGenerator<ScanInput> {
  const entries = await reading(path, () => readdir(path, { withFileTypes: true }));
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) {
      if (!skippedFolders.has(entry.name)) yield* folder(inside, options);
    } else if (entry.isSymbolicLink()) options.onSkipped("link");
    else if (!entry.isFile() || languageOfPath(inside) === undefined) options.onSkipped("file");
    else yield await wholeFile(inside, options);
  }
}

/** Bytes that are no UTF-8 become U+FFFD: offsets are those of the text as it was read. */
async function wholeFile(path: string, { language }: InputOptions): Promise<ScanInput> {
  const text = await reading(path, () => readFile(path, "utf8"));
  return { file: { path, language: languageOfPath(path) ?? language ?? "unknown", text } };
}

/**
 * Rows when the first line is one, else one piece of code. A brace alone makes no row where the language is told: code begins with it
 * as well.
 */
async function* standardInput(options: InputOptions): AsyncGenerator<ScanInput> {
  const iterator = options.stdin[Symbol.asyncIterator]();
  const read: Uint8Array[] = [];
  let start = "";
  // Until the first line that is not blank is whole.
  while (!/\S[^\n]*\n/.test(start)) {
    const { done, value } = await iterator.next();
    if (done) break;
    read.push(value);
    start = Buffer.concat(read).toString();
  }
  const rest = { [Symbol.asyncIterator]: () => iterator };
  const chunks = (async function* () {
    yield* read;
    yield* rest;
  })();
  const line = start
    .trimStart()
    .replace(/^\ufeff/, "")
    .split("\n", 1)[0]!;
  if (isRow(line) || (options.language === undefined && line.startsWith("{"))) {
    yield* scanRows(chunks, "stdin", options);
    return;
  }
  if (options.language === undefined) {
    throw new AppError("usage", "code on standard input needs its language", {
      boundary: "config",
      hint: "--language python",
    });
  }
  const text = Buffer.concat(await Array.fromAsync(chunks)).toString();
  yield { file: { path: "stdin", language: options.language, text } };
}
