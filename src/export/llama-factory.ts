import { stringify } from "yaml";
import type { TrainParams } from "../core/trainer.ts";
import { ADAMW, batchPlan, SCHEDULES, trainProblems } from "./batch-plan.ts";
import { facts } from "./dataset-card.ts";
import type { Exporter, ExportJob, RowSummary } from "./export-job.ts";
import { inlineReasoning } from "./inline-reasoning.ts";
import { sftRows } from "./summarise-rows.ts";
import { wrongKinds } from "./wrong-kinds.ts";

/** Version whose source the field names were checked against. */
const CHECKED_WITH = "LLaMA-Factory at ff6d4d1 (August 2026, after 0.9.5)";

/**
 * A LLaMA-Factory job: `dataset_info.json`, the rows, the SFT settings and ZeRO-3. The dataset is declared as `sharegpt` with
 * renamed tags: its `openai` format puts "detailed thinking off" into the system prompt of every row.
 */
export const llamaFactory: Exporter = {
  summary: "LLaMA-Factory job: dataset_info.json, rows, full SFT settings, ZeRO-3",
  problems: (job, rows) => [
    ...trainProblems(job.train, job.layout, job.lengthsKnown ? job.tooLong : 0),
    ...lengthProblems(job, rows),
    ...rowProblems(job, rows),
  ],
  files: (job, rows) => [
    { path: "README.md", text: readme(job, rows) },
    { path: "data/dataset_info.json", text: `${JSON.stringify(datasetInfo(job), null, 2)}\n` },
    { path: `data/${job.name}.jsonl`, lines: lines(job) },
    { path: "train.yaml", text: stringify(settings(job, rows)) },
    ...(job.layout.cpu ? [] : [{ path: "ds_z3_config.json", text: `${JSON.stringify(ZERO_3, null, 2)}\n` }]),
    { path: "provenance.json", text: `${JSON.stringify(job.provenance, null, 2)}\n` },
  ],
};

/** It cuts rows at `cutoff_len` without a word. Where nobody has counted their tokens, bytes are an upper bound. */
function lengthProblems({ train, lengthsKnown }: ExportJob, { longestBytes }: RowSummary): string[] {
  if (train === undefined || lengthsKnown || longestBytes <= train.maxLength) return [];
  return [
    `whether rows are longer than maxLength ${train.maxLength} is not known (no training of this run has counted their tokens with this model and length), and LLaMA-Factory would cut them: the longest has at most ${longestBytes} tokens, so with --set maxLength=${longestBytes} none is cut`,
  ];
}

/** What LLaMA-Factory would do to such rows without an error. */
function rowProblems({ base, template, bareAnswersKept }: ExportJob, rows: RowSummary): string[] {
  const problems = wrongKinds(rows);
  if (base === undefined) problems.push("the model to train is not known: give --base");
  if (rows.irregular > 0) {
    problems.push(
      `${rows.irregular} rows do not alternate user and assistant: LLaMA-Factory leaves such rows out with a warning`,
    );
  }
  if (rows.longer.assistant > 0 && rows.longer["last-assistant"] > 0) {
    problems.push(
      "some rows learn all turns and some the last one only: LLaMA-Factory has one setting (mask_history) for all",
    );
  }
  if (rows.earlierReasoning > 0) {
    problems.push(
      `${rows.earlierReasoning} rows have reasoning before the last turn: LLaMA-Factory takes it out of reasoning templates`,
    );
  }
  if (rows.taggedText > 0) {
    problems.push(
      `${rows.taggedText} rows have <think> in their text, which LLaMA-Factory takes for reasoning`,
    );
  }
  // Without a template it derives one, which thinks where the tokenizer's renders "<think>" for an answer (its `parse_template`).
  const bareKept = template === undefined ? bareAnswersKept : isPlain(template);
  if (rows.withReasoning > 0 && rows.withoutReasoning > 0 && !bareKept) {
    const of = template === undefined ? "the model's own chat template" : `the template ${template}`;
    problems.push(
      `${rows.withoutReasoning} rows have no reasoning: with ${of} LLaMA-Factory may add an empty think block to them and train on it. Name a \`_nothink\` template (such as --template qwen3_nothink), or export rows that all reason`,
    );
  }
  return problems;
}

