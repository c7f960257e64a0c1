import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { AppError } from "../core/error.ts";
import { loadConfig } from "./config.ts";

vi.mock("./registry.gen.ts", async () => {
  const { z } = await import("zod");
  const adapter = (name: string, config: unknown) => ({
    name,
    version: "1",
    summary: name,
    config,
    transport: [],
  });
  const load = (thing: unknown) => async () => thing;
  const local = adapter(
    "local",
    z.strictObject({ checkpoint: z.string(), batch: z.number().int().default(8) }),
  );
  const mock = adapter(
    "mock",
    z.strictObject({ replies: z.array(z.strictObject({ text: z.string() })).default([]) }),
  );
  const plain = (name: string) => load(adapter(name, z.strictObject({})));
  const secpi = {
    name: "secpi",
    models: { target: { summary: "the model" }, teacher: { summary: "the teacher", default: "target" } },
    datasets: { train: { summary: "tasks" } },
    params: z.strictObject({
      epochs: z.number().positive().default(1),
      mode: z.enum(["full", "lora"]).default("full"),
      named: z.record(z.string().regex(/^\w+$/, "A name has letters only"), z.number()).optional(),
    }),
  };
  return {
    adapters: {
      model: { local: load(local), mock: load(mock) },
      dataset: { tasks: plain("tasks") },
      trainer: { worker: plain("worker") },
      sandbox: { bubblewrap: plain("bubblewrap"), docker: plain("docker") },
      benchmark: { tinytasks: load(adapter("tinytasks", z.strictObject({ split: z.string().optional() }))) },
      embedder: { local: plain("local") },
      analyzer: { bandit: plain("bandit") },
    },
    recipes: { secpi: load(secpi) },
    stages: {},
  };
});

