import { join } from "node:path";
import { readTree } from "../../src/algorithms/syntax/readings.ts";
import { openCommitPairs } from "../../src/app/calibration/commit-pairs.ts";
import { sha256 } from "../../src/util/hash.ts";
import type { Sample } from "./sample.ts";

/**
 * Functions before (weak) and after (not weak) a commit, from the `data_train_val` of the checkouts. They come without the file around
 * them: imports and headers are out of sight, and what else is wrong with a function stays wrong in it after the commit.
 */
export async function commitPairs(checkouts: readonly string[]): Promise<Sample[]> {
  const source = await openCommitPairs(checkouts.map((checkout) => join(checkout, "data_train_val")));
  const samples: Sample[] = [];
  for await (const { id, language, pieces, cwes, group, weak } of source.code()) {
    const [pair = id] = id.split("-");
    const text = wholeProgram(language, pieces[0]!.text);
    samples.push({ path: pair, pair, language, text, cluster: group, cwe: cwes[0] ?? null, weak });
  }
  return samples;
}

/**
 * Half of the repositories were never looked at while rules were written; the other half was. Told apart by the repository's name, so
 * that one's functions are all on the same side.
 */
export function isHeldOut({ cluster }: Sample): boolean {
  const name = cluster.replace(/^github\.com\//, "");
  return Number.parseInt(sha256(name).slice(0, 2), 16) % 2 === 0;
}

/**
 * A function as a program that any tool can parse: inside of a class or object where it is a member of one (Java, JavaScript). What
 * C's macros hide stays hidden.
 */
function wholeProgram(language: string, text: string): string {
  // tree-sitter takes a method without its class, Java's own parser and other tools do not.
  if (language === "java" && !/^[^{(]*\b(class|interface|enum|record)\b/.test(text))
    return `class Snippet {\n${text}\n}\n`;
  return ["java", "javascript", "typescript", "tsx"].includes(language)
    ? readTree(language, text).tree.text
    : text;
}
