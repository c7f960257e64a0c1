import { createReadStream } from "node:fs";

/**
 * Lines of a UTF-8 file, split at LF alone. (`node:readline` also splits at U+2028 and U+2029, which JSON strings may hold.)
 * A last line without LF counts. Throws TypeError on invalid UTF-8, unless `lenient`: then U+FFFD stands for it.
 */
export async function* readLines(path: string, { lenient = false } = {}): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: !lenient });
  let rest = "";
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) {
    const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  rest += decoder.decode();
  if (rest !== "") yield rest;
}
