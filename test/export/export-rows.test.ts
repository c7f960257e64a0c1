import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { type ExportOptions, exportRows } from "../../src/app/export-rows.ts";
import { mockRecipe, runData } from "../fixtures/recipes/run-data.ts";

let folder: string;
let store: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sectune-export-"));
  store = join(folder, "store");
  const data = join(folder, "train-00000-of-00001.parquet");
  writeFileSync(data, new Uint8Array(kodcodeFile()));
  const tasks = `{ adapter: kodcode, path: ${JSON.stringify(data)} }`;
  const params =
    "gates: [complete], utilityPrompt: plain, train: {learningRate: 1.0e-4, epochs: 2, batchRows: 5}";
  await runData(mockRecipe("secpi", data, params, tasks), store, "first");
  const ablations = `${params}, ablations: [reasoning]`;
  await runData(mockRecipe("secpi-ablations", data, ablations, tasks), store, "second");
  const slower = `${params}, ablations: [], variants: { slow: { train: { learningRate: 1.0e-5, batchRows: 5 } } }`;
  await runData(mockRecipe("secpi-ablations", data, slower, tasks), store, "third");
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Twelve tasks of our own in KodCode's form. */
function kodcodeFile(): ArrayBuffer {
  const tasks = Array.from({ length: 12 }, (_, index) => index);
  const column = (name: string, of: (index: number) => string) => ({
    name,
    data: tasks.map(of),
    type: "STRING" as const,
  });
  const harmless = (index: number) => (index % 3 === 0 ? "a harmless task." : "a risky task.");
  return parquetWriteBuffer({
    columnData: [
      column("style", () => "instruct"),
      column("subset", () => "Own"),
      column("question_id", (index) => `Own_${index}_I`),
      column("question", (index) => `Write f${index}, ${harmless(index)}`),
      column("gpt_difficulty", () => "easy"),
    ],
  });
}

let outputs = 0;
const run = (options: Partial<ExportOptions>) =>
  exportRows({
    source: "first",
    store,
    format: "hf",
    out: join(folder, `out-${outputs++}`),
    set: [],
    layout: { devices: 1, microBatchRows: 1, cpu: true },
    ...options,
  });

test("rows made of KodCode carry its licence into the export, with the run's whole provenance", async () => {
  const result = await run({});
  expect(result).toMatchObject({ rows: 10, licences: ["CC-BY-NC-4.0"] });
  const lines = readFileSync(join(result.out, "data", "train.jsonl"), "utf8")
    .trim()
    .split("\n");
  expect(lines).toHaveLength(10);
  const row = lines.map((line) => JSON.parse(line)).find(({ purpose }) => purpose === "security");
  expect(row.messages).toEqual([
    // Internalised: the bare task, without the prompt that the trace was made under.
    { role: "user", content: expect.stringMatching(/^Write f\d+, a risky task\.$/), reasoning_content: null },
    { role: "assistant", content: "an answer", reasoning_content: "because" },
  ]);
  const card = readFileSync(join(result.out, "README.md"), "utf8");
  expect(card).toContain("license: cc-by-nc-4.0");
  expect(card).toContain("Not for commercial use");
  // Who wrote them; the classifier, the same model here, wrote none.
  expect(card).toMatch(
    /were written by models, whose own terms may apply to them: teacher: mock; target: mock\./,
  );
  expect(card).toMatch(/\| KodCode\/KodCode-V1 \| `[0-9a-f]{64}` \| CC-BY-NC-4.0 \| 10 \|/);
  const provenance = JSON.parse(readFileSync(join(result.out, "provenance.json"), "utf8"));
  expect(provenance).toMatchObject({
    run: "first-secpi",
    recipe: "secpi",
    prompts: { "prompt secure": expect.any(String) },
  });
});

test("job formats take the run's training settings; what is refused writes nothing", async () => {
  const refused = join(folder, "refused");
  const format = "llama-factory" as const;
  const settings = { format, base: "owner/model", template: "qwen3_nothink", out: refused };
  await expect(
    run({ ...settings, layout: { devices: 2, microBatchRows: 1, cpu: false } }),
  ).rejects.toMatchObject({
    code: "config-invalid",
    message: expect.stringContaining("5 rows a step cannot be spread"),
  });
  expect(readdirSync(folder).filter((name) => name.startsWith("refused"))).toEqual([]);
  const { out } = await run({ ...settings, set: ["batchRows=10", "epochs=1"] });
  const yaml = readFileSync(join(out, "train.yaml"), "utf8");
  expect(yaml).toContain("learning_rate: 0.0001");
  expect(yaml).toContain("num_train_epochs: 1");
  expect(yaml).toContain("gradient_accumulation_steps: 10");
  await expect(run({ ...settings, out: `${refused}-2`, set: ["rate=1"] })).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining("rate"),
  });
});

