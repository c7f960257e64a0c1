import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { TrainRow } from "../../src/core/train-row.ts";
import { type TrainParams, TrainParamsSchema } from "../../src/core/trainer.ts";
import type { ExportJob } from "../../src/export/export-job.ts";
import { EXPORTERS, type ExportFormat } from "../../src/export/formats.ts";
import { thinkStyleOf } from "../../src/export/inline-reasoning.ts";
import { summariseRows } from "../../src/export/summarise-rows.ts";

type SftRow = Extract<TrainRow, { kind: "sft" }>;
const row = (id: string, more: Partial<SftRow> = {}): SftRow => ({
  kind: "sft",
  id,
  taskId: `task-${id}`,
  purpose: "security",
  lossMask: "last-assistant",
  messages: [
    { role: "user", content: `Write ${id}. 😀` },
    {
      role: "assistant",
      content: "```python\npass\n```",
      reasoning: "Quotes end the literal.\nUse a parameter.",
    },
  ],
  ...more,
});
const plain = (id: string): SftRow =>
  row(id, {
    purpose: "utility",
    messages: [
      { role: "user", content: `Add ${id}.` },
      { role: "assistant", content: "1 + 1" },
    ],
  });
const train: TrainParams = TrainParamsSchema.parse({
  learningRate: 1e-5,
  epochs: 3,
  batchRows: 48,
  maxLength: 8192,
});
const job = (rows: readonly TrainRow[], more: Partial<ExportJob> = {}): ExportJob => ({
  name: "secpi-golden",
  async *rows() {
    yield* rows;
  },
  sources: [{ dataset: "KodCode/KodCode-V1", revision: "abc", licence: "CC-BY-NC-4.0", rows: rows.length }],
  base: { model: "Qwen/Qwen3-8B", revision: "1234" },
  writers: ["teacher: openai-compatible deepseek-r1"],
  train,
  layout: { devices: 16, microBatchRows: 1, cpu: false },
  lengthsKnown: true,
  think: "lines",
  bareAnswersKept: false,
  provenance: { run: "r1" },
  ...more,
});
const many = Array.from({ length: 96 }, (_, index) => row(`f${index}`));

async function files(format: ExportFormat, from: ExportJob): Promise<Record<string, string>> {
  const rows = await summariseRows(from.rows());
  expect(EXPORTERS[format].problems(from, rows)).toEqual([]);
  const written: Record<string, string> = {};
  for (const file of EXPORTERS[format].files(from, rows)) {
    written[file.path] =
      "text" in file ? file.text : (await Array.fromAsync(file.lines)).map((line) => `${line}\n`).join("");
  }
  return written;
}
const problems = async (format: ExportFormat, from: ExportJob) =>
  EXPORTERS[format].problems(from, await summariseRows(from.rows())).join("\n");

describe("Hugging Face", () => {
  test("messages keep reasoning in its field; the card has the licence, its consequence, sources and counts", async () => {
    const written = await files("hf", job([row("a"), plain("b")]));
    expect(Object.keys(written)).toEqual(["README.md", "data/train.jsonl", "provenance.json"]);
    const lines = written["data/train.jsonl"]!.trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines[0]).toEqual({
      messages: [
        { role: "user", content: "Write a. 😀", reasoning_content: null },
        {
          role: "assistant",
          content: "```python\npass\n```",
          reasoning_content: "Quotes end the literal.\nUse a parameter.",
        },
      ],
      id: "a",
      task_id: "task-a",
      purpose: "security",
      loss_mask: "last-assistant",
    });
    expect(lines[1].messages[1].reasoning_content).toBeNull();
    const card = written["README.md"]!;
    const front = parse(card.split("---\n")[1]!);
    expect(front).toMatchObject({ license: "cc-by-nc-4.0", task_categories: ["text-generation"] });
    expect(front.configs[0].data_files[0].path).toBe("data/train.jsonl");
    expect(card).toContain("Not for commercial use");
    expect(card).toContain("| KodCode/KodCode-V1 | `abc` | CC-BY-NC-4.0 | 2 |");
    expect(card).toContain("1 security, 1 utility");
    expect(card).toContain("teacher: openai-compatible deepseek-r1");
  });

  test("several licences are not summed up as one, and names that the hub does not know are `other`", async () => {
    const source = { dataset: "d", revision: "1", rows: 1 };
    const of = async (...licences: string[]) => {
      const sources = licences.map((licence) => ({ ...source, licence }));
      const card = (await files("hf", job([row("a")], { sources })))["README.md"]!;
      return parse(card.split("---\n")[1]!);
    };
    expect(await of("Apache-2.0", "MIT")).toMatchObject({ license: "other", license_name: "see-sources" });
    expect(await of("LMSYS terms")).toMatchObject({ license: "other", license_name: "lmsys-terms" });
  });

  test("rows that are no SFT rows are refused", async () => {
    const message = { role: "assistant" as const, content: "x" };
    const pair: TrainRow = {
      kind: "preference",
      id: "p",
      taskId: "t",
      purpose: "security",
      prompt: [{ role: "user", content: "q" }],
      chosen: message,
      rejected: message,
    };
    expect(await problems("hf", job([row("a"), pair]))).toMatch(/1 preference rows/);
    expect(await problems("hf", job([]))).toMatch(/no rows/);
  });
});

