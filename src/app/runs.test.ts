import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { RunRecord } from "../core/run.ts";
import { Store } from "../engine/store.ts";
import { StoreLayout } from "../engine/store-layout.ts";
import { collectGarbage } from "./collect-garbage.ts";
import { listRuns, readRun } from "./runs.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sectune-runs-"));
});
afterEach(() => rmSync(root, { recursive: true }));

function save(id: string, startedAt: string): void {
  const layout = new StoreLayout(root);
  mkdirSync(layout.run(id), { recursive: true });
  const step = { id: "s", title: "s", stage: "s", key: null, keyParts: {}, outputs: {}, stats: {} };
  const record: RunRecord = {
    ...{ version: 1, id, recipe: "evaluate", recipeVersion: 1, config: {}, versions: {}, ledger: [] },
    ...{ startedAt, finishedAt: null, status: "running" },
    steps: [{ ...step, status: "running", failures: 0, durationMs: null }],
  };
  writeFileSync(layout.runRecord(id), JSON.stringify(record));
}
function hold(pid: number, since: string): void {
  writeFileSync(new StoreLayout(root).lockHolder, JSON.stringify({ pid, since }));
}
const statuses = async () => (await listRuns(root)).map(({ status, steps }) => [status, steps[0]!.status]);

test("a killed run is shown as interrupted: the one that runs is the newest, of a living process", async () => {
  save("2026-01-01-a", "2026-01-01T10:00:00.000Z");
  save("2026-01-02-b", "2026-01-02T10:00:00.000Z");
  const dead = ["interrupted", "interrupted"];
  expect(await statuses()).toEqual([dead, dead]);
  hold(process.pid, "2026-01-02T09:59:59.900Z");
  expect(await statuses()).toEqual([["running", "running"], dead]);
  // Another run is starting: its record is not there yet.
  hold(process.pid, "2026-01-03T10:00:00.000Z");
  expect(await statuses()).toEqual([dead, dead]);
  hold(2 ** 22, "2026-01-02T09:59:59.900Z");
  expect(await statuses()).toEqual([dead, dead]);
});

test("a run that is not there is told with what helps, however many there are", async () => {
  await expect(readRun(root, "latest")).rejects.toMatchObject({
    code: "usage",
    hint: expect.stringContaining("SECTUNE_HOME"),
  });
  for (let day = 10; day < 25; day++) save(`2026-01-${day}-a`, `2026-01-${day}T10:00:00.000Z`);
  await expect(readRun(root, "2026")).rejects.toMatchObject({
    message: "2026 names 15 runs",
    hint: expect.stringMatching(/^the newest: 2026-01-24-a, 2026-01-23-a, 2026-01-22-a;/),
  });
  await expect(readRun(root, "2026-01-24-b")).rejects.toMatchObject({
    hint: expect.stringMatching(/^did you mean/),
  });
  await expect(readRun(root, "zebra")).rejects.toMatchObject({ hint: expect.stringContaining("runs list") });
});

test("a store that is a file, and a record that cannot be read, are told with the fix", async () => {
  const file = join(root, "file");
  writeFileSync(file, "");
  for (const store of [file, join(file, "below")]) {
    const error = { code: "store-unwritable", hint: expect.stringContaining("--store") };
    await expect(listRuns(store)).rejects.toMatchObject(error);
    await expect(Store.open(store)).rejects.toMatchObject(error);
  }
  save("2026-01-01-a", "2026-01-01T10:00:00.000Z");
  writeFileSync(new StoreLayout(root).runRecord("2026-01-01-a"), "{");
  await expect(readRun(root, "latest")).rejects.toMatchObject({
    code: "store-corrupt",
    hint: expect.stringContaining("2026-01-01-a"),
  });
  expect(await listRuns(root)).toEqual([]);
});

test("gc of a store that is not there makes none", async () => {
  const nowhere = join(root, "nowhere");
  expect(await collectGarbage(nowhere, { dryRun: false })).toMatchObject({ runs: 0, bytes: 0 });
  expect(existsSync(nowhere)).toBe(false);
});
