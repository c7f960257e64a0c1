import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ExportOptions, exportRows } from "../../src/app/export-rows.ts";
import { mockRecipe, runData } from "../fixtures/recipes/run-data.ts";

let folder: string;
let store: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sectune-export-"));
  store = join(folder, "store");
  const data = join(folder, "tasks.jsonl");
  const rows = Array.from({ length: 12 }, (_, index) => ({
    prompt: `Write f${index}, ${index % 3 === 0 ? "a harmless task." : "a risky task."}`,
    cwe: ["CWE-89"],
  }));
  writeFileSync(data, rows.map((row) => JSON.stringify(row)).join("\n"));
  const params = "gates: [complete], train: {learningRate: 1.0e-4, epochs: 2, batchRows: 5}";
  await runData(mockRecipe("secpi", data, params, "CC-BY-NC-4.0"), store, "first");
  await runData(mockRecipe("secpi-ablations", data, `${params}, ablations: [reasoning]`), store, "second");
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

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

test("a run's rows are exported with the licence that its tasks came with and its whole provenance", async () => {
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
  expect(readFileSync(join(result.out, "README.md"), "utf8")).toContain("license: cc-by-nc-4.0");
  const provenance = JSON.parse(readFileSync(join(result.out, "provenance.json"), "utf8"));
  expect(provenance).toMatchObject({
    run: "first-secpi",
    recipe: "secpi",
    prompts: { "prompt secure": expect.any(String) },
  });
});

test("job formats take the run's training settings; what is refused writes nothing", async () => {
  const refused = join(folder, "refused");
  const settings = { format: "llama-factory" as const, base: "owner/model", out: refused };
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

test("where a run has several sets of rows one must be chosen", async () => {
  await expect(run({ source: "second" })).rejects.toMatchObject({
    code: "usage",
    hint: expect.stringContaining("no-reasoning-rows"),
  });
  const { out } = await run({ source: "second", step: "no-reasoning-rows" });
  expect(readFileSync(join(out, "data", "train.jsonl"), "utf8")).not.toContain("because");
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