describe("LLaMA-Factory", () => {
  test("the paper's job: full SFT, 3 epochs, batch 48 on 16 devices, ZeRO-3", async () => {
    const written = await files("llama-factory", job(many));
    expect(parse(written["train.yaml"]!)).toEqual({
      model_name_or_path: "Qwen/Qwen3-8B",
      model_revision: "1234",
      stage: "sft",
      do_train: true,
      finetuning_type: "full",
      deepspeed: "ds_z3_config.json",
      dataset_dir: "data",
      dataset: "secpi-golden",
      cutoff_len: 8192,
      train_on_prompt: false,
      mask_history: true,
      packing: false,
      output_dir: "output",
      logging_steps: 1,
      save_strategy: "epoch",
      save_only_model: true,
      report_to: "none",
      per_device_train_batch_size: 1,
      gradient_accumulation_steps: 3,
      learning_rate: 1e-5,
      num_train_epochs: 3,
      lr_scheduler_type: "cosine",
      warmup_steps: 0,
      weight_decay: 0,
      max_grad_norm: 1,
      optim: "adamw_torch",
      adam_beta1: 0.9,
      adam_beta2: 0.95,
      bf16: true,
      disable_gradient_checkpointing: true,
      seed: 0,
    });
    // Not `openai`: that format puts "detailed thinking off" into every system prompt.
    expect(JSON.parse(written["data/dataset_info.json"]!)).toEqual({
      "secpi-golden": {
        file_name: "secpi-golden.jsonl",
        formatting: "sharegpt",
        columns: { messages: "messages" },
        tags: {
          role_tag: "role",
          content_tag: "content",
          user_tag: "user",
          assistant_tag: "assistant",
          system_tag: "system",
        },
      },
    });
    expect(JSON.parse(written["ds_z3_config.json"]!).zero_optimization.stage).toBe(3);
    expect(JSON.parse(written["data/secpi-golden.jsonl"]!.split("\n")[0]!)).toEqual({
      messages: [
        { role: "user", content: "Write f0. 😀" },
        {
          role: "assistant",
          content: "<think>\nQuotes end the literal.\nUse a parameter.\n</think>\n\n```python\npass\n```",
        },
      ],
    });
    expect(written["README.md"]).toContain("FORCE_TORCHRUN=1 llamafactory-cli train train.yaml");
  });

  test("on the CPU there is no DeepSpeed and no bf16; think blocks follow the model's own template", async () => {
    const layout = { devices: 1, microBatchRows: 4, cpu: true };
    const warm = { ...train, batchRows: 8, warmupRatio: 0.25, schedule: "constant" as const };
    const written = await files("llama-factory", job(many, { layout, train: warm, think: "compact" }));
    expect(written["ds_z3_config.json"]).toBeUndefined();
    expect(parse(written["train.yaml"]!)).toMatchObject({
      use_cpu: true,
      bf16: false,
      gradient_accumulation_steps: 2,
      // 96 rows in steps of 8, three times: 36 steps, a quarter of them.
      warmup_steps: 9,
      lr_scheduler_type: "constant_with_warmup",
    });
    expect(written["data/secpi-golden.jsonl"]).toContain(
      '"<think>Quotes end the literal.\\nUse a parameter.</think>```python',
    );
  });

  test.each<[string, Partial<ExportJob> | undefined, readonly SftRow[], RegExp]>([
    ["token batches", { train: { ...train, batchRows: undefined, batchTokens: 3000 } }, many, /counts rows/],
    [
      "a batch that does not divide",
      { layout: { devices: 7, microBatchRows: 1, cpu: false } },
      many,
      /cannot be spread/,
    ],
    ["another optimizer", { train: { ...train, optimizer: "muon" } }, many, /optimizer muon/],
    ["another objective", { train: { ...train, objective: "dpo" } }, many, /dpo is not supervised/],
    ["rows that would be cut", { tooLong: 4 }, many, /4 rows are longer than maxLength 8192/],
    [
      "rows whose lengths nobody has counted, unless they cannot be too long",
      { lengthsKnown: false, train: { ...train, maxLength: 200 } },
      [
        ...many,
        row("long", {
          messages: [...plain("a").messages.slice(0, 1), { role: "assistant", content: "x".repeat(400) }],
        }),
      ],
      /is not known[\s\S]*at most 502 tokens, so with --set maxLength=502 none is cut/,
    ],
    ["no settings", { train: undefined }, many, /no training settings/],
    ["no model", { base: undefined }, many, /--base/],
    [
      "a reasoning template with rows that do not reason",
      { template: "qwen3" },
      [...many, plain("x")],
      /the template qwen3 [^;]*empty think block/,
    ],
    [
      "rows that do not reason where LLaMA-Factory derives the template from one that is not known",
      {},
      [...many, plain("x")],
      /1 rows have no reasoning: with the model's own chat template [^;]*--template qwen3_nothink/,
    ],
    [
      "tags in text",
      {},
      [
        ...many,
        row("t", {
          messages: [
            { role: "user", content: "What is <think>?" },
            { role: "assistant", content: "A tag." },
          ],
        }),
      ],
      /have <think> in their text/,
    ],
    [
      "roles that do not alternate",
      {},
      [
        ...many,
        row("t", {
          messages: [
            { role: "user", content: "a" },
            { role: "user", content: "b" },
          ],
        }),
      ],
      /do not alternate/,
    ],
  ])("refuses %s", async (_, more, rows, message) => {
    expect(await problems("llama-factory", job(rows, more))).toMatch(message);
  });

  test("refuses rows that learn all turns beside rows that learn the last one", async () => {
    const turns = (lossMask: SftRow["lossMask"]) =>
      row(lossMask, { lossMask, messages: [...plain("a").messages, ...plain("b").messages] });
    const mixed = job([...many, turns("assistant"), turns("last-assistant")]);
    expect(await problems("llama-factory", mixed)).toMatch(/mask_history/);
    const all = await files("llama-factory", job([...many, turns("assistant")], { bareAnswersKept: true }));
    expect(parse(all["train.yaml"]!).mask_history).toBe(false);
  });
});

