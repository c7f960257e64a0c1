import { z } from "zod";
import type { Availability, OperationContext } from "./adapter.ts";

/** Hyper-parameters that every trainer understands. Units: steps are optimiser steps, lengths are tokens. */
export const TrainParamsSchema = z.strictObject({
  objective: z.enum(["sft", "simpo", "dpo", "ipo", "orpo", "ppo", "grpo", "reward-model"]).default("sft"),
  learningRate: z.number().positive(),
  epochs: z.number().positive(),
  /** Tokens per optimiser step (rows are packed into length buckets up to it) … */
  batchTokens: z.number().int().positive().optional(),
  /** … or rows per optimiser step, as papers state it. One of the two. */
  batchRows: z.number().int().positive().optional(),
  /** Padded tokens in one forward pass; the rest of the step is accumulated. Changes memory, not the result. */
  microBatchTokens: z.number().int().positive().optional(),
  /** Recomputes activations in the backward pass: less memory, about a third more time. */
  gradientCheckpointing: z.boolean().default(false),
  maxLength: z.number().int().positive().default(2048),
  warmupRatio: z.number().min(0).max(1).default(0.03),
  schedule: z.enum(["cosine", "linear", "constant"]).default("cosine"),
  optimizer: z.enum(["adamw", "muon"]).default("adamw"),
  weightDecay: z.number().min(0).default(0),
  maxGradNorm: z.number().positive().default(1),
  /** `auto`: bf16 where the hardware multiplies it, else fp32. */
  precision: z.enum(["auto", "bf16", "fp32"]).default("auto"),
  /** Absent: all weights are trained. */
  lora: z
    .strictObject({
      rank: z.number().int().positive(),
      alpha: z.number().positive(),
      dropout: z.number().min(0).max(1).default(0),
      targets: z.union([z.literal("all-linear"), z.array(z.string())]).default("all-linear"),
      /** A plain checkpoint, the adapter alone, or a plain checkpoint with the adapter in its folder `adapter`. */
      output: z.enum(["merged", "adapter", "both"]).default("merged"),
    })
    .optional(),
  checkpointEverySteps: z.number().int().positive().optional(),
  seed: z.number().int().nonnegative().default(0),
  /** Passed on to `accelerate launch --config_file` (FSDP, DeepSpeed, several GPUs). */
  accelerateConfig: z.string().optional(),
});
export type TrainParams = z.infer<typeof TrainParamsSchema>;

export interface TrainJob {
  readonly checkpoint: { readonly path: string; readonly sha256: string };
  /** NDJSON of TrainRow, header line first. */
  readonly rowsFile: string;
  readonly rowsSha256: string;
  readonly params: TrainParams;
  /** Empty directory that receives a standard Hugging Face checkpoint (weights, config, tokenizer, chat template). */
  readonly outputDirectory: string;
  /** Survives a kill: training state is kept here and training goes on from it to the same weights. */
  readonly scratch: string;
}

export const TrainResultSchema = z.strictObject({
  steps: z.number().int(),
  rows: z.number().int(),
  /** Rows left out because they are longer than maxLength; never cut silently. */
  excludedTooLong: z.number().int(),
  tokens: z.number().int(),
  lossTokens: z.number().int(),
  tokensPerSecond: z.number(),
  peakMemoryBytes: z.number(),
  firstLoss: z.number(),
  lastLoss: z.number(),
  /** Device and precision that were really used: `cpu/bf16`. */
  device: z.string(),
});
export type TrainResult = z.infer<typeof TrainResultSchema>;

/**
 * Turns rows into a checkpoint. Throws AppError: `train-oom` (hint: what to lower), `data-invalid` (row and reason),
 * `prerequisite-missing`, `worker-lost`, `train-failed`.
 */
export interface Trainer {
  probe(): Promise<Availability>;
  /**
   * Throws AppError `config-invalid` for settings that it could not train with, as far as that shows without the rows and without a
   * process. Asked before the first step of a plan; absent: what `train` refuses is told when training starts.
   */
  check?(params: TrainParams): void;
  train(job: TrainJob, context: OperationContext): Promise<TrainResult>;
}
