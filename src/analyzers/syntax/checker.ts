import type { SourceFile } from "../../core/analyzer.ts";

/** What a real parser says of a text. `unsure`: it stumbled over something that is no matter of syntax (a missing header). */
export type SyntaxWord =
  | { readonly word: "valid" }
  | { readonly word: "invalid"; readonly message: string }
  | { readonly word: "unsure"; readonly message: string };

/**
 * A parser that runs in the sandbox over many files in one process: it is given one text a line, base64 of UTF-8, and answers with
 * one line each, in order, flushed at once. So a file that takes it down is known, and the others are asked about again.
 */
export interface Checker {
  /** Name of the tool, for people. */
  readonly tool: string;
  readonly languages: readonly string[];
  /** Prints the version; fails where the tool is not there. */
  readonly versionArgv: readonly [string, ...string[]];
  /** Host folders that the tool lies in, where it is not the system's. */
  readonly readOnly?: readonly string[] | undefined;
  /** Files put into /box before. */
  readonly files: Readonly<Record<string, string>>;
  argv(language: string): readonly [string, ...string[]];
  /** What it is given of a text, where that is not the text itself. */
  textFor?(file: SourceFile): string;
  /** Reads an answer line. Throws for one that is none. */
  read(line: string, file: SourceFile): SyntaxWord;
}

/** `EXIT MESSAGES` of `compilers.sh`: how the program ended and what it wrote. Throws for a line that is none. */
export function readExit(line: string): { readonly exit: number; readonly said: string } {
  const [, exit, said] = /^(\d+) ([A-Za-z0-9+/=]*)$/.exec(line) ?? [];
  if (said === undefined) throw new Error(`not an answer: ${line.slice(0, 80)}`);
  return { exit: Number(exit), said: Buffer.from(said, "base64").toString("utf8") };
}

/** Answers of the scripts that only know `ok` and `bad LINE MESSAGE` (base64). */
export function readPlainAnswer(line: string): SyntaxWord {
  if (line === "ok") return { word: "valid" };
  const [, number, message] = /^bad (\d+) ([A-Za-z0-9+/=]*)$/.exec(line) ?? [];
  if (message === undefined) throw new Error(`not an answer: ${line.slice(0, 80)}`);
  return {
    word: "invalid",
    message: number === "0" ? decode(message) : `line ${number}: ${decode(message)}`,
  };
}

export function decode(base64: string): string {
  return Buffer.from(base64, "base64").toString("utf8").trim().split("\n")[0]!.slice(0, 200);
}
