import type { Artifact } from "../core/artifact.ts";
import { AppError, isAppError, messageOf } from "../core/error.ts";
import type { Step } from "../core/recipe.ts";
import type { RunRecord, StepStatus } from "../core/run.ts";
import type { Ledger } from "./ledger.ts";
import { dependencies, orderSteps, outline } from "./plan-graph.ts";
import type { RunRecorder } from "./run-recorder.ts";
import type { StepRunner } from "./step-runner.ts";

export interface ExecuteOptions {
  readonly runner: StepRunner;
  readonly recorder: RunRecorder;
  readonly ledger: Ledger;
  /** Steps that run at once. Their CPU and worker use is bounded elsewhere. */
  readonly maxParallelSteps: number;
  /** Called when a step fails, so that its siblings stop. */
  readonly abort: () => void;
}

/**
 * Runs the steps of a plan as soon as what they need is there. After a failure nothing new starts, running steps are told to
 * stop, and the first failure is thrown when all have ended. The record is saved at every change.
 */
export async function executePlan(steps: readonly Step[], options: ExecuteOptions): Promise<void> {
  const { recorder } = options;
  const ordered = orderSteps(steps);
  const outputs = new Map<string, Artifact>();
  const waiting = new Set(ordered);
  const running = new Map<string, Promise<void>>();
  const finished = new Set<string>();
  const startedAt = performance.now();
  let failure: AppError | undefined;

  recorder.emit({
    type: "run-start",
    run: recorder.record.id,
    recipe: recorder.record.recipe,
    steps: outline(ordered),
  });

  const output = (reference: string): Artifact => {
    const artifact = outputs.get(reference);
    if (artifact === undefined) {
      throw new AppError("internal", `recipe plan: ${reference} is not an output`, { boundary: "internal" });
    }
    return artifact;
  };

  const fail = (thrown: unknown): AppError => {
    const error = isAppError(thrown) ? thrown : internal(thrown);
    if (failure === undefined || failure.code === "interrupted") failure = error;
    options.abort();
    return error;
  };

  /** Never rejects: a record that cannot be written fails the run like anything else. */
  const runOne = (step: Step): Promise<void> =>
    recorded(step)
      .catch(fail)
      .then(() => {});

  const recorded = async (step: Step): Promise<void> => {
    const started = performance.now();
    recorder.emit({ type: "step-start", step: step.id });
    recorder.updateStep(step.id, { status: "running" });
    await recorder.save();
    let status: StepStatus = "done";
    let message: string | undefined;
    try {
      const { record, cached } = await options.runner.run(step, output);
      for (const [name, artifact] of Object.entries(record.outputs))
        outputs.set(`${step.id}.${name}`, artifact);
      status = cached ? "cached" : "done";
      const { key, keyParts, outputs: made, stats, failures } = record;
      recorder.updateStep(step.id, { status, key, keyParts, outputs: made, stats, failures });
      finished.add(step.id);
    } catch (thrown) {
      const error = fail(thrown);
      status = error.code === "interrupted" || error.code === "budget-reached" ? "interrupted" : "failed";
      message = error.message;
      recorder.updateStep(step.id, { status, error: { code: error.code, message, hint: error.hint } });
    }
    const durationMs = Math.round(performance.now() - started);
    recorder.updateStep(step.id, { durationMs });
    recorder.record.ledger = options.ledger.entries();
    const counts = Object.entries(recorder.step(step.id).outputs).map(([name, { count }]) => [name, count]);
    recorder.emit({
      type: "step-end",
      step: step.id,
      status,
      durationMs,
      failures: recorder.step(step.id).failures,
      counts: Object.fromEntries(counts),
      message,
    });
    await recorder.save();
  };

  while (waiting.size > 0 || running.size > 0) {
    for (const step of waiting) {
      if (failure !== undefined || running.size >= options.maxParallelSteps) break;
      if (!dependencies(step).every((id) => finished.has(id))) continue;
      waiting.delete(step);
      const ended = runOne(step).finally(() => running.delete(step.id));
      running.set(step.id, ended);
    }
    if (running.size === 0) break;
    await Promise.race(running.values());
  }

  for (const step of waiting) recorder.updateStep(step.id, { status: "skipped" });
  const status = runStatus(failure);
  recorder.record.status = status;
  recorder.record.finishedAt = new Date().toISOString();
  try {
    recorder.emit({ type: "run-end", status, durationMs: Math.round(performance.now() - startedAt) });
    await recorder.save();
  } catch (error) {
    // On a full disk the record fails after the step did: the first failure is the one to tell.
    throw failure ?? error;
  }
  if (failure !== undefined) throw failure;
}

function runStatus(failure: AppError | undefined): Exclude<RunRecord["status"], "running"> {
  if (failure === undefined) return "done";
  if (failure.code === "interrupted") return "interrupted";
  return failure.code === "budget-reached" ? "budget" : "failed";
}

function internal(thrown: unknown): AppError {
  return new AppError("internal", messageOf(thrown), { boundary: "internal", cause: thrown });
}
