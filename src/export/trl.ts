import { ADAMW, batchPlan, SCHEDULES, trainProblems } from "./batch-plan.ts";
import { facts } from "./dataset-card.ts";
import type { Exporter, ExportJob, RowSummary } from "./export-job.ts";
import { fieldReasoning } from "./inline-reasoning.ts";
import { sftRows } from "./summarise-rows.ts";
import { TRL_SCRIPT } from "./trl-script.ts";
import { wrongKinds } from "./wrong-kinds.ts";

/**
 * A TRL job: rows as conversational prompt and completion (so that only the completion is learnt), `SFTConfig` as JSON, and a script
 * that renders every row with the model's own chat template and stops where reasoning would be lost.
 */
export const trl: Exporter = {
  summary: "TRL job: rows, SFTConfig and a script for SFTTrainer",
  // The script leaves rows out that are too long, as the run did: nothing is cut.
  problems: (job, rows) => [...trainProblems(job.train, job.layout), ...rowProblems(job, rows)],
  files: (job, rows) => [
    { path: "README.md", text: readme(job, rows) },
    { path: "train.jsonl", lines: lines(job) },
    { path: "config.json", text: `${JSON.stringify(config(job, rows), null, 2)}\n` },
    { path: "train.py", text: TRL_SCRIPT },
    { path: "provenance.json", text: `${JSON.stringify(job.provenance, null, 2)}\n` },
  ],
};

function rowProblems({ base, template }: ExportJob, rows: RowSummary): string[] {
  const problems = wrongKinds(rows);
  if (base === undefined) problems.push("the model to train is not known: give --base");
  if (template !== undefined)
    problems.push("--template is for LLaMA-Factory: TRL takes the tokenizer's chat template");
  if (rows.irregular > 0) problems.push(`${rows.irregular} rows do not end in an answer of the assistant`);
  if (rows.longer.assistant > 0) {
    problems.push(
      `${rows.longer.assistant} rows learn several turns: TRL can do that only with a chat template that marks them, which is not checked here`,
    );
  }
  return problems;
}

async function* lines({ rows }: ExportJob): AsyncGenerator<string> {
  for await (const { id, messages } of sftRows(rows())) {
    const turns = messages.map(fieldReasoning);
    yield JSON.stringify({ id, prompt: turns.slice(0, -1), completion: turns.slice(-1) });
  }
}

function config(job: ExportJob, rows: RowSummary): object {
  const train = job.train!;
  const { accumulation, warmupSteps } = batchPlan(rows.count, train, job.layout);
  const { cpu, microBatchRows } = job.layout;
  return {
    model: job.base!.model,
    revision: job.base!.revision ?? null,
    lora: train.lora
      ? {
          r: train.lora.rank,
          lora_alpha: train.lora.alpha,
          lora_dropout: train.lora.dropout,
          target_modules: train.lora.targets,
          task_type: "CAUSAL_LM",
        }
      : null,
    sft: {
      output_dir: "output",
      max_length: train.maxLength,
      packing: false,
      completion_only_loss: true,
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
      use_cpu: cpu,
      gradient_checkpointing: train.gradientCheckpointing,
      seed: train.seed,
      logging_steps: 1,
      save_strategy: "epoch",
      report_to: "none",
    },
  };
}

function readme(job: ExportJob, rows: RowSummary): string {
  const { devices, cpu } = job.layout;
  const command =
    cpu || devices === 1 ? "python train.py" : `accelerate launch --num_processes ${devices} train.py`;
  const parts = [
    `# ${job.name}: TRL job`,
    "With `trl` (1.10 or later), `datasets` and `peft` installed, in this folder:",
    `\`\`\`sh\n${command}\n\`\`\``,
    "The script renders every row with the model's chat template first. It stops when the template leaves reasoning out, and leaves rows out that are longer than `max_length` instead of letting TRL cut them.",
    ...facts(job, rows),
  ];
  return `${parts.join("\n\n")}\n`;
}
