import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Artifact, RowSchema } from "../core/artifact.ts";
import { syncDirectory } from "../util/atomic-file.ts";
import { contentHash } from "../util/hash.ts";
import { RowsWriter } from "./rows-file.ts";
import type { StoreLayout } from "./store-layout.ts";

/** Content-addressed, immutable outputs. Complete or absent: written aside, fsynced, renamed. */
export class ObjectStore {
  readonly #layout: StoreLayout;

  constructor(layout: StoreLayout) {
    this.#layout = layout;
  }

  /** Begins a rows output in the temporary folder. */
  async beginRows(schema: RowSchema<unknown>): Promise<PendingRows> {
    const path = join(this.#layout.temporary, `${randomBytes(8).toString("hex")}.ndjson`);
    return { path, writer: await RowsWriter.create(path, schema) };
  }

  /** Completes a rows output; equal rows give the same object. */
  async sealRows(pending: PendingRows, producedBy: string): Promise<Artifact> {
    const { sha256, bytes, count, offsets } = await pending.writer.close();
    const target = this.#layout.rowsObject(sha256);
    await mkdir(dirname(target), { recursive: true });
    const index = `${pending.path}.idx`;
    const file = await open(index, "w");
    try {
      await file.writeFile(new Uint8Array(offsets.buffer, offsets.byteOffset, offsets.byteLength));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(index, this.#layout.rowsIndex(sha256));
    await rename(pending.path, target);
    await syncDirectory(dirname(target));
    const { name, version } = pending.writer.schema;
    return { kind: "rows", sha256, bytes, count, schema: `${name}/${version}`, producedBy };
  }

  async abandonRows(pending: PendingRows): Promise<void> {
    await pending.writer.abandon();
    await rm(pending.path, { force: true });
  }

  /** A fresh directory for a stage to fill. */
  async beginDirectory(): Promise<string> {
    const path = join(this.#layout.temporary, randomBytes(8).toString("hex"));
    await mkdir(path, { recursive: true });
    return path;
  }

  /** Hashes a filled directory by its sorted manifest and moves it into place. */
  async sealDirectory(path: string, schema: string, producedBy: string): Promise<Artifact> {
    const manifest = await directoryManifest(path, { seal: true });
    const sha256 = contentHash(manifest);
    const target = this.#layout.directoryObject(sha256);
    await mkdir(dirname(target), { recursive: true });
    // What is there may be the rest of one that could not be removed whole: the fresh one is known to be complete.
    const aside = join(this.#layout.temporary, randomBytes(8).toString("hex"));
    if (await exists(target)) await rename(target, aside);
    await rename(path, target);
    await rm(aside, { recursive: true, force: true });
    await syncDirectory(dirname(target));
    const bytes = manifest.reduce((sum, file) => sum + file.bytes, 0);
    return { kind: "directory", sha256, bytes, count: manifest.length, schema, producedBy };
  }

  /** Whether the artifact's bytes are here, by existence and size: the name is the hash, and objects are never changed. */
  async has(artifact: Artifact): Promise<boolean> {
    try {
      if (artifact.kind === "directory") return (await stat(this.path(artifact))).isDirectory();
      return (await stat(this.path(artifact))).size === artifact.bytes;
    } catch {
      return false;
    }
  }

  path(artifact: Artifact): string {
    return artifact.kind === "rows"
      ? this.#layout.rowsObject(artifact.sha256)
      : this.#layout.directoryObject(artifact.sha256);
  }
}

export interface PendingRows {
  readonly path: string;
  readonly writer: RowsWriter;
}

export interface ManifestEntry {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Files below a directory, sorted by path (`/` separators), with size and hash. Throws for what is neither file nor folder. Links
 * to files count as these files (the hub's cache holds nothing else), except in what is sealed: it must not rest on another place.
 */
export async function directoryManifest(
  root: string,
  options: { seal?: boolean } = {},
): Promise<ManifestEntry[]> {
  const manifest = await Promise.all(
    (await filesBelow(root, options.seal ? "refuse" : "follow")).map(async (path) => {
      if (options.seal) await syncFile(path);
      return {
        path: relative(root, path).split(sep).join("/"),
        bytes: (await stat(path)).size,
        sha256: await fileSha256(path),
      };
    }),
  );
  return manifest.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** sha256 of a file's bytes, streamed. */
export async function fileSha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/** Paths of all files below a directory, links followed or refused. Throws for links that lead nowhere or to a folder. */
export async function filesBelow(root: string, links: "follow" | "refuse"): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
  for (const path of paths) {
    const info = links === "follow" ? await stat(path) : await lstat(path);
    if (!info.isFile()) throw new Error(`${path} is not a file: a link or something else that is not read`);
  }
  return paths;
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
