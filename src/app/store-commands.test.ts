import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { StoreLayout } from "../engine/store-layout.ts";
import { collectGarbage } from "./collect-garbage.ts";
import { parseConfig, type ResolvedConfig } from "./config.ts";
import { explainStep } from "./explain.ts";
import { planRecipe } from "./plan-recipe.ts";
import { summariseCalls } from "./run-calls.ts";
import { runRecipe } from "./run-recipe.ts";
import { compareStoredRuns } from "./run-summaries.ts";
import { listRuns } from "./runs.ts";
import { spendingLineage, unpriced } from "./spending.ts";

const recipe = (maxTokens: number) => `recipe: evaluate
models: { target: { adapter: mock, rules: [{ replies: [{ text: no code ${maxTokens} }] }] } }
benchmarks: [{ name: tinytasks, limit: 1 }]
params: { sampling: { maxTokens: ${maxTokens} } }
`;

let store: string;
let first: ResolvedConfig;
let second: ResolvedConfig;
beforeAll(async () => {
  store = mkdtempSync(join(tmpdir(), "sectune-commands-"));
  first = await parseConfig("test", recipe(100));
  second = await parseConfig("test", recipe(200));
  for (const config of [first, second]) await run(config);
}, 60_000);
afterAll(() => rmSync(store, { recursive: true }));

const run = (config: ResolvedConfig) =>
  runRecipe(config, { store, signal: new AbortController().signal, emit: () => {} });
const cached = async (config: ResolvedConfig) =>
  (await planRecipe(config, { store })).map((step) => step.cached);

test("explain says which parts of a key changed, and that another did not", async () => {
  const plain = await explainStep(store, "latest", "plain");
  expect(plain.changed.map(({ part }) => part)).toEqual(["model model", "params"]);
  const items = await explainStep(store, "latest", "items");
  expect(items.comparedWith).toBe(plain.comparedWith);
  expect(items.changed).toEqual([]);
  await expect(explainStep(store, "latest", "plane")).rejects.toMatchObject({
    hint: "did you mean `plain`?",
  });
});

test("explain says of a step that was not reached only that", async () => {
  const [newest] = await listRuns(store);
  const path = new StoreLayout(store).runRecord(newest!.id);
  const whole = readFileSync(path, "utf8");
  const record = JSON.parse(whole);
  const steps = record.steps.map((step: { id: string }) =>
    step.id === "scores" ? { ...step, status: "skipped", key: null, keyParts: {} } : step,
  );
  writeFileSync(path, JSON.stringify({ ...record, steps }));
  expect(await explainStep(store, "latest", "scores")).toMatchObject({ comparedWith: null, changed: [] });
  writeFileSync(path, whole);
});

test("two runs are compared by their settings and scores", async () => {
  const [b, a] = await listRuns(store);
  const { text } = await compareStoredRuns(store, a!.id, b!.id);
  expect(text(80)).toContain("maxTokens: 100 → 200");
});

test("gc removes what no kept run needs, says the same beforehand, and never what was paid for", async () => {
  const before = readdirSync(new StoreLayout(store).runs);
  expect(await collectGarbage(store, { dryRun: false })).toMatchObject({ runs: 0, actions: 0, objects: 0 });
  const announced = await collectGarbage(store, { dryRun: true, keepRuns: 1 });
  expect(announced.runs).toBe(1);
  expect(announced.objects).toBeGreaterThan(0);
  expect(readdirSync(new StoreLayout(store).runs)).toEqual(before);
  expect(await collectGarbage(store, { dryRun: false, keepRuns: 1 })).toEqual(announced);

  expect(await cached(second)).not.toContain(false);
  expect(await cached(first)).toContain(false);
  const { record } = await run(first);
  const { calls } = await summariseCalls(store, record);
  const model = calls.filter(({ op }) => op === "model.generate");
  expect(model.length).toBeGreaterThan(0);
  for (const group of model) expect(group.cached).toBe(group.calls);
}, 60_000);

test("gc keeps the finished step of a run that was killed before it could say so, and minds no half-written file", async () => {
  const layout = new StoreLayout(store);
  const [newest] = await listRuns(store);
  const path = layout.runRecord(newest!.id);
  const whole = readFileSync(path, "utf8");
  const record = JSON.parse(whole);
  const last = record.steps.at(-1);
  const [action, other] = [layout.action(last.key), layout.action(record.steps[0].key)];
  const killed = { ...last, status: "interrupted", key: null, outputs: {} };
  const steps = [...record.steps.slice(0, -1), killed];
  writeFileSync(path, JSON.stringify({ ...record, status: "interrupted", steps }));
  const halfWritten = join(dirname(other), ".0a1b2c.tmp");
  writeFileSync(halfWritten, '{"version":');
  // What was made before the run began is nobody's.
  utimesSync(action, 0, 0);
  const old = await collectGarbage(store, { dryRun: true, keepRuns: 1 });
  utimesSync(action, new Date(), new Date());
  const fresh = await collectGarbage(store, { dryRun: false, keepRuns: 1 });
  expect(fresh.actions).toBeLessThan(old.actions);
  expect(existsSync(halfWritten)).toBe(false);
  expect(existsSync(action)).toBe(true);
  writeFileSync(path, whole);
});

test("gc removes nothing where it cannot read what a run refers to", async () => {
  const path = new StoreLayout(store).runRecord((await listRuns(store))[0]!.id);
  const whole = readFileSync(path, "utf8");
  writeFileSync(path, JSON.stringify({ ...JSON.parse(whole), version: 99 }));
  await expect(collectGarbage(store, { dryRun: false })).rejects.toMatchObject({
    code: "store-corrupt",
    message: expect.stringContaining("nothing is removed"),
  });
  writeFileSync(path, whole);
});

test("spending is booked to the recipe, whatever the way to its models; a cap that cannot hold is told", async () => {
  const config = (settings: string, budget = "") =>
    parseConfig(
      "test",
      `recipe: evaluate
models: { target: { adapter: openai-compatible, url: "http://127.0.0.1:1/v1", model: m, revision: "1"${settings} } }
benchmarks: [{ name: tinytasks, limit: 1 }]
${budget}`,
    );
  const plain = await spendingLineage(await config(""));
  const price = ", price: { inputPerMTok: 1, outputPerMTok: 2 }";
  expect(await spendingLineage(await config(`, maxConcurrency: 3, timeoutMs: 9000${price}`))).toBe(plain);
  expect(await spendingLineage(await config("", "budget: { usd: 3 }"))).toBe(plain);
  expect(await spendingLineage(await config("", "seed: 4"))).not.toBe(plain);
  expect(await unpriced(await config("", "budget: { usd: 3 }"))).toEqual([
    expect.stringContaining("models.target, which has no price"),
  ]);
  expect(await unpriced(await config(price, "budget: { usd: 3 }"))).toEqual([]);
  expect(await unpriced(await config("", "budget: { tokens: 3 }"))).toEqual([]);
});
