import { appendFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { SourceFile } from "../../src/core/analyzer.ts";
import { isAppError } from "../../src/core/error.ts";
import { contentHash } from "../../src/util/hash.ts";
import type { Verdict } from "./sample.ts";
import type { Tool } from "./tools.ts";

/** Texts between two writes: an interruption loses no more. */
const SLICE = 60;

/**
 * A tool that is asked about a text once: what it said stays in `folder`, under its version and the text. Other people's tools take most
 * of an hour, and say the same each time.
 */
export function keepVerdicts(tool: Tool, folder: string): Tool {
  const path = join(folder, `${tool.name}.ndjson`);
  let kept: Map<string, Verdict> | undefined;
  return {
    ...tool,
    analyze: async (files) => {
      kept ??= await read(path);
      const known = kept;
      const keys = files.map(({ language, text }) => contentHash([tool.version, language, text]));
      const missing = files.flatMap((file, index) =>
        known.has(keys[index]!) ? [] : [{ file, key: keys[index]! }],
      );
      for (let at = 0; at < missing.length; at += SLICE) {
        const slice = missing.slice(at, at + SLICE);
        const verdicts = await insisting(() => tool.analyze(slice.map(({ file }): SourceFile => file)));
        for (const [place, { key }] of slice.entries()) known.set(key, verdicts[place]!);
        const lines = slice.map(({ key }) => `${JSON.stringify([key, known.get(key)])}\n`);
        await mkdir(folder, { recursive: true });
        await appendFile(path, lines.join(""));
      }
      return keys.map((key) => known.get(key)!);
    },
  };
}

/** Where other work is done on the machine a sandbox may be lost; that says nothing about the tool. */
async function insisting<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === 5 || !isAppError(error) || !error.retryable) throw error;
    }
  }
}

async function read(path: string): Promise<Map<string, Verdict>> {
  const text = await readFile(path, "utf8").catch((error) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const lines = text.split("\n").filter((line) => line !== "");
  return new Map(lines.map((line) => JSON.parse(line) as [string, Verdict]));
}
