import { z } from "zod";
import { ArtifactSchema } from "./artifact.ts";
import { UsageSchema } from "./generation.ts";

/** What one step cost and did. `paid` is what this run paid; cached replies cost nothing. */
export const LedgerEntrySchema = z.strictObject({
  step: z.string(),
  model: z.string(),
  calls: z.number().int(),
  cachedCalls: z.number().int(),
  usage: UsageSchema,
  usd: z.number(),
});
export type LedgerEntry = z.infer<typeof LedgerEntrySchema>;

export const StepStatusSchema = z.enum([
  "pending",
  "running",
  "done",
  "cached",
  "failed",
  "interrupted",
  "skipped",
]);
export type StepStatus = z.infer<typeof StepStatusSchema>;

export const StepRecordSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  stage: z.string(),
  status: StepStatusSchema,
  key: z.string().nullable(),
  /** The named parts of the key, so that `explain` can say which one changed. */
  keyParts: z.record(z.string(), z.string()),
  outputs: z.record(z.string(), ArtifactSchema),
  stats: z.record(z.string(), z.number()),
  failures: z.number().int(),
  durationMs: z.number().nullable(),
  error: z.strictObject({ code: z.string(), message: z.string(), hint: z.string().optional() }).optional(),
});
export type StepRecord = z.infer<typeof StepRecordSchema>;

/** `runs/<id>/run.json`: enough to replay the run and to trace every number of its report. */
export const RunRecordSchema = z.strictObject({
  version: z.literal(1),
  id: z.string(),
  recipe: z.string(),
  recipeVersion: z.number().int(),
  /** The resolved config (defaults filled in, `--set` applied), without secrets. */
  config: z.record(z.string(), z.unknown()),
  /** Versions of package, commit, node, worker packages, sandbox. */
  versions: z.record(z.string(), z.string()),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
  status: z.enum(["running", "done", "failed", "interrupted", "budget"]),
  steps: z.array(StepRecordSchema),
  ledger: z.array(LedgerEntrySchema),
});
export type RunRecord = z.infer<typeof RunRecordSchema>;
