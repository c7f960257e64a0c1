import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseConfig, type ResolvedConfig } from "./config.ts";
import { planRecipe } from "./plan-recipe.ts";
import { runRecipe } from "./run-recipe.ts";

const RECIPE = `recipe: evaluate
models: { target: { adapter: mock, rules: [{ replies: [{ text: no code }] }] } }
benchmarks: [{ name: tinytasks, limit: 1 }]
`;

let store: string;
let config: ResolvedConfig;
beforeAll(async () => {
  store = mkdtempSync(join(tmpdir(), "sectune-planned-"));
  config = await parseConfig("test", RECIPE);
});
afterAll(() => rmSync(store, { recursive: true }));

const cached = async (fresh: string[] = []) =>
  (await planRecipe(config, { store, fresh })).filter((step) => step.cached).map(({ id }) => id);

test("a plan marks what is cached; what is to be made again, and what needs it, is not", async () => {
  expect(await cached()).toEqual([]);
  await runRecipe(config, { store, signal: new AbortController().signal, emit: () => {} });
  expect(await cached()).toEqual(["items", "plain", "plain-judged", "prompted", "prompted-judged", "scores"]);
  expect(await cached(["plain"])).toEqual(["items", "prompted", "prompted-judged"]);
}, 60_000);

test("a step to make again that the plan does not have is a mistake, for the plan and for the run", async () => {
  const mistake = { code: "usage", hint: "did you mean `plain`?" };
  await expect(planRecipe(config, { store, fresh: ["plan"] })).rejects.toMatchObject(mistake);
  const run = runRecipe(config, {
    ...{ store, fresh: ["plan"], emit: () => {} },
    signal: new AbortController().signal,
  });
  await expect(run).rejects.toMatchObject(mistake);
});
