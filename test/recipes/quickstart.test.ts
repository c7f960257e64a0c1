import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RowSchema } from "../../src/core/artifact.ts";
import { taskRows, trainRows } from "../../src/core/row-schemas.ts";
import type { RunRecord } from "../../src/core/run.ts";
import { readRows } from "../../src/engine/rows-file.ts";
import { StoreLayout } from "../../src/engine/store-layout.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
/** The smoke size, with training long enough to be killed in. */
const flags = ["quickstart", "--smoke", "--json", "--progress", "json"];
const sets = ["--set", "params.train.epochs=4", "--set", "params.train.checkpointEverySteps=1"];

const SPLITS = ["seen", "heldOutCwe", "heldOutRare", "heldOutAbsent", "utility", "decoys"];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sectune-quickstart-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the main job runs from data to report, a second time from the cache, and killed in training it ends the same", async () => {
  const whole = join(folder, "whole");
  const first = await runToEnd(whole);
  expect(first.code).toBe(0);
  const result = JSON.parse(first.stdout) as Headline;
  expect(first.stdout.trim().split("\n")).toHaveLength(1);
  for (const arm of [result.before, result.prompted, result.after]) {
    expect(Object.keys(arm)).toEqual(SPLITS);
    expect(arm.seen).toMatchObject({ n: 8, keys: expect.any(Number) });
    expect(arm.utility).toMatchObject({ funcSec: null, secRatio: null });
  }
  for (const delta of [result.delta, result.deltaFromPrompted])
    expect(delta.seen!.funcSec).toMatchObject({ value: expect.any(Number), low: expect.any(Number) });
  const html = readFileSync(result.report, "utf8");
  expect(html).toContain("Demonstration.");
  expect(html).not.toMatch(/<script|(src|href)="?https?:/);
  for (const name of ["report.md", "report.json", "events.ndjson"]) {
    expect(existsSync(join(result.report, "..", name))).toBe(true);
  }

  await expectNoLeak(whole);

  const again = await runToEnd(whole);
  expect(again.code).toBe(0);
  expect(new Set(newest(whole).steps.map(({ status }) => status))).toEqual(new Set(["cached"]));

  const broken = join(folder, "broken");
  const killed = start(broken);
  await untilTraining(killed);
  killed.kill("SIGKILL");
  await once(killed, "exit");
  expect(newest(broken).steps.find(({ id }) => id === "train")!.status).toBe("running");
  expect((await runToEnd(broken)).code).toBe(0);
  expect(differing(whole, broken)).toEqual([]);
}, 300_000);

/** Lineage: what was trained on comes from the training split alone, and the run says that it looked. */
async function expectNoLeak(store: string): Promise<void> {
  const steps = new Map(newest(store).steps.map((step) => [step.id, step]));
  const read = <Row>(step: string, name: string, schema: RowSchema<Row>) => {
    const artifact = steps.get(step)!.outputs[name]!;
    return Array.fromAsync(readRows(new StoreLayout(store).rowsObject(artifact.sha256), artifact, schema));
  };
  const tasks = new Map((await read("tasks", "tasks", taskRows)).map((task) => [task.id, task]));
  const evaluated = new Set((await read("items", "tasks", taskRows)).map(({ cluster }) => cluster));
  const rows = await read("rows", "rows", trainRows);
  expect(rows.length).toBeGreaterThan(0);
  for (const { taskId } of rows) {
    expect(tasks.get(taskId)!.split).toBe("train");
    expect(evaluated.has(tasks.get(taskId)!.cluster)).toBe(false);
  }
  expect(steps.get("rows")!.stats).toMatchObject({ "left out: task is evaluated": 0 });
}

interface Headline {
  report: string;
  before: Record<string, object>;
  after: Record<string, object>;
  delta: Record<string, Record<string, object>>;
  prompted: Record<string, object>;
  deltaFromPrompted: Record<string, Record<string, object>>;
}

function start(store: string): ChildProcess {
  return spawn(process.execPath, [main, ...flags, ...sets, "--store", store], {
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function runToEnd(store: string): Promise<{ code: number; stdout: string }> {
  const child = start(store);
  let stdout = "";
  child.stdout!.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr!.resume();
  const [code] = (await once(child, "close")) as [number];
  return { code, stdout };
}

/** Resolves when the optimiser has made a step. */
async function untilTraining(child: ChildProcess): Promise<void> {
  let text = "";
  for await (const chunk of child.stderr!) {
    text += chunk;
    if (/"type":"step-progress","step":"train","done":[1-9]/.test(text)) return;
  }
  throw new Error(`ended before it trained: ${text.slice(-2000)}`);
}

function newest(store: string): RunRecord {
  const id = readdirSync(join(store, "runs")).sort().at(-1)!;
  return JSON.parse(readFileSync(join(store, "runs", id, "run.json"), "utf8"));
}

/** Outputs that two runs do not share, by name: in a list of hashes nobody finds the step. Of rows, the first that differs. */
function differing(one: string, other: string): string[] {
  const [first, second] = [newest(one).steps, newest(other).steps];
  const names = ({ id, outputs }: RunRecord["steps"][number]) => [id, ...Object.keys(outputs)];
  expect(second.map(names)).toEqual(first.map(names));
  return first.flatMap(({ id, outputs }, step) =>
    Object.entries(outputs).flatMap(([name, artifact]) => {
      const twin = second[step]!.outputs[name]!;
      if (twin.sha256 === artifact.sha256) return [];
      if (artifact.kind !== "rows") return [`${id}.${name}`];
      const [rows, others] = [linesOf(one, artifact.sha256), linesOf(other, twin.sha256)];
      const at = rows.findIndex((row, index) => row !== others[index]);
      return [`${id}.${name}, row ${at}: ${rows[at]} is ${others[at]}`];
    }),
  );
}

function linesOf(store: string, sha256: string): string[] {
  return readFileSync(new StoreLayout(store).rowsObject(sha256), "utf8").split("\n");
}
