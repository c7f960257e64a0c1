import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