/** Templates that write text as it is. */
function isPlain(template: string): boolean {
  return template.endsWith("_nothink") || template === "default" || template === "empty";
}

function datasetInfo({ name }: ExportJob): object {
  return {
    [name]: {
      file_name: `${name}.jsonl`,
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
  };
}

async function* lines({ rows, think }: ExportJob): AsyncGenerator<string> {
  for await (const { messages } of sftRows(rows()))
    yield JSON.stringify({ messages: messages.map((message) => inlineReasoning(message, think)) });
}

function settings(job: ExportJob, rows: RowSummary): Record<string, unknown> {
  const train = job.train!;
  const { accumulation, warmupSteps } = batchPlan(rows.count, train, job.layout);
  const { cpu, microBatchRows } = job.layout;
  return {
    model_name_or_path: job.base!.model,
    ...(job.base!.revision !== undefined && { model_revision: job.base!.revision }),
    stage: "sft",
    do_train: true,
    ...weights(train),
    ...(cpu ? { use_cpu: true } : { deepspeed: "ds_z3_config.json" }),
    dataset_dir: "data",
    dataset: job.name,
    ...(job.template !== undefined && { template: job.template }),
    cutoff_len: train.maxLength,
    train_on_prompt: false,
    mask_history: rows.longer.assistant === 0,
    packing: false,
    output_dir: "output",
    logging_steps: 1,
    save_strategy: "epoch",
    save_only_model: true,
    report_to: "none",
    per_device_train_batch_size: microBatchRows,
    gradient_accumulation_steps: accumulation,
    learning_rate: train.learningRate,
    num_train_epochs: train.epochs,
    lr_scheduler_type: SCHEDULES[train.schedule],
    warmup_steps: warmupSteps,
    weight_decay: train.weightDecay,
    max_grad_norm: train.maxGradNorm,
    ...ADAMW,
    bf16: train.precision === "bf16" || (train.precision === "auto" && !cpu),
    disable_gradient_checkpointing: !train.gradientCheckpointing,
    seed: train.seed,
  };
}

function weights({ lora }: TrainParams): Record<string, unknown> {
  if (lora === undefined) return { finetuning_type: "full" };
  return {
    finetuning_type: "lora",
    lora_rank: lora.rank,
    lora_alpha: lora.alpha,
    lora_dropout: lora.dropout,
    lora_target: lora.targets === "all-linear" ? "all" : lora.targets.join(","),
  };
}

/** ZeRO-3 with sizes left to the trainer, and whole weights when saving. */
const ZERO_3 = {
  train_batch_size: "auto",
  train_micro_batch_size_per_gpu: "auto",
  gradient_accumulation_steps: "auto",
  gradient_clipping: "auto",
  bf16: { enabled: "auto" },
  fp16: { enabled: "auto" },
  zero_optimization: {
    stage: 3,
    contiguous_gradients: true,
    reduce_bucket_size: "auto",
    stage3_prefetch_bucket_size: "auto",
    stage3_param_persistence_threshold: "auto",
    stage3_gather_16bit_weights_on_model_save: true,
  },
};

function readme(job: ExportJob, rows: RowSummary): string {
  const { devices, cpu } = job.layout;
  const command = cpu
    ? "llamafactory-cli train train.yaml"
    : "FORCE_TORCHRUN=1 llamafactory-cli train train.yaml";
  const parts = [
    `# ${job.name}: LLaMA-Factory job`,
    `In this folder, on ${cpu ? "the CPU" : `${devices} device(s)`}:`,
    `\`\`\`sh\n${command}\n\`\`\``,
    `Field names were checked against ${CHECKED_WITH}. Reasoning stands in the assistant's text between \`<think>\` and \`</think>\`. Without a \`template\` LLaMA-Factory derives one from the tokenizer's chat template: check the first rendered row, which it prints. Rows longer than \`cutoff_len\` would be cut.${job.train?.lora ? " It saves the LoRA adapter alone: merge it with `llamafactory-cli export`." : ""}`,
    ...facts(job, rows),
  ];
  return `${parts.join("\n\n")}\n`;
}
