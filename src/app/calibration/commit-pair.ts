import { z } from "zod";
import { normalizeCwe } from "../../algorithms/cwe/normalize-cwe.ts";
import { badRow, type JsonRow } from "../../algorithms/json-rows.ts";
import { languageOfPath } from "../../algorithms/syntax/languages.ts";
import { readTree } from "../../algorithms/syntax/readings.ts";

/** A function before and after the commit that repaired it. */
export interface CommitPair {
  readonly before: string;
  readonly after: string;
  readonly cwe: string;
  readonly fileName: string;
  /** Link to the commit; undefined where the row has none. */
  readonly commit?: string | undefined;
}

/** What SVEN's and SafeCoder's rows have in common; SafeCoder's add a description and a commit message. */
const RowSchema = z.looseObject({
  func_src_before: z.string(),
  func_src_after: z.string(),
  vul_type: z.string().refine((text) => normalizeCwe(text) !== undefined, "expected a CWE such as cwe-089"),
  file_name: z.string().min(1),
  commit_link: z.string().optional(),
});
const required = ["func_src_before", "func_src_after", "vul_type", "file_name"];

/** For errors about lines that are no objects. */
export const PAIR_EXAMPLE =
  '{"func_src_before": …, "func_src_after": …, "vul_type": "cwe-089", "file_name": "a.py"}';

/** Whether a row is of one of the formats that are known, right or wrong in detail. */
export function looksLikePair({ row }: JsonRow): boolean {
  return "func_src_before" in row || "func_src_after" in row;
}

/** A row of an unknown format: what it has and what was expected. */
export function unknownFormat({ row, place }: JsonRow) {
  return badRow(
    place,
    0,
    `these are no pairs of a format that is known; the row has ${Object.keys(row).join(", ") || "no fields"}`,
    `expected SVEN's or SafeCoder's rows, with ${required.join(", ")} and perhaps commit_link`,
  );
}

/** Reads a row. Throws AppError `data-invalid` with file, line and column of what is wrong with it. */
export function parsePair({ row, text, place }: JsonRow): CommitPair {
  const parsed = RowSchema.safeParse(row);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    const field = String(path[0]);
    const missing = !(field in row);
    throw badRow(
      place,
      Math.max(text.indexOf(`"${field}"`), 0),
      missing
        ? `no field "${field}"; the row has ${Object.keys(row).join(", ")}`
        : `field "${field}": ${message}`,
      `a row looks like ${PAIR_EXAMPLE}`,
    );
  }
  const { func_src_before, func_src_after, vul_type, file_name, commit_link } = parsed.data;
  return {
    before: wholeProgram(func_src_before, file_name),
    after: wholeProgram(func_src_after, file_name),
    cwe: normalizeCwe(vul_type)!,
    fileName: file_name,
    commit: commit_link === "" ? undefined : commit_link,
  };
}

/**
 * Mends what cutting a function out of its file broke, so that any tool can parse it, alike before and after: methods lose the
 * indentation of their first line (where lines have it), C functions that were cut without their return type (a quarter of SVEN's) get
 * `int`, and members of classes and objects get one around them (Java, JavaScript). What C's macros hide stays hidden.
 */
function wholeProgram(text: string, fileName: string): string {
  const indentation = /^(?:[ \t]*\r?\n)*([ \t]*)/.exec(text)![1]!;
  const lines = text.split("\n");
  const moved = lines
    .map((line) => (line.startsWith(indentation) ? line.slice(indentation.length) : line))
    .join("\n");
  const language = languageOfPath(fileName);
  if (language === "c" && /^\w+\s*\(/.test(moved)) return `int ${moved}`;
  // tree-sitter takes a method without its class, Java's own parser and other tools do not.
  if (language === "java" && !/^[^{(]*\b(class|interface|enum|record)\b/.test(moved))
    return `class Snippet {\n${moved}\n}\n`;
  return language !== undefined && MEMBERS.has(language) ? readTree(language, moved).tree.text : moved;
}

/** Languages whose functions are often members of an object or a class. */
const MEMBERS: ReadonlySet<string> = new Set(["javascript", "typescript", "tsx"]);

/** `host/owner/name` of a link to a commit: what commits of one repository share. Other links count by themselves. */
export function repositoryOf(commit: string): string {
  return /^(?:https?:\/\/)?([^/\s]+\/[^/]+\/[^/]+)\/commits?\//i.exec(commit)?.[1]?.toLowerCase() ?? commit;
}
