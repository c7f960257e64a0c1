import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { AsyncBuffer } from "hyparquet";
import { AppError, messageOf } from "../../core/error.ts";
import { sha256 } from "../../util/hash.ts";
import type { Source } from "./rows.ts";

/** Parquet files on this machine. Their revision is the hash of their content (2.6 GB: some seconds). */
export async function localSource(path: string, split: string, name: string): Promise<Source> {
  const paths = await parquetPaths(path, split);
  const contents = await Promise.all(paths.map(fileHash));
  const revision = contents.length === 1 ? contents[0]! : sha256(contents.join("\n"));
  const files = paths.map((file) => ({ name: file, open: () => localBuffer(file) }));
  return { name, revision, files: async () => files };
}

async function parquetPaths(path: string, split: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const entries = await readdir(path);
    const found = entries.filter((entry) => basename(entry).startsWith(split) && entry.endsWith(".parquet"));
    if (found.length > 0) return found.sort().map((entry) => join(path, entry));
  } catch (cause) {
    throw new AppError("data-invalid", `${path} cannot be read: ${messageOf(cause)}`, {
      boundary: "dataset",
      hint: "relative paths start at the directory in which sectune runs",
      cause,
    });
  }
  throw new AppError("data-invalid", `${path} holds no file ${split}*.parquet`, {
    boundary: "dataset",
    hint: "name the folder with KodCode's parquet files, or one file",
  });
}

/** Hashes of files that have not changed since: a run asks for them several times. */
const hashes = new Map<string, Promise<string>>();

async function fileHash(path: string): Promise<string> {
  const { size, mtimeMs, ino } = await stat(path);
  const key = [path, size, mtimeMs, ino].join("\0");
  const known = hashes.get(key) ?? hashOf(path);
  hashes.set(key, known);
  return known;
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/** Reads ranges of a file; the handle lives as long as one read. */
async function localBuffer(path: string): Promise<AsyncBuffer> {
  const { size } = await stat(path);
  return {
    byteLength: size,
    slice: async (start, end = size) => {
      const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start));
      await using handle = await open(path);
      let read = 0;
      while (read < bytes.length) {
        const { bytesRead } = await handle.read(bytes, read, bytes.length - read, start + read);
        if (bytesRead === 0) throw new Error("the file became shorter while it was read");
        read += bytesRead;
      }
      return bytes.buffer;
    },
  };
}
