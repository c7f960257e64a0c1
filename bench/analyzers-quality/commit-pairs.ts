import { join } from "node:path";
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
    const { text } = pieces[0]!;
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
