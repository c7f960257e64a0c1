import { closeSync, existsSync, openSync, writeSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { type CallRecord, CallRecordSchema, callTraceHeader } from "../core/call-record.ts";
import { AppError } from "../core/error.ts";
import { readLines } from "../util/read-lines.ts";
import { storeError } from "./store-errors.ts";

const FLUSH_CHARACTERS = 1 << 16;
const FLUSH_EVERY_MS = 1000;

/**
 * Appends records to a run's `calls.ndjson`; the file appears with the first. What is buffered is written when it is much, after a
 * second, and on `flush`; it is never fsynced, because nothing is computed from it: a kill may cost the last second and leave
 * half a line behind.
 */
export class CallTrace {
  readonly #path: string;
  readonly #root: string;
  #file: number | null = null;
  #buffer = "";
  #timer: NodeJS.Timeout | null = null;
  #failure: unknown = null;

  /** `root` is the store, which errors name. */
  constructor(path: string, root: string) {
    this.#path = path;
    this.#root = root;
  }

  /** Throws AppError `store-full` or `store-unwritable`, from then on always. */
  add(record: CallRecord): void {
    if (this.#failure !== null) throw this.#failure;
    this.#buffer += `${JSON.stringify(record)}\n`;
    if (this.#buffer.length >= FLUSH_CHARACTERS) this.flush();
    // Its failure has no caller; the next one is told.
    else this.#timer ??= setTimeout(() => this.#write(), FLUSH_EVERY_MS).unref();
  }

  /** Writes what is buffered. Throws like `add`. */
  flush(): void {
    this.#write();
    if (this.#failure !== null) throw this.#failure;
  }

  /** Writes what can be written and closes the file; never throws. */
  close(): void {
    this.#write();
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  #write(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#buffer === "" || this.#failure !== null) return;
    try {
      if (this.#file === null) {
        this.#file = openSync(this.#path, "a");
        writeAll(this.#file, `${JSON.stringify(callTraceHeader)}\n`);
      }
      writeAll(this.#file, this.#buffer);
    } catch (error) {
      this.#failure = storeError(error, this.#root);
    }
    this.#buffer = "";
  }
}

/** A disk that is nearly full takes a part before it refuses. */
function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}

/**
 * The records of a `calls.ndjson` in the order in which the calls ended; none where there is no file (nothing was asked).
 * Lines that are no records, such as a last one that a kill cut short, are passed over and told to `onUnreadable`.
 */
export async function* readCallTrace(
  path: string,
  onUnreadable: (line: number) => void = () => {},
): AsyncGenerator<CallRecord> {
  if (!existsSync(path)) return;
  let number = 0;
  for await (const line of readLines(path, { lenient: true })) {
    const value = parse(line);
    if (++number === 1) {
      checkHeader(path, value);
      continue;
    }
    const record = CallRecordSchema.safeParse(value);
    if (record.success) yield record.data;
    else onUnreadable(number);
  }
}

/** A header that is cut short heads no records. */
function checkHeader(path: string, header: unknown): void {
  if (header === undefined || isDeepStrictEqual(header, callTraceHeader)) return;
  throw new AppError("data-invalid", `${path}:1: expected ${JSON.stringify(callTraceHeader)}`, {
    boundary: "store",
    hint: "another version of sectune wrote it: read it with that one",
  });
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