test("--base is read like a recipe's checkpoint: a pinned name, the embedded model, a folder", async () => {
  const embedded = join(import.meta.dirname, "../../assets/tiny-coder");
  const own = join(folder, "own-checkpoint");
  mkdirSync(own);
  // Of one line: rows are to think in its way, which only who finds the template knows.
  writeFileSync(join(own, "chat_template.jinja"), "{{ '<think>' + reasoning + '</think>' + content }}");
  const commit = "9c925d64d72725edaf899c6cb9c377fd0709d9c5";
  const near = `./${relative(process.cwd(), own)}`;
  const expected = [
    [`Qwen/Qwen3-8B@${commit}`, "Qwen/Qwen3-8B", commit],
    ["Qwen/Qwen3-8B", "Qwen/Qwen3-8B", undefined],
    ["tiny-coder", embedded, undefined],
    [near, own, undefined],
    [near.slice(2), own, undefined],
    ["./not-here@v1", resolve("not-here@v1"), undefined],
  ] as const;
  for (const [base, model, revision] of expected) {
    const factory = await run({ format: "llama-factory", base, template: "qwen3_nothink" });
    const yaml = parse(readFileSync(join(factory.out, "train.yaml"), "utf8"));
    expect([base, yaml.model_name_or_path, yaml.model_revision]).toEqual([base, model, revision]);
    const trl = await run({ format: "trl", base });
    const config = JSON.parse(readFileSync(join(trl.out, "config.json"), "utf8"));
    expect([base, config.model, config.revision]).toEqual([base, model, revision ?? null]);
  }
});

test("the reasoning in a LLaMA-Factory row is written as the chat template of --base does", async () => {
  const rows = async (base: string) => {
    const { out } = await run({ format: "llama-factory", base, template: "qwen3_nothink" });
    return readFileSync(join(out, "data", "secpi-first-secp.jsonl"), "utf8");
  };
  expect(await rows("owner/model@v1")).toContain("<think>\\nbecause\\n</think>");
  expect(await rows("tiny-coder")).toContain("<think>because</think>");
});

test("without a template, rows of both kinds need a model whose own is known to leave bare answers as they are", async () => {
  const embedded = join(import.meta.dirname, "../../assets/tiny-coder");
  const own = (name: string, template: string) => {
    const base = join(folder, name);
    mkdirSync(base);
    writeFileSync(join(base, "chat_template.jinja"), template);
    return base;
  };
  const later = own("later", readFileSync(join(embedded, "chat_template.jinja"), "utf8"));
  const plain = own("plain", "{{ messages[-1].content }}");
  const thinking = own("thinking", "{{ '<think>\\n' + reasoning + '\\n</think>' + content }}");
  const format = "llama-factory" as const;
  for (const base of [embedded, later, plain])
    expect(await run({ format, base })).toMatchObject({ rows: 10 });
  for (const base of [thinking, "owner/model"])
    await expect(run({ format, base })).rejects.toThrow(/rows have no reasoning: with the model's own/);
});

test("where a run has several sets of rows one must be chosen", async () => {
  await expect(run({ source: "second" })).rejects.toMatchObject({
    code: "usage",
    hint: expect.stringContaining("no-reasoning-rows"),
  });
  const { out } = await run({ source: "second", step: "no-reasoning-rows" });
  expect(readFileSync(join(out, "data", "train.jsonl"), "utf8")).not.toContain("because");
});

test("where trainings differ in their settings alone, one of them must be chosen, and its settings are exported", async () => {
  for (const step of [undefined, "rows"]) {
    await expect(run({ source: "third", step })).rejects.toMatchObject({
      code: "usage",
      hint: "choose one with --step: train, slow-train",
    });
  }
  const settings = async (step: string) => {
    const { out } = await run({ source: "third", step, format: "trl", base: "owner/model" });
    return readFileSync(join(out, "config.json"), "utf8");
  };
  expect(await settings("train")).toContain('"learning_rate": 0.0001,');
  expect(await settings("slow-train")).toContain('"learning_rate": 0.00001,');
});

test("a file of rows needs a licence; a folder that is not empty and bad rows are refused", async () => {
  const { out } = await run({});
  const file = join(folder, "rows.ndjson");
  const row = {
    ...{ kind: "sft", id: "a", taskId: "t", purpose: "security", lossMask: "last-assistant" },
    messages: [
      { role: "user", content: "q" },
      { role: "assistant", content: "a" },
    ],
  };
  writeFileSync(file, `${JSON.stringify({ schema: "train-row", version: 1 })}\n${JSON.stringify(row)}\n`);
  await expect(run({ source: file })).rejects.toMatchObject({
    code: "usage",
    hint: expect.stringContaining("--licence"),
  });
  expect(await run({ source: file, licence: "MIT" })).toMatchObject({ rows: 1, licences: ["MIT"] });
  await expect(run({ source: file, licence: "MIT", out })).rejects.toThrow(/not empty/);
  writeFileSync(file, `${JSON.stringify(row)}\n{"kind": "sft"}\n`);
  await expect(run({ source: file, licence: "MIT" })).rejects.toMatchObject({
    code: "data-invalid",
    message: expect.stringContaining("rows.ndjson:2:1"),
  });
});
