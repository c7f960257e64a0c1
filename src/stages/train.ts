import { defineStage, type StageContext } from "../core/stage.ts";
import { type TrainParams, TrainParamsSchema } from "../core/trainer.ts";

/** Trains a checkpoint on rows. Over-length rows are counted and left out, never cut. */
export const stage = defineStage({
  name: "train",
  version: 1,
  summary: "train the model on the rows",
  params: TrainParamsSchema,
  inputs: { rows: "train-row" },
  outputs: { checkpoint: { kind: "directory", schema: "checkpoint/1" } },
  uses: { models: ["model"], trainer: true },
  trainParams: seeded,
  async run(context: StageContext<TrainParams>) {
    const result = await context.trainer().train({
      model: "model",
      rowsInput: "rows",
      params: seeded(context.params, context.seed),
      directoryOutput: "checkpoint",
    });
    context.stat("optimiser steps", result.steps);
    context.stat("rows", result.rows);
    context.stat("rows too long, left out", result.excludedTooLong);
    context.stat("tokens", result.tokens);
    context.stat("tokens with loss", result.lossTokens);
    context.stat("tokens/s", Math.round(result.tokensPerSecond));
    context.stat("peak memory MiB", Math.round(result.peakMemoryBytes / 2 ** 20));
    context.stat("first loss", result.firstLoss);
    context.stat("last loss", result.lastLoss);
  },
});

function seeded(params: TrainParams, seed: number): TrainParams {
  return { ...params, seed: params.seed + seed };
}
