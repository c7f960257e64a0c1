import { z } from "zod";
import { rowSchema } from "./artifact.ts";
import { DisagreementSchema } from "./disagreement.ts";
import { GenerationSchema } from "./generation.ts";
import { JudgementSchema } from "./judgement.ts";
import { ScoreSchema } from "./score.ts";
import { TaskSchema } from "./task.ts";
import { TrainRowSchema } from "./train-row.ts";

/** Schemas of the rows artifacts. A version rises when a reader of the old one would go wrong. */
export const taskRows = rowSchema("task", 1, TaskSchema);
export const generationRows = rowSchema("generation", 1, GenerationSchema);
export const judgementRows = rowSchema("judgement", 1, JudgementSchema);
export const trainRows = rowSchema("train-row", 1, TrainRowSchema);
export const scoreRows = rowSchema("score", 1, ScoreSchema);
export const disagreementRows = rowSchema("disagreement", 1, DisagreementSchema);

/** An item that a stage could not process. */
export const FailureSchema = z.strictObject({
  item: z.string(),
  code: z.string(),
  boundary: z.string(),
  message: z.string(),
});
export type Failure = z.infer<typeof FailureSchema>;
export const failureRows = rowSchema("failure", 1, FailureSchema);
