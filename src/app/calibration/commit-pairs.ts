import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { jsonRows } from "../../algorithms/json-rows.ts";
import { languageOfPath } from "../../algorithms/syntax/languages.ts";
import { AppError } from "../../core/error.ts";
import { contentHash } from "../../util/hash.ts";
import { readLines } from "../../util/read-lines.ts";
import { looksLikePair, PAIR_EXAMPLE, parsePair, repositoryOf, unknownFormat } from "./commit-pair.ts";
import { type LabelledCode, type LabelledSource, LeftOut } from "./labelled-code.ts";

interface PairFile {
  readonly path: string;
  /** Named by the user himself, so that it must hold pairs; other files of a folder are left out. */
  readonly named: boolean;
}

/**
 * Functions before (weak) and after (secure) the commit that repaired them, from JSONL files in SVEN's and SafeCoder's formats, or
 * folders of them. Equal pairs count once. What the truth is worth: a commit says that one weakness went, not that none is left, and
 * a function is seen without the file around it. Throws AppError for files that cannot be read or are something else.
 */
export async function openCommitPairs(paths: readonly string[]): Promise<LabelledSource> {
  const files = (await Promise.all(paths.map(filesAt))).flat();
  if (files.length === 0) {
    throw new AppError("usage", `there is no .jsonl file below ${paths.join(", ")}`, { boundary: "config" });
  }
  const hashes = await Promise.all(files.map(({ path }) => hashOf(path)));
  // Read once before anything is analysed: a bad line near the end is told now and not after the work.
  for await (const _ of pairsOf(files, new LeftOut()));
  const leftOut = new LeftOut();
  return {
    truth: "commits",
    name: paths.map((path) => basename(path)).join(", "),
    revision: contentHash(hashes.toSorted()).slice(0, 16),
    leftOut,
    code: () => pairsOf(files, leftOut),
  };
}

async function* pairsOf(files: readonly PairFile[], leftOut: LeftOut): AsyncGenerator<LabelledCode> {
  const seen = new Set<string>();
  for (const { path, named } of files) {
    let first = true;
    for await (const row of jsonRows(readLines(path), path, PAIR_EXAMPLE)) {
      if (first && !looksLikePair(row)) {
        if (named) throw unknownFormat(row);
        leftOut.count("file of another format");
        break;
      }
      first = false;
      const { before, after, cwe, fileName, commit } = parsePair(row);
      const pair = contentHash([before, after]).slice(0, 16);
      const language = languageOfPath(fileName);
      if (language === undefined) leftOut.count("pair in no known language");
      else if (before === after) leftOut.count("pair without a change");
      else if (seen.has(pair)) leftOut.count("pair that was there before");
      else {
        seen.add(pair);
        const cluster = commit ?? pair;
        const common = { language, cwes: [cwe], cluster, group: repositoryOf(cluster) };
        yield { ...common, id: `${pair}-before`, pieces: [{ language, text: before }], weak: true };
        yield { ...common, id: `${pair}-after`, pieces: [{ language, text: after }], weak: false };
      }
    }
  }
}

async function filesAt(path: string): Promise<PairFile[]> {
  const found = await stat(path).catch((cause) => {
    throw new AppError("usage", `${path} cannot be read: there is no such file or folder, or no permission`, {
      boundary: "config",
      cause,
    });
  });
  if (!found.isDirectory()) return [{ path, named: true }];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.(jsonl|ndjson)$/i.test(entry.name))
    .map((entry) => ({ path: join(entry.parentPath, entry.name), named: false }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
