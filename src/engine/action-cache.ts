import { mkdir, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { ArtifactSchema } from "../core/artifact.ts";
import { LedgerEntrySchema } from "../core/run.ts";
import { writeFileAtomic } from "../util/atomic-file.ts";
import type { ObjectStore } from "./object-store.ts";
import type { StoreLayout } from "./store-layout.ts";

export const ActionRecordSchema = z.strictObject({
  version: z.literal(1),
  key: z.string(),
  keyParts: z.record(z.string(), z.string()),
  outputs: z.record(z.string(), ArtifactSchema),
  stats: z.record(z.string(), z.number()),
  failures: z.number().int(),
  durationMs: z.number(),
  /** What it cost when it was made; shown beside "cached". */
  ledger: z.array(LedgerEntrySchema),
});
export type ActionRecord = z.infer<typeof ActionRecordSchema>;

/** Finished steps by key. The record is written after its outputs are in place: existence means complete. */
export class ActionCache {
  readonly #layout: StoreLayout;
  readonly #objects: ObjectStore;

  constructor(layout: StoreLayout, objects: ObjectStore) {
    this.#layout = layout;
    this.#objects = objects;
  }

  /** The record, if it can be read and all its outputs are still here; otherwise the step is made again. */
  async get(key: string): Promise<ActionRecord | null> {
    let text: string;
    try {
      text = await readFile(this.#layout.action(key), "utf8");
    } catch {
      return null;
    }
    const parsed = ActionRecordSchema.safeParse(parseJson(text));
    if (!parsed.success || parsed.data.key !== key) return null;
    for (const artifact of Object.values(parsed.data.outputs)) {
      if (!(await this.#objects.has(artifact))) return null;
    }
    return parsed.data;
  }

  async put(record: ActionRecord): Promise<void> {
    const path = this.#layout.action(record.key);
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomic(path, `${JSON.stringify(record, null, 2)}\n`);
  }

  /** Forgets a finished step, for `--fresh`. */
  async forget(key: string): Promise<void> {
    await rm(this.#layout.action(key), { force: true });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
