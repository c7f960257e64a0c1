import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { z } from "zod";
import { AppError, messageOf } from "../../core/error.ts";
import { type GenerateReply, GenerateReplySchema, type GenerateRequest } from "../../core/model.ts";
import { contentHash } from "../../util/hash.ts";
import { readLines } from "../../util/read-lines.ts";

const LineSchema = z.object({ key: z.string(), reply: GenerateReplySchema });

interface Place {
  readonly offset: number;
  readonly length: number;
  readonly line: number;
}

/** Name of a request in a recording: the content hash of what was asked, sample index and seed included. */
export function replayKey(request: GenerateRequest): string {
  return contentHash(request);
}

/** Line of a recording. Append them to a file; the last line of a key counts. */
export function recordingLine(request: GenerateRequest, reply: GenerateReply): string {
  return `${JSON.stringify({ key: replayKey(request), reply })}\n`;
}

/** A recording on disk: keys and places in memory, replies read when asked for. */
export class Recording {
  readonly path: string;
  /** Sha256 of the lines. */
  readonly sha256: string;
  readonly #places: ReadonlyMap<string, Place>;
  #file: Promise<FileHandle> | null = null;

  private constructor(path: string, sha256: string, places: ReadonlyMap<string, Place>) {
    this.path = path;
    this.sha256 = sha256;
    this.#places = places;
  }

  /** Reads the file once. Throws AppError `data-invalid` that names file, line and column. */
  static async scan(path: string): Promise<Recording> {
    const hash = createHash("sha256");
    const places = new Map<string, Place>();
    let number = 0;
    try {
      // A byte-order mark is not part of the first line.
      let offset = (await startsWithMark(path)) ? 3 : 0;
      for await (const line of readLines(path)) {
        number++;
        hash.update(line).update("\n");
        const length = Buffer.byteLength(line);
        if (line.trim() !== "")
          places.set(parseLine(path, number, line).key, { offset, length, line: number });
        offset += length + 1;
      }
    } catch (error) {
      if (error instanceof AppError) throw error;
      throw new AppError("data-invalid", `recording ${path}, line ${number + 1}: ${messageOf(error)}`, {
        boundary: "dataset",
        hint: "path: an NDJSON file of {key, reply} lines",
        cause: error,
      });
    }
    return new Recording(path, hash.digest("hex"), places);
  }

  get size(): number {
    return this.#places.size;
  }

  /** The reply recorded for a key, or null. */
  async find(key: string): Promise<GenerateReply | null> {
    const place = this.#places.get(key);
    if (place === undefined) return null;
    this.#file ??= open(this.path);
    const { buffer } = await (await this.#file).read({
      buffer: Buffer.alloc(place.length),
      position: place.offset,
    });
    const found = parseLine(this.path, place.line, buffer.toString());
    if (found.key === key) return found.reply;
    throw new AppError("data-invalid", `recording ${this.path} changed while it was in use`, {
      boundary: "dataset",
      hint: "run the command again",
    });
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    await (await file)?.close();
  }
}

function parseLine(path: string, number: number, text: string): z.infer<typeof LineSchema> {
  const where = `recording ${path}, line ${number}`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // V8 says "… (line 1 column 7)"; a recorded line is one line.
    const column = /column (\d+)/.exec(messageOf(error))?.[1];
    throw invalid(
      `${where}${column === undefined ? "" : `, column ${column}`}: not JSON: ${messageOf(error)}`,
    );
  }
  const result = LineSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw invalid(`${where}, field ${issue.path.join(".") || "(all)"}: ${issue.message}`);
}

function invalid(message: string): AppError {
  return new AppError("data-invalid", message, {
    boundary: "dataset",
    hint: "correct or remove that line",
  });
}

async function startsWithMark(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(3), 0, 3, 0);
    return bytesRead === 3 && buffer.toString("hex") === "efbbbf";
  } finally {
    await file.close();
  }
}
