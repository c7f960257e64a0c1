import { AppError } from "../core/error.ts";
import type { RunRecord, StepRecord } from "../core/run.ts";
import { suggestName } from "../util/nearest-name.ts";
import { listRuns, readRun } from "./runs.ts";

/** Why a step ran or was cached: its key's parts, against the same step of an earlier run. */
export interface StepExplanation {
  readonly run: string;
  readonly step: StepRecord;
  /** The newest earlier run that has this step's key parts; null when there is none, or this run has not got to the step. */
  readonly comparedWith: string | null;
  /** Parts that differ from it. Empty with `comparedWith` set: same key, so it was (or would be) cached. */
  readonly changed: readonly {
    readonly part: string;
    readonly before: string | null;
    readonly now: string | null;
  }[];
}

/** Explains a step of a run. Throws AppError `usage` for an unknown run or step. */
export async function explainStep(store: string, runId: string, stepId: string): Promise<StepExplanation> {
  const record = await readRun(store, runId);
  const step = findStep(record, stepId);
  const earlier = (await listRuns(store)).filter(
    (run) => run.startedAt < record.startedAt && run.recipe === record.recipe,
  );
  const previous = earlier.find((run) => run.steps.some(({ id, key }) => id === stepId && key !== null));
  if (previous === undefined || step.key === null)
    return { run: record.id, step, comparedWith: null, changed: [] };
  const before = findStep(previous, stepId).keyParts;
  const parts = [...new Set([...Object.keys(before), ...Object.keys(step.keyParts)])].sort();
  const changed = parts
    .filter((part) => before[part] !== step.keyParts[part])
    .map((part) => ({ part, before: before[part] ?? null, now: step.keyParts[part] ?? null }));
  return { run: record.id, step, comparedWith: previous.id, changed };
}

function findStep(record: RunRecord, id: string): StepRecord {
  const step = record.steps.find((one) => one.id === id);
  if (step !== undefined) return step;
  const ids = record.steps.map((one) => one.id);
  throw new AppError("usage", `run ${record.id} has no step ${id}`, {
    boundary: "config",
    hint: suggestName(id, ids) ?? `it has: ${ids.join(", ")}`,
  });
}
