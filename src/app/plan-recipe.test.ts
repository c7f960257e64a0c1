import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseConfig, type ResolvedConfig } from "./config.ts";
import { packageRoot } from "./package-root.ts";
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

test.each([
  [
    "params.tracePrompt=judge-code",
    /the prompt judge-code does not fit step traces: it has \{\{/,
    /\{\{task\}\}/,
  ],
  ["params.tracePrompt=secur", /there is no prompt "secur"/, /did you mean `secure`/],
  ["benchmarks.0.splits=[heldOut]", /tinytasks has no split `heldOut`/, /heldOutCwe|heldOutRare/],
  ["params.train.epochs=0", /step train cannot take `epochs`/, /./],
  ["params.train.learningRate=-1", /step train cannot take `learningRate`/, /./],
  ["params.train.seed=-1", /step train cannot take `seed`/, /./],
  [
    "params.train.batchTokens=4096",
    /step train: .*not both \(4096 and 8\)/,
    /--set params\.train\.batchTokens=null/,
  ],
  ["params.train.objective=grpo", /step train: .*does not train grpo/, /sft/],
  ["params.train.accelerateConfig=/no.yaml", /step train: .*no file \/no\.yaml/, /accelerate config/],
  ["trainer={adapter: worker, accelerateConfig: /no.yaml}", /step train: .*no file \/no\.yaml/, /./],
  [
    "params.train.batchTokens=null",
    /models\.target: step train needs weights to start from.* mock /,
    /`local`/,
  ],
  ["datasets.tasks.split=heldOutCwe", /datasets\.tasks\.split/, /train/],
])("%s is refused before anything runs", async (setting, message, hint) => {
  const secpi = `recipe: secpi
models: { target: { adapter: mock, rules: [{ replies: [{ text: no code }] }] } }
datasets: { tasks: { adapter: tinytasks } }
benchmarks: [{ name: tinytasks, limit: 1 }]
params: { train: { learningRate: 1.0e-4, epochs: 1, batchRows: 8 } }
`;
  const planned = async () => planRecipe(await parseConfig("test", secpi, { set: [setting] }), { store });
  const refused = await planned().then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(refused).toMatchObject({ code: "config-invalid", message: expect.stringMatching(message) });
  expect((refused as { hint?: string }).hint ?? "none").toMatch(hint);
});

test.each([
  ["seem", [], "did you mean `seen`?"],
  ["utility", [], "seen"],
  ["seen", ["dev"], "dev"],
  ["dev", [], "seen"],
])("groups on the split %s are refused before anything runs", async (split, splits, hint) => {
  const ablations = `recipe: secpi-ablations
models: { target: { adapter: mock, rules: [{ replies: [{ text: no code }] }] } }
datasets: { tasks: { adapter: tinytasks } }
benchmarks: [{ name: tinytasks, limit: 1${splits.length > 0 ? `, splits: [${splits}]` : ""} }]
params: { groupSplits: [${split}] }
`;
  const planned = async () => planRecipe(await parseConfig("test", ablations, {}), { store });
  await expect(planned()).rejects.toMatchObject({
    code: "config-invalid",
    message: `\`${split}\` is no split with a security side that tinytasks measures here`,
    hint: expect.stringContaining(hint),
  });
});

const inC = (more: string) => `recipe: evaluate
models: { target: { adapter: mock, rules: [{ replies: [{ text: no code }] }] } }
benchmarks: [{ name: tinytasks, limit: 1, languages: [c]${more} }]
`;

test.each([
  ["decoys", "decoys"],
  ["seen, heldOutRare, decoys", "heldOutRare, decoys"],
])(
  "of the splits %s, those that have no items in C are refused before anything runs",
  async (splits, empty) => {
    const planned = async () =>
      planRecipe(await parseConfig("test", inC(`, splits: [${splits}]`)), { store });
    await expect(planned()).rejects.toMatchObject({
      code: "config-invalid",
      message: `the benchmark tinytasks has no items in ${empty} with {"languages":["c"]}`,
      hint: expect.stringContaining("that have items: seen, heldOutCwe, utility, dev, train"),
    });
  },
);

test("splits that nobody named and that have no items are left out of the report, and the run says so", async () => {
  const messages: string[] = [];
  const { report } = await runRecipe(await parseConfig("test", inC("")), {
    store,
    signal: new AbortController().signal,
    emit: (event) => {
      if (event.type === "log") messages.push(event.message);
    },
  });
  expect(messages).toEqual([
    'warning: benchmarks[0] (tinytasks) has no items in heldOutRare, heldOutAbsent, decoys with {"languages":["c"]}: the report is without these splits',
  ]);
  expect(report!.input.splits.map(({ name }) => name)).toEqual(["seen", "heldOutCwe", "utility"]);
  expect(Object.keys(report!.headline.after)).toEqual(["seen", "heldOutCwe", "utility"]);
}, 60_000);

test("groups on a split that has no items are refused before anything runs", async () => {
  const ablations = inC("").replace("evaluate", "secpi-ablations");
  const text = `${ablations}datasets: { tasks: { adapter: tinytasks, languages: [c] } }
params: { groupSplits: [heldOutRare] }
`;
  await expect(planRecipe(await parseConfig("test", text), { store })).rejects.toMatchObject({
    message: "`heldOutRare` is no split with a security side that tinytasks measures here",
  });
});

test("one way of counting batches is taken out by null, and the other can be given", async () => {
  const secpi = (set: string[]) =>
    parseConfig(
      "test",
      `recipe: secpi
models: { target: { adapter: local, checkpoint: tiny-coder } }
datasets: { tasks: { adapter: tinytasks } }
benchmarks: [{ name: tinytasks, limit: 1 }]
params: { train: { batchTokens: 3000 } }
`,
      { set },
    );
  const planned = async (...set: string[]) => planRecipe(await secpi(set), { store });
  await expect(planned("params.train.batchRows=48")).rejects.toMatchObject({ code: "config-invalid" });
  const steps = await planned("params.train.batchRows=48", "params.train.batchTokens=null");
  expect(steps.map(({ id }) => id)).toContain("train");
});

test("an adapter as what is trained on is refused before anything runs", async () => {
  const adapter = join(store, "adapter");
  cpSync(join(packageRoot, "assets", "tiny-coder"), join(adapter, "base"), { recursive: true });
  writeFileSync(join(adapter, "adapter_config.json"), '{"base_model_name_or_path": "base"}');
  const secpi = await parseConfig(
    "test",
    `recipe: secpi
models: { target: { adapter: local, checkpoint: ${adapter} } }
datasets: { tasks: { adapter: tinytasks } }
benchmarks: [{ name: tinytasks, limit: 1 }]
`,
  );
  await expect(planRecipe(secpi, { store })).rejects.toMatchObject({
    code: "config-invalid",
    message: expect.stringMatching(/models\.target: .*adapter, and step train trains whole weights/),
    hint: expect.stringContaining("merge"),
  });
});
