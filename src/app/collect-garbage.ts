import { existsSync } from "node:fs";
import { readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { AppError } from "../core/error.ts";
import { type ActionRecord, ActionRecordSchema } from "../engine/action-cache.ts";
import { Store } from "../engine/store.ts";
import type { StoreLayout } from "../engine/store-layout.ts";
import { readRuns } from "./runs.ts";

export interface GarbageOptions {
  /** Only say what would go. */
  readonly dryRun: boolean;
  /** Runs to keep, newest first; absent: all. */
  readonly keepRuns?: number | undefined;
}

export interface GarbageReport {
  readonly runs: number;
  readonly actions: number;
  readonly objects: number;
  readonly scratch: number;
  readonly bytes: number;
}

/**
 * Removes what no kept run refers to: older runs beyond `keepRuns`, their actions and objects, and scratch where no kept run is
 * unfinished.
 * Replies in the memo are paid for and are never removed.
 */
export async function collectGarbage(root: string, options: GarbageOptions): Promise<GarbageReport> {
  if (!existsSync(root)) return { runs: 0, actions: 0, objects: 0, scratch: 0, bytes: 0 };
  const store = await Store.open(root);
  try {
    const { layout } = store;
    const { runs, unreadable } = await readRuns(root);
    if (unreadable.length > 0) throw cannotTell(unreadable[0]!);
    const kept = runs.slice(0, options.keepRuns ?? runs.length);
    const unfinished = kept.filter((run) => run.status !== "done");
    const newer = await actionsSince(
      layout.actions,
      unfinished.map((run) => Date.parse(run.startedAt)),
    );
    const steps = [...kept.flatMap((run) => run.steps), ...newer];
    const keys = new Set(steps.flatMap((step) => step.key ?? []));
    const objects = new Set(
      steps.flatMap(({ outputs }) => Object.values(outputs).map(({ sha256 }) => sha256)),
    );
    const doomed = {
      runs: runs.slice(kept.length).map((run) => layout.run(run.id)),
      actions: await actionsWithout(layout.actions, keys, objects),
      objects: (await children(layout.objects)).filter((path) => !objects.has(basename(path).split(".")[0]!)),
      // Scratch holds the checkpoints of unfinished training: it goes only when nothing is unfinished.
      scratch:
        unfinished.length > 0
          ? []
          : (await readdir(layout.scratch)).map((name) => join(layout.scratch, name)),
    };
    const paths = Object.values(doomed).flat();
    let bytes = 0;
    for (const path of paths) bytes += await sizeOf(path);
    if (!options.dryRun) for (const path of paths) await remove(path, layout);
    const { runs: r, actions, objects: o, scratch } = doomed;
    return { runs: r.length, actions: actions.length, objects: o.length, scratch: scratch.length, bytes };
  } finally {
    store.close();
  }
}

/** In one move out of its place: a kill in between must not leave half a checkpoint under the name of a whole one. */
async function remove(path: string, layout: StoreLayout): Promise<void> {
  const doomed = join(layout.temporary, basename(path));
  const moved = await rename(path, doomed).then(
    () => doomed,
    // A part of the store lies on another disk, behind a link.
    (error: NodeJS.ErrnoException) => {
      if (error.code === "EXDEV") return path;
      throw error;
    },
  );
  await rm(moved, { recursive: true, force: true });
}

/**
 * Finished steps that are newer than the oldest of these moments: a run that was killed right after one had no time to write down
 * that it is its own.
 */
async function actionsSince(folder: string, starts: readonly number[]): Promise<ActionRecord[]> {
  if (starts.length === 0) return [];
  const since = Math.min(...starts);
  const newer: ActionRecord[] = [];
  for (const path of await children(folder)) {
    if ((await stat(path)).mtimeMs < since) continue;
    const record = await readAction(path);
    if (record !== null) newer.push(record);
  }
  return newer;
}

/** Null for what a kill has left half written. */
async function readAction(path: string): Promise<ActionRecord | null> {
  try {
    return ActionRecordSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return null;
  }
}

function cannotTell(folder: string): AppError {
  return new AppError("store-corrupt", `${folder} holds a run that cannot be read: nothing is removed`, {
    boundary: "store",
    hint: "what it refers to would go; if it is not needed, remove that folder first",
  });
}

/** Action records that no kept run used; those that a kept run shares objects with but not the key would point at nothing. */
async function actionsWithout(folder: string, keys: ReadonlySet<string>, objects: ReadonlySet<string>) {
  const doomed: string[] = [];
  for (const path of await children(folder)) {
    if (keys.has(basename(path, ".json"))) continue;
    const record = await readAction(path);
    const complete =
      record !== null && Object.values(record.outputs).every(({ sha256 }) => objects.has(sha256));
    if (!complete) doomed.push(path);
  }
  return doomed;
}

/** Entries of the two-letter folders. */
async function children(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for (const prefix of await readdir(folder)) {
    for (const name of await readdir(join(folder, prefix))) paths.push(join(folder, prefix, name));
  }
  return paths;
}

async function sizeOf(path: string): Promise<number> {
  const info = await stat(path);
  if (!info.isDirectory()) return info.size;
  let bytes = 0;
  for (const name of await readdir(path)) bytes += await sizeOf(join(path, name));
  return bytes;
}
