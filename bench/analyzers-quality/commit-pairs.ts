import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { normalizeCwe } from "../../src/algorithms/cwe/normalize-cwe.ts";
import { languageOfPath } from "../../src/algorithms/syntax/languages.ts";
import { readTree } from "../../src/algorithms/syntax/readings.ts";
import { sha256 } from "../../src/util/hash.ts";
import type { Sample } from "./sample.ts";

/** A line of SVEN's and SafeCoder's data: a function before and after the commit that repaired it. */
interface Row {
  readonly func_src_before?: string;
  readonly func_src_after?: string;
  readonly commit_link?: string;
  readonly file_name?: string;
  readonly vul_type?: string;
}

/**
 * Functions before (weak) and after (not weak) a commit, from every `data_train_val/**.jsonl` of the checkouts whose lines have both;
 * equal texts count once. They are functions without the file around them: imports and headers are out of sight, and what else is
 * wrong with a function stays wrong in it after the commit.
 */
export async function commitPairs(checkouts: readonly string[], languages: readonly string[]) {
  const seen = new Set<string>();
  const samples: Sample[] = [];
  for (const checkout of checkouts) {
    for (const row of await rows(join(checkout, "data_train_val"))) {
      const { func_src_before: before, func_src_after: after, commit_link: link = "" } = row;
      const language = languageOfPath(row.file_name ?? "");
      const cwe = normalizeCwe(row.vul_type ?? "");
      if (before === undefined || after === undefined || before === after || cwe === undefined) continue;
      if (language === undefined || !languages.includes(language)) continue;
      const pair = sha256(JSON.stringify([before, after]));
      if (seen.has(pair)) continue;
      seen.add(pair);
      const common = { path: `${pair.slice(0, 12)}`, language, cluster: repositoryOf(link), cwe, pair };
      samples.push(
        { ...common, text: wholeProgram(language, before), weak: true },
        { ...common, text: wholeProgram(language, after), weak: false },
      );
    }
  }
  return samples;
}

/**
 * Half of the repositories were never looked at while rules were written; the other half was. Told apart by the repository's name, so
 * that one's functions are all on the same side.
 */
export function isHeldOut({ cluster }: Sample): boolean {
  return Number.parseInt(sha256(cluster).slice(0, 2), 16) % 2 === 0;
}

/**
 * A function as a program that any tool can parse: without the indentation of its class (Python), and inside of a class or object where
 * it is a member of one (Java, JavaScript). What C's macros hide stays hidden.
 */
function wholeProgram(language: string, text: string): string {
  if (language === "python") {
    const indent = /^[ \t]*/.exec(text)![0];
    return text.replaceAll(new RegExp(`^${indent}`, "gm"), "");
  }
  return language === "c" || language === "cpp" ? text : readTree(language, text).tree.text;
}

/** `owner/name` of a link to a commit, however it is spelled; links to elsewhere count by themselves. */
function repositoryOf(link: string): string {
  return /github\.com\/([^/]+\/[^/]+)/i.exec(link)?.[1]?.toLowerCase() ?? link;
}

async function rows(folder: string): Promise<Row[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".jsonl"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
  return texts.flatMap((text) =>
    text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Row),
  );
}
