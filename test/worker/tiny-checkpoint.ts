import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ResolvedCheckpoint, Services } from "../../src/core/adapter.ts";
import { startWorker } from "../../src/worker-client/start-worker.ts";
import {
  findPython,
  workerDirectory,
  workerEnvironment,
} from "../../src/worker-client/worker-environment.ts";
import { testServices } from "../models/test-double.ts";

export interface TinyCheckpoint extends ResolvedCheckpoint {
  remove(): Promise<void>;
}

/** A random-initialised Llama with a small tokenizer and chat template, made by worker/tests/tiny_model.py. */
export async function makeTinyCheckpoint(): Promise<TinyCheckpoint> {
  const folder = await mkdtemp(join(tmpdir(), "sectune-tiny-"));
  const path = join(folder, "tiny");
  const script =
    "import sys; from pathlib import Path; from tiny_model import make_checkpoint; make_checkpoint(Path(sys.argv[1]))";
  const environment = workerEnvironment(process.env);
  const env = { ...environment, PYTHONPATH: `${workerDirectory}:${join(workerDirectory, "tests")}` };
  await promisify(execFile)(findPython(process.env), ["-c", script, path], { env });
  return { path, sha256: `tiny-${Date.now()}`, name: "tiny", remove: () => rm(folder, { recursive: true }) };
}

/** Services with a real worker and one checkpoint. */
export function workerServices(checkpoint: ResolvedCheckpoint): Services & { close(): Promise<void> } {
  const worker = startWorker();
  return {
    ...testServices(),
    env: process.env,
    worker: () => worker,
    checkpoint: () => Promise.resolve(checkpoint),
    close: async () => (await worker).close(),
  };
}
