import { constants } from "node:os";
import { pipeline, Readable, type Writable } from "node:stream";

/** Name of a signal number (`9` → `SIGKILL`), or null when there is no such signal on this system. */
export function signalName(number: number): string | null {
  for (const [name, value] of Object.entries(constants.signals)) if (value === number) return name;
  return number >= 32 && number <= 64 ? `SIG${number}` : null;
}

/** Number of a signal by its name; 0 when unknown. */
export function signalNumber(name: string): number {
  const known = (constants.signals as Readonly<Record<string, number | undefined>>)[name];
  return known ?? Number(/^SIG(\d+)$/.exec(name)?.[1] ?? 0);
}

export interface Capture {
  /** Everything kept, at most the limit. Empty when a sink took it. */
  bytes(): Uint8Array;
  readonly truncated: boolean;
}

export interface CaptureOptions {
  readonly maxBytes: number;
  /** Called once, when more than `maxBytes` came. */
  readonly onOverflow: () => void;
  /** Takes the chunks instead of memory; reading waits for its promise, so a slow taker slows the program down. */
  readonly sink?: ((chunk: Uint8Array) => void | Promise<void>) | undefined;
}

/** Reads a child's stream up to a number of bytes, then goes on reading into nothing so that the child never blocks on us. */
export function capture(stream: Readable, options: CaptureOptions): Capture {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let truncated = false;
  stream.on("error", () => {}); // a reset pipe is the end of the output, nothing more
  stream.on("data", (chunk: Uint8Array) => {
    if (truncated) return;
    const kept = chunk.subarray(0, options.maxBytes - size);
    size += kept.length;
    if (kept.length > 0) take(kept);
    if (kept.length < chunk.length) {
      truncated = true;
      options.onOverflow();
    }
  });
  const take = (chunk: Uint8Array) => {
    if (options.sink === undefined) {
      chunks.push(chunk);
      return;
    }
    const pending = options.sink(chunk);
    if (pending === undefined) return;
    stream.pause();
    const resume = () => stream.resume();
    pending.then(resume, resume);
  };
  return {
    bytes: () => Buffer.concat(chunks),
    get truncated() {
      return truncated;
    },
  };
}

export interface TextTail {
  /** The last characters read, at most `maxCharacters`. */
  text(): string;
  /** Resolves with the first group (or the whole match) once the text matches; never, if it does not. */
  match(pattern: RegExp): Promise<string>;
}

/** Reads a side channel of a child (status lines, a few words of error text). */
export function readText(stream: unknown, maxCharacters = 8192): TextTail {
  let text = "";
  const waiting = new Set<() => void>();
  const readable = stream as Readable | null | undefined;
  readable?.on("error", () => {});
  readable?.on("data", (chunk) => {
    text = `${text}${chunk}`.slice(-maxCharacters);
    for (const look of waiting) look();
  });
  return {
    text: () => text,
    match: (pattern) => {
      const { promise, resolve } = Promise.withResolvers<string>();
      const look = () => {
        const found = pattern.exec(text);
        if (found === null) return;
        waiting.delete(look);
        resolve(found[1] ?? found[0]);
      };
      waiting.add(look);
      look();
      return promise;
    },
  };
}

/** Feeds a child's input and closes it; a child that stops reading is no error. */
export function feed(stdin: Writable | null, data: string | Uint8Array | AsyncIterable<Uint8Array>): void {
  if (stdin === null) return;
  stdin.on("error", () => {});
  if (typeof data === "string" || data instanceof Uint8Array) stdin.end(data);
  else pipeline(Readable.from(data, { objectMode: false }), stdin, () => {});
}
