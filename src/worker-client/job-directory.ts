import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Json } from "../core/json.ts";
import type { WorkerJob } from "../core/worker.ts";
import type { JobMessage } from "./protocol.ts";

/** A directory with everything one job reads: symbolic links to its inputs, and its small rows as files. */
export interface JobDirectory {
  readonly path: string;
  readonly inputs: JobMessage["inputs"];
  remove(): Promise<void>;
}

export async function prepareJobDirectory(job: WorkerJob): Promise<JobDirectory> {
  const path = await mkdtemp(join(tmpdir(), "sectune-job-"));
  const remove = () => rm(path, { recursive: true, force: true });
  try {
    const inputs: JobMessage["inputs"] = {};
    await mkdir(join(path, "inputs"));
    await mkdir(join(path, "rows"));
    for (const [name, input] of Object.entries(job.inputs)) {
      // Two names may mean the same content: one link serves both.
      const link = join("inputs", input.sha256.replaceAll(/[^\w.-]+/g, "_"));
      const known = Object.values(inputs).some((other) => other.path === link);
      if (!known) await symlink(resolve(input.path), join(path, link));
      inputs[name] = { path: link, sha256: input.sha256 };
    }
    for (const [name, rows] of Object.entries(job.rows ?? {})) {
      const file = join("rows", `${name}.ndjson`);
      inputs[name] = { path: file, sha256: await writeRows(join(path, file), rows) };
    }
    return { path, inputs, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Writes rows as they come and gives the sha256 of the bytes. */
async function writeRows(path: string, rows: Iterable<Json>): Promise<string> {
  const hash = createHash("sha256");
  async function* lines() {
    for (const row of rows) {
      const line = Buffer.from(`${JSON.stringify(row)}\n`);
      hash.update(line);
      yield line;
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(path));
  return hash.digest("hex");
}
