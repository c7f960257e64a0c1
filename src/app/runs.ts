import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { headline } from "../algorithms/headline.ts";
import { AppError } from "../core/error.ts";
import { scoreRows } from "../core/row-schemas.ts";
import { type RunRecord, RunRecordSchema } from "../core/run.ts";
import type { Score } from "../core/score.ts";
import { readRows } from "../engine/rows-file.ts";
import { notAFolder, storeError } from "../engine/store-errors.ts";
import { StoreLayout } from "../engine/store-layout.ts";
import { heldSince } from "../engine/store-lock.ts";
import { nearestName } from "../util/nearest-name.ts";
import { findRecipe } from "./registry.ts";

/** All readable runs of a store, newest first. Reading needs no lock. */
export async function listRuns(store: string): Promise<RunRecord[]> {
  return (await readRuns(store)).runs;
}

/** `listRuns`, and the folders of runs whose record is there and cannot be read: damaged, or of another version. */
export async function readRuns(store: string): Promise<{ runs: RunRecord[]; unreadable: string[] }> {
  const layout = new StoreLayout(store);
  const runs: RunRecord[] = [];
  const unreadable: string[] = [];
  for (const id of await runIds(layout)) {
    const record = await readRecord(layout, id);
    if (record !== null) runs.push(record);
    else if (existsSync(layout.runRecord(id))) unreadable.push(layout.run(id));
  }
  return { runs: runs.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1)), unreadable };
}

/** One run by id, by an unambiguous part of it, or `latest`. Throws AppError `usage` with the nearest id. */
export async function readRun(store: string, id: string): Promise<RunRecord> {
  const layout = new StoreLayout(store);
  const ids = (await runIds(layout)).sort();
  const matches =
    id === "latest" ? ids.slice(-1) : ids.includes(id) ? [id] : ids.filter((one) => one.includes(id));
  if (matches.length !== 1) {
    const what =
      matches.length === 0 ? `there is no run ${id} in ${store}` : `${id} names ${matches.length} runs`;
    throw new AppError("usage", what, { boundary: "config", hint: hintFor(id, ids, matches) });
  }
  const record = await readRecord(layout, matches[0]!);
  if (record !== null) return record;
  throw new AppError("store-corrupt", `run ${matches[0]} has no readable run.json`, {
    boundary: "store",
    hint: `\`sectune runs list\` shows the runs that can be read; ${layout.run(matches[0]!)} can be removed`,
  });
}

/** The scores a run ended with; empty when it did not get that far or its objects are gone. */
export async function runScores(store: string, record: RunRecord): Promise<Score[]> {
  const { headline: places } = await findRecipe(record.recipe);
  const [stepId = "", output = ""] = places.scores.split(".");
  const artifact = record.steps.find((step) => step.id === stepId)?.outputs[output];
  if (artifact === undefined) return [];
  return Array.fromAsync(readRows(new StoreLayout(store).rowsObject(artifact.sha256), artifact, scoreRows));
}

export async function runHeadline(store: string, record: RunRecord) {
  const { headline: places } = await findRecipe(record.recipe);
  return headline(await runScores(store, record), places);
}

function hintFor(id: string, ids: readonly string[], matches: readonly string[]): string {
  if (ids.length === 0) return "this store has no runs; `--store DIR` or SECTUNE_HOME names another";
  const newest = matches.slice(-3).reverse();
  if (newest.length > 0) return `the newest: ${newest.join(", ")}; \`sectune runs list\` shows all`;
  const near = nearestName(id, ids);
  return near === undefined ? "`sectune runs list` shows them" : `did you mean \`${near}\`?`;
}

async function runIds(layout: StoreLayout): Promise<string[]> {
  try {
    return await readdir(layout.runs);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return [];
    throw code === "ENOTDIR" ? notAFolder(layout.root, error) : storeError(error, layout.root);
  }
}

/** Null when it is not there yet, or was cut short by a crash. */
async function readRecord(layout: StoreLayout, id: string): Promise<RunRecord | null> {
  try {
    const parsed = RunRecordSchema.safeParse(JSON.parse(await readFile(layout.runRecord(id), "utf8")));
    return parsed.success ? endedIfKilled(layout, parsed.data) : null;
  } catch {
    return null;
  }
}

/** A killed run could not write down that it ended: it runs only while a process holds the store that did so before it began. */
function endedIfKilled(layout: StoreLayout, record: RunRecord): RunRecord {
  if (record.status !== "running") return record;
  const since = heldSince(layout);
  if (since !== null && since <= record.startedAt) return record;
  const steps = record.steps.map((step) =>
    step.status === "running" ? { ...step, status: "interrupted" as const } : step,
  );
  return { ...record, status: "interrupted", steps };
}