const base = `recipe: secpi
models:
  target: { adapter: local, checkpoint: tiny-coder }
datasets:
  train: tasks
benchmarks:
  - name: tinytasks
    limit: 40
smoke:
  benchmarks:
    - { name: tinytasks, limit: 4 }
  params: { epochs: 0.5 }
`;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sectune-config-test-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("loadConfig", () => {
  it("fills in the defaults of the file, the adapters and the recipe", async () => {
    expect(await load(base)).toEqual({
      recipe: "secpi",
      seed: 0,
      models: { target: { adapter: "local", config: { checkpoint: "tiny-coder", batch: 8 } } },
      datasets: { train: { adapter: "tasks", config: {} } },
      trainer: { adapter: "worker", config: {} },
      sandbox: { adapter: "bubblewrap", config: {} },
      analyzers: [],
      benchmarks: [{ name: "tinytasks", limit: 40, samples: 1, config: {} }],
      budget: {},
      params: { epochs: 1, mode: "full" },
    });
  });

  it("refuses aliases of aliases that stand for more than there is memory", async () => {
    const levels = ["a: &a [x, x]", ..."bcdefgh".split("").map((name, i) => levelOf(name, "abcdefg"[i]!))];
    await expect(load(levels.join("\n"))).rejects.toMatchObject({
      code: "config-invalid",
      message: expect.stringContaining("alias"),
    });
  });

  it("refuses a split that is named twice, which would be measured twice under one name", async () => {
    await expect(load(base, { set: ["benchmarks.0.splits=[seen, seen]"] })).rejects.toMatchObject({
      code: "config-invalid",
      message: expect.stringContaining("each split once"),
    });
  });

  it("applies smoke, then --set, with YAML values and places in lists", async () => {
    const set = [
      "benchmarks.0.samples=3",
      "benchmarks.0.splits=[dev]",
      "params.mode=lora",
      "budget={usd: 2.5}",
      "models.teacher.adapter=mock",
    ];
    const config = await load(base, { set, smoke: true });
    expect(config.benchmarks).toEqual([
      { name: "tinytasks", limit: 4, splits: ["dev"], samples: 3, config: {} },
    ]);
    expect(config.params).toEqual({ epochs: 0.5, mode: "lora" });
    expect(config.budget).toEqual({ usd: 2.5 });
    expect(config.models.teacher).toEqual({ adapter: "mock", config: { replies: [] } });
  });

  it.each([
    [
      "unknown key",
      "benchmark:\n  - name: x\n",
      ":13:1: unknown key `benchmark`",
      "did you mean `benchmarks`?",
    ],
    ["wrong type", "seed: many\n", ":13:7: `seed`: ", "config schema"],
    ["number out of range", "seed: -1\n", ":13:7: `seed`: ", "config schema"],
    [
      "adapter that is not there",
      "sandbox: doker\n",
      ":13:10: there is no sandbox adapter called `doker`",
      "`docker`",
    ],
    [
      "adapter in an object",
      "sandbox:\n  adapter: doker\n",
      ":14:12: there is no sandbox adapter",
      "`docker`",
    ],
    [
      "adapter settings",
      "sandbox: { adapter: docker, image: x }\n",
      ":13:29: unknown key `sandbox.image`",
      "there are none",
    ],
    ["param", "params: { epoch: 2 }\n", ":13:11: unknown key `params.epoch`", "did you mean `epochs`?"],
    ["param value", "params:\n  mode: lorra\n", ":14:9: `params.mode`: ", "did you mean `lora`?"],
    [
      "a name that may not be",
      "params:\n  named:\n    two words: 1\n",
      ":15:5: `params.named.two words`: a name has letters only",
      "config schema",
    ],
    ["budget", "budget: { dollars: 2 }\n", ":13:11: unknown key `budget.dollars`", "`usd`"],
    ["analyzer", "analyzers: [bandit, bandti]\n", ":13:21: there is no analyzer adapter", "`bandit`"],
    ["duplicate key", "recipe: secpi\n", ":13:1: Map keys must be unique", "not valid YAML"],
  ])("%s: names the place and the fix", async (_, text, message, hint) => {
    const error = await failure(base + text);
    expect(error.code).toBe("config-invalid");
    expect(error.message).toContain(`recipe.yaml${message}`);
    expect(error.hint).toContain(hint);
  });

  it.each([
    ["unknown recipe", base.replace("recipe: secpi", "recipe: secpy"), ":1:9: there is no recipe", "`secpi`"],
    ["no recipe", base.replace("recipe: secpi\n", ""), ":1:1: `recipe` is missing", "add `recipe:`"],
    [
      "unknown role",
      base.replace("target:", "targt:"),
      ":3:3: the recipe has no model role `targt`",
      "`target`",
    ],
    [
      "missing dataset",
      base.replace("datasets:\n  train: tasks\n", ""),
      "dataset role `train` (tasks)",
      "datasets.train",
    ],
    [
      "missing adapter field",
      base.replace(", checkpoint: tiny-coder", ""),
      ":3:11: `models.target.checkpoint` is missing",
      "checkpoint",
    ],
    [
      "unknown dataset adapter",
      base.replace("train: tasks", "train: task"),
      ":5:10: there is no dataset adapter",
      "`tasks`",
    ],
    [
      "unknown benchmark",
      base.replace("name: tinytasks\n", "name: tinytask\n"),
      ":7:11: there is no benchmark",
      "`tinytasks`",
    ],
    ["invalid YAML", "recipe: [a\nmodels: {", "recipe.yaml:", "not valid YAML"],
    ["a list", "- a\n", ":1:1: the file: ", "config schema"],
    ["an empty file", "", ":1:1: the file: ", "config schema"],
  ])("%s: names the place and the fix", async (_, text, message, hint) => {
    const error = await failure(text);
    expect(error.code).toBe("config-invalid");
    expect(error.message).toContain(message);
    expect(error.hint).toContain(hint);
  });

  it("tells all mistakes at once, those of --set under their own name", async () => {
    const set = ["params.epochs=none", "models.target.batches=2"];
    const error = await failure(base.replace("adapter: local", "adapter: locl"), { set });
    expect(error.message.split("\n")).toHaveLength(2);
    expect(error.message).toContain("--set params.epochs=none: `params.epochs`");
    const other = await failure(base, { set });
    expect(other.message).toContain("--set models.target.batches=2: unknown key `models.target.batches`");
    expect(other.hint).toContain("did you mean `batch`?");
  });

  it("finds mistakes in a smoke block where they stand", async () => {
    const error = await failure(base.replace("epochs: 0.5", "epohs: 1"), { smoke: true });
    expect(error.message).toContain(":12:13: unknown key `params.epohs`");
  });

  it.each([["a"], ["=1"], ["a..b=1"], ["benchmarks.7.limit=1"], ["recipe.x=1"], ["seed={"]])(
    "refuses --set %s as usage",
    async (text) => {
      expect((await failure(base, { set: [text] })).code).toBe("usage");
    },
  );

  it("says that a file is missing", async () => {
    const error = await loadConfig(join(folder, "none.yaml")).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "config-invalid", message: expect.stringContaining("none.yaml") });
  });
});

async function load(text: string, options?: Parameters<typeof loadConfig>[1]) {
  const path = join(folder, "recipe.yaml");
  await writeFile(path, text);
  return loadConfig(path, options);
}

async function failure(text: string, options?: Parameters<typeof loadConfig>[1]): Promise<AppError> {
  const error = await load(text, options).catch((caught: unknown) => caught);
  if (!(error instanceof AppError)) throw new Error(`expected an AppError, got ${error}`);
  return error;
}

function levelOf(name: string, below: string): string {
  return `${name}: &${name} [${Array(9).fill(`*${below}`).join(", ")}]`;
}