describe("TRL", () => {
  test("rows are prompt and completion; the settings are SFTConfig's; the script guards the template", async () => {
    const written = await files("trl", job([...many, plain("b")], { tooLong: 2 }));
    const lines = written["train.jsonl"]!.trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines[0].completion).toEqual([
      {
        role: "assistant",
        content: "```python\npass\n```",
        reasoning_content: "Quotes end the literal.\nUse a parameter.",
      },
    ]);
    expect(lines[0].prompt).toHaveLength(1);
    expect(lines.at(-1).completion[0].reasoning_content).toBeNull();
    const config = JSON.parse(written["config.json"]!);
    expect(config).toMatchObject({ model: "Qwen/Qwen3-8B", revision: "1234", lora: null });
    expect(config.sft).toMatchObject({
      max_length: 8192,
      completion_only_loss: true,
      packing: false,
      gradient_accumulation_steps: 3,
    });
    expect(written["train.py"]).toContain("leaves a part of the answer out");
    expect(written["README.md"]).toContain("accelerate launch --num_processes 16 train.py");
  });

  test("LoRA settings are handed over; several learnt turns are refused", async () => {
    const lora = {
      rank: 8,
      alpha: 16,
      dropout: 0.1,
      targets: "all-linear" as const,
      output: "adapter" as const,
    };
    const written = await files("trl", job(many, { train: { ...train, lora } }));
    expect(JSON.parse(written["config.json"]!).lora).toEqual({
      ...{ r: 8, lora_alpha: 16, lora_dropout: 0.1 },
      ...{ target_modules: "all-linear", task_type: "CAUSAL_LM" },
    });
    const turns = row("t", {
      lossMask: "assistant",
      messages: [...plain("a").messages, ...plain("b").messages],
    });
    expect(await problems("trl", job([turns]))).toMatch(/several turns/);
  });
});

test("the optimiser is the worker's, not transformers' default, and warm-up is rounded up as there", async () => {
  const optim = readFileSync(join(import.meta.dirname, "../../worker/sectune_worker/optim.py"), "utf8");
  const [, beta1, beta2] = /^ADAM_BETAS = \(([\d.]+), ([\d.]+)\)$/m.exec(optim)!;
  // What jobs do not name is the default of transformers' TrainingArguments.
  expect(optim).toContain("eps=1e-8");
  const adamw = { optim: "adamw_torch", adam_beta1: Number(beta1), adam_beta2: Number(beta2) };
  // 96 rows in steps of 48, three times: 6 steps, a fifth of them is 1.2.
  const from = job(many, { train: { ...train, warmupRatio: 0.2 } });
  const settings = { ...adamw, warmup_steps: 2 };
  expect(parse((await files("llama-factory", from))["train.yaml"]!)).toMatchObject(settings);
  expect(JSON.parse((await files("trl", from))["config.json"]!).sft).toMatchObject(settings);
  // One step of warm-up is none in the worker, and in transformers a step at rate 0.
  const one = job(many, { train: { ...train, warmupRatio: 0.1 } });
  expect(parse((await files("llama-factory", one))["train.yaml"]!).warmup_steps).toBe(0);
});

test("the think style is read from the chat template", () => {
  expect(thinkStyleOf(undefined)).toBe("lines");
  expect(thinkStyleOf("{{ message.content }}")).toBe("lines");
  expect(thinkStyleOf("{{ '<think>' + reasoning + '</think>' }}")).toBe("compact");
  expect(thinkStyleOf("{{ '<think>\\n' + reasoning + '\\n</think>\\n\\n' }}")).toBe("lines");
});
