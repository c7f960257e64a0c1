import type { TrainParams } from "../core/trainer.ts";
import type { DeviceLayout } from "./export-job.ts";

/** How an optimiser step is put together on the backend, and how many there are. */
export interface BatchPlan {
  readonly accumulation: number;
  readonly steps: number;
  readonly warmupSteps: number;
}

/**
 * Spreads the rows of an optimiser step over devices and forward passes. Warm-up is given in whole steps, because the setting for
 * a share of them is gone from newer versions of transformers.
 */
export function batchPlan(
  rows: number,
  { batchRows = 1, epochs, warmupRatio }: TrainParams,
  layout: DeviceLayout,
): BatchPlan {
  const accumulation = batchRows / (layout.devices * layout.microBatchRows);
  const steps = Math.ceil(Math.ceil(rows / batchRows) * epochs);
  // Rounded up, as the worker does (worker/sectune_worker/optim.py).
  const warmup = Math.ceil(steps * warmupRatio);
  // A warm-up of one step is none in the worker; transformers would begin it at rate 0 and lose the step.
  return { accumulation, steps, warmupSteps: warmup === 1 ? 0 : warmup };
}

/** Settings of ours that a trainer built on transformers' Trainer would not follow. */
export function trainProblems(train: TrainParams | undefined, layout: DeviceLayout, tooLong = 0): string[] {
  if (train === undefined) {
    return [
      "there are no training settings: export a run that trains, or give --set learningRate=… epochs=… batchRows=…",
    ];
  }
  const problems: string[] = [];
  if (train.objective !== "sft")
    problems.push(`the objective ${train.objective} is not supervised fine-tuning`);
  if (train.batchRows === undefined) {
    problems.push(
      "a batch is counted in tokens (batchTokens), this backend counts rows: give --set batchRows=N",
    );
  } else if (!Number.isInteger(batchPlan(0, train, layout).accumulation)) {
    const { devices, microBatchRows } = layout;
    problems.push(
      `${train.batchRows} rows a step cannot be spread over ${devices} devices × ${microBatchRows} rows: change --devices, --micro-batch or --set batchRows`,
    );
  }
  if (train.optimizer !== "adamw")
    problems.push(`the optimizer ${train.optimizer} has no equal here: give --set optimizer=adamw`);
  if (tooLong > 0) {
    problems.push(
      `${tooLong} rows are longer than maxLength ${train.maxLength}; the run left them out, this backend would cut them: give a larger --set maxLength=N`,
    );
  }
  return problems;
}

/** Names of learning-rate schedules in transformers; its plain `constant` ignores warm-up. */
export const SCHEDULES = { cosine: "cosine", linear: "linear", constant: "constant_with_warmup" } as const;

/**
 * AdamW as the worker sets it up (worker/sectune_worker/optim.py), in the names of transformers' TrainingArguments, whose own second
 * beta is 0.999. Its epsilon is the same, and so is what weight decay leaves out: norms and biases.
 */
export const ADAMW = { optim: "adamw_torch", adam_beta1: 0.9, adam_beta2: 0.95 } as const;
