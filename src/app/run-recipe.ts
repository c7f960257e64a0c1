import { randomBytes } from "node:crypto";
import type { Calibration } from "../core/calibration.ts";
import type { RunEvent } from "../core/event.ts";
import type { AnyRecipe, Step } from "../core/recipe.ts";
import type { RunRecord } from "../core/run.ts";
import { executePlan } from "../engine/execute-plan.ts";
import { RunRecorder } from "../engine/run-recorder.ts";
import { Store } from "../engine/store.ts";
import { inStore } from "../engine/store-errors.ts";
import { requireCorrectable } from "./calibration/correct-rates.ts";
import type { ResolvedConfig } from "./config-schema.ts";
import { makeReport, type RunReport } from "./make-report.ts";
import { findRecipe } from "./registry.ts";
import { checkFresh, openSession, planSteps } from "./session.ts";
import { storeRoot } from "./store-root.ts";
import { runVersions } from "./versions.ts";

export interface RunOptions {
  /** Store directory; wins over the recipe's and SECTUNE_HOME. */
  readonly store?: string | undefined;
  readonly signal: AbortSignal;
  readonly emit: (event: RunEvent) => void;
  /** Steps to make again although they are cached. */
  readonly fresh?: readonly string[] | undefined;
  /** Lets the report correct what analyzers say of the arms. Changes no step. */
  readonly calibration?: Calibration | undefined;
}

export interface RunOutcome {
  readonly record: RunRecord;
  readonly runDirectory: string;
  /** Files of the report, headline and summary; null for recipes without scores. */
  readonly report: RunReport | null;
}

/** Runs a recipe to its end and writes its report. Running it again goes on where it stopped. Throws AppError. */
export async function runRecipe(config: ResolvedConfig, options: RunOptions): Promise<RunOutcome> {
  const store = await Store.open(storeRoot(config, options.store));
  try {
    const recipe = await findRecipe(config.recipe);
    const steps = planSteps(recipe, config);
    checkFresh(steps, options.fresh);
    const { calibration } = options;
    if (calibration !== undefined) requireCorrectable(recipe, steps);
    const recorder = new RunRecorder(store.layout, newRecord(recipe, config, steps), options.emit);
    await recorder.save();
    const { record, directory } = recorder;
    const { signal, fresh } = options;
    const opening = openSession({ store, recipe, config, steps, signal, fresh, recorder });
    const session = await opening.catch(async (error) => {
      await recordFailure(recorder);
      throw error;
    });
    try {
      const { runner, ledger, abort, pool } = session;
      await executePlan(steps, { runner, recorder, ledger, abort, maxParallelSteps: 3 });
      const { objects } = store;
      const report = await inStore(store.layout.root, () =>
        makeReport({ recipe, config, steps, record, directory, objects, pool, calibration }),
      );
      return { record, runDirectory: directory, report };
    } catch (error) {
      await recordFailure(recorder);
      throw error;
    } finally {
      await session.close();
      recorder.close();
    }
  } finally {
    store.close();
  }
}

function newRecord(recipe: AnyRecipe, config: ResolvedConfig, steps: readonly Step[]): RunRecord {
  const startedAt = new Date().toISOString();
  const { store: _, ...kept } = config;
  return {
    version: 1,
    id: `${startedAt.slice(0, 23).replace(/[:.]/g, "-")}-${recipe.name}-${randomBytes(2).toString("hex")}`,
    recipe: recipe.name,
    recipeVersion: recipe.version,
    config: kept,
    versions: runVersions(),
    startedAt,
    finishedAt: null,
    status: "running",
    steps: steps.map(({ id, title, stage }) => ({
      id,
      title,
      stage,
      status: "pending" as const,
      key: null,
      keyParts: {},
      outputs: {},
      stats: {},
      failures: 0,
      durationMs: null,
    })),
    ledger: [],
  };
}

/** A run that failed before its first step is still recorded as ended. */
async function recordFailure(recorder: RunRecorder): Promise<void> {
  const { record } = recorder;
  if (record.status !== "running") return;
  record.status = "failed";
  record.finishedAt = new Date().toISOString();
  await recorder.save().catch(() => {});
}
