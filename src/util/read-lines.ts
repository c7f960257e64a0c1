import { createReadStream } from "node:fs";

/** A line that is not UTF-8. `column` counts from 1, in UTF-16 units of what can be read of the line. */
export class NotUtf8 extends TypeError {
  readonly line: number;
  readonly column: number;

  constructor(line: number, column: number) {
    super(`line ${line} is not UTF-8 from column ${column} on`);
    this.name = "NotUtf8";
    this.line = line;
    this.column = column;
  }
}

/**
 * Lines of a UTF-8 file, split at LF alone. (`node:readline` also splits at U+2028 and U+2029, which JSON strings may hold.)
 * A last line without LF counts; a byte-order mark is no part of the first. Throws NotUtf8 after the lines before it, unless
 * `lenient`: then U+FFFD stands for what cannot be read.
 */
export async function* readLines(path: string, { lenient = false } = {}): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: !lenient, ignoreBOM: true });
  let count = 0;
  /** Whole lines are decoded at once, so that no character is ever cut. */
  function* linesOf(bytes: Uint8Array): Generator<string> {
    let text: string;
    try {
      text = decoder.decode(bytes);
    } catch {
      yield* linesBeforeDamage(bytes, count);
      return;
    }
    if (count === 0 && text.startsWith("\ufeff")) text = text.slice(1);
    const lines = text.split("\n");
    count += lines.length;
    yield* lines;
  }
  let parts: Buffer[] = [];
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
    const end = chunk.lastIndexOf(0x0a);
    if (end < 0) {
      parts.push(chunk);
      continue;
    }
    yield* linesOf(Buffer.concat([...parts, chunk.subarray(0, end)]));
    parts = [chunk.subarray(end + 1)];
  }
  const rest = Buffer.concat(parts);
  if (rest.length > 0) yield* linesOf(rest);
}

function* linesBeforeDamage(bytes: Uint8Array, before: number): Generator<string> {
  const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: before > 0 });
  for (let start = 0, line = before + 1; ; line++) {
    const end = bytes.indexOf(0x0a, start);
    const whole = bytes.subarray(start, end < 0 ? undefined : end);
    let text: string;
    try {
      text = strict.decode(whole);
    } catch {
      throw new NotUtf8(line, new TextDecoder().decode(whole).indexOf("\ufffd") + 1);
    }
    yield text;
    start = end + 1;
  }
}
