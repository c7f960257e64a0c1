import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { type Artifact, type RowSchema, RowsHeaderSchema } from "../core/artifact.ts";
import { AppError, messageOf } from "../core/error.ts";
import { canonicalJson } from "../util/hash.ts";
import { readLines } from "../util/read-lines.ts";

const FLUSH_BYTES = 1 << 20;

/** Streams rows into an NDJSON file: header line first, keys sorted, hash and offsets kept on the way. */
export class RowsWriter {
  readonly schema: RowSchema<unknown>;
  readonly #file: FileHandle;
  readonly #hash = createHash("sha256");
  #offsets = new Float64Array(1024);
  #count = 0;
  #bytes = 0;
  #buffer: string[] = [];
  #buffered = 0;
  /** Writes are chained: callers may write from many places, lines never mix. */
  #last: Promise<void> = Promise.resolve();

  private constructor(schema: RowSchema<unknown>, file: FileHandle) {
    this.schema = schema;
    this.#file = file;
  }

  static async create(path: string, schema: RowSchema<unknown>): Promise<RowsWriter> {
    const writer = new RowsWriter(schema, await open(path, "w"));
    writer.#append(canonicalJson({ schema: schema.name, version: schema.version }));
    return writer;
  }

  get count(): number {
    return this.#count;
  }

  /** Validates and appends a row. Resolves when there is room for more, not when it is on disk. */
  async write(row: unknown): Promise<void> {
    const checked = this.schema.row.safeParse(row);
    if (!checked.success) {
      throw new AppError(
        "internal",
        `row ${this.#count} is not a ${this.schema.name}: ${checked.error.message}`,
        {
          boundary: "internal",
        },
      );
    }
    if (this.#count === this.#offsets.length) this.#offsets = grow(this.#offsets);
    this.#offsets[this.#count++] = this.#bytes;
    this.#append(canonicalJson(checked.data));
    if (this.#buffered >= FLUSH_BYTES) await this.#flush();
  }

  /** Writes what is buffered, fsyncs and closes. */
  async close(): Promise<{ sha256: string; bytes: number; count: number; offsets: Float64Array }> {
    await this.#flush();
    await this.#file.sync();
    await this.#file.close();
    return {
      sha256: this.#hash.digest("hex"),
      bytes: this.#bytes,
      count: this.#count,
      offsets: this.#offsets.slice(0, this.#count),
    };
  }

  /** Closes without completing; the caller removes the file. */
  async abandon(): Promise<void> {
    await this.#last.catch(() => {});
    await this.#file.close().catch(() => {});
  }

  #append(line: string): void {
    const text = `${line}\n`;
    this.#bytes += Buffer.byteLength(text);
    this.#hash.update(text);
    this.#buffer.push(text);
    this.#buffered += text.length;
  }

  #flush(): Promise<void> {
    const text = this.#buffer.join("");
    this.#buffer = [];
    this.#buffered = 0;
    this.#last = this.#last.then(async () => {
      if (text !== "") await this.#file.appendFile(text);
    });
    return this.#last;
  }
}

/** Reads the rows of an object in order. Throws AppError `store-corrupt` when it is not what the artifact says. */
export async function* readRows<T>(
  path: string,
  artifact: Artifact,
  schema: RowSchema<T>,
): AsyncGenerator<T> {
  const expected = `${schema.name}/${schema.version}`;
  if (artifact.schema !== expected) {
    throw new AppError("internal", `expected rows of ${expected}, got ${artifact.schema}`, {
      boundary: "internal",
    });
  }
  let number = 0;
  try {
    for await (const line of readLines(path)) {
      number++;
      if (number === 1) {
        RowsHeaderSchema.parse(JSON.parse(line));
        continue;
      }
      yield JSON.parse(line) as T;
    }
  } catch (cause) {
    throw new AppError("store-corrupt", `${path}:${number}: ${messageOf(cause)}`, {
      boundary: "store",
      cause,
    });
  }
  if (number - 1 !== artifact.count) {
    throw new AppError("store-corrupt", `${path} has ${number - 1} rows, ${artifact.count} were written`, {
      boundary: "store",
      hint: "run with `--fresh STEP` to make it again",
    });
  }
}

function grow(offsets: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(offsets.length * 2);
  larger.set(offsets);
  return larger;
}
