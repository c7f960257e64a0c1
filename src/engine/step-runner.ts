import { rm } from "node:fs/promises";
import type { Artifact } from "../core/artifact.ts";
import type { Executor } from "../core/call.ts";
import { AppError, isAbort, isAppError, messageOf } from "../core/error.ts";
import type { Emit } from "../core/event.ts";
import type { Step } from "../core/recipe.ts";
import type { AnyStage } from "../core/stage.ts";
import type { ActionRecord } from "./action-cache.ts";
import type { AdapterPool } from "./binding.ts";
import { interrupted } from "./fan-out.ts";
import type { Ledger } from "./ledger.ts";
import { type PreparedStep, prepareStep, type StepResolver } from "./prepare-step.ts";
import { StepContext } from "./step-context.ts";
import type { Store } from "./store.ts";
import { storeError } from "./store-errors.ts";

export interface RunnerOptions {
  readonly store: Store;
  readonly resolver: StepResolver;
  readonly executor: Executor;
  readonly pool: AdapterPool;
  readonly ledger: Ledger;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  readonly cpuConcurrency: number;
  /** Steps whose earlier results are not used. */
  readonly fresh: ReadonlySet<string>;
}

export interface StepResult {
  readonly record: ActionRecord;
  readonly cached: boolean;
}

const DEFAULT_TOLERANCE = 0.01;

/** Runs steps: from the action cache, or through their stage into sealed outputs. */
export class StepRunner {
  readonly #options: RunnerOptions;

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  async run(step: Step, output: (reference: string) => Artifact): Promise<StepResult> {
    const { store } = this.#options;
    const prepared = await prepareStep(this.#options.resolver, this.#options.seed, step, output);
    if (!this.#options.fresh.has(step.id)) {
      const cached = await store.actions.get(prepared.key);
      if (cached !== null) return { record: cached, cached: true };
    }
    await this.#options.resolver.requireAvailable(prepared.bindings);
    const started = performance.now();
    const context = await this.#context(step, prepared);
    try {
      this.#options.signal.throwIfAborted();
      await prepared.stage.run(context);
      this.#options.signal.throwIfAborted();
      checkTolerance(prepared.stage, context);
      const outputs = await context.seal(prepared.key);
      const record: ActionRecord = {
        version: 1,
        key: prepared.key,
        keyParts: prepared.parts,
        outputs,
        stats: context.stats,
        failures: context.failures,
        durationMs: Math.round(performance.now() - started),
        ledger: this.#options.ledger.entries(step.id),
      };
      if (!context.provisional) await store.actions.put(record);
      await rm(store.layout.actionScratch(prepared.key), { recursive: true, force: true });
      return { record, cached: false };
    } catch (thrown) {
      await context.abandon();
      throw this.#classify(thrown, step);
    } finally {
      this.#options.ledger.flush();
    }
  }

  async #context(step: Step, prepared: PreparedStep): Promise<StepContext> {
    const { store, pool, executor, signal, emit, seed, cpuConcurrency } = this.#options;
    const onProgress = throttled((progress) => emit({ type: "step-progress", step: step.id, ...progress }));
    const scratch = store.layout.actionScratch(prepared.key);
    const modelRoles = Object.entries(step.models ?? {}).map(([name, { role }]) => [name, role]);
    return StepContext.create({
      ...prepared,
      modelRoles: Object.fromEntries(modelRoles),
      seed,
      scratch,
      objects: store.objects,
      onProgress,
      handles: { executor, pool, cpuConcurrency, options: { signal, step: step.id, scratch, onProgress } },
    });
  }

  #classify(thrown: unknown, step: Step): AppError {
    if (this.#options.signal.aborted || isAbort(thrown)) return interrupted();
    const classified = storeError(thrown, this.#options.store.layout.root);
    if (isAppError(classified)) return classified;
    return new AppError("internal", `step ${step.id}: ${messageOf(classified)}`, {
      boundary: "internal",
      hint: "this is a defect of SecTune; run with SECTUNE_DEBUG=1 for the stack and please report it",
      cause: classified,
    });
  }
}

function checkTolerance(stage: AnyStage, context: StepContext): void {
  const failures = context.failures - context.tolerated;
  if (failures === 0) return;
  const share = failures / (context.failures + context.written);
  const tolerance = stage.tolerance ?? DEFAULT_TOLERANCE;
  if (share <= tolerance) return;
  const last = context.lastFailure;
  const hint = last?.hint === undefined ? "mend the cause" : last.hint;
  throw new AppError(
    "stage-failed",
    `${failures} items failed (${(100 * share).toFixed(1)} %, at most ${100 * tolerance} % are tolerated); the last: ${last?.message}`,
    {
      boundary: "internal",
      hint: `${hint}; then run the same command again: what succeeded is kept`,
      retryable: true,
    },
  );
}

function throttled<T extends { done: number; total: number | null }>(
  emit: (value: T) => void,
  everyMs = 100,
) {
  let last = 0;
  return (value: T) => {
    const now = performance.now();
    if (now - last < everyMs && value.done !== value.total) return;
    last = now;
    emit(value);
  };
}
