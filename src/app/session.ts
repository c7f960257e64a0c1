import { availableParallelism } from "node:os";
import { AppError } from "../core/error.ts";
import type { Emit } from "../core/event.ts";
import type { AnyRecipe, Step } from "../core/recipe.ts";
import { InProcessExecutor } from "../engine/in-process-executor.ts";
import { Ledger } from "../engine/ledger.ts";
import { PaidExecutor } from "../engine/paid-executor.ts";
import type { RunRecorder } from "../engine/run-recorder.ts";
import { StepRunner } from "../engine/step-runner.ts";
import type { Store, StoreView } from "../engine/store.ts";
import { TracedExecutor } from "../engine/traced-executor.ts";
import { suggestName } from "../util/nearest-name.ts";
import { startWorker } from "../worker-client/start-worker.ts";
import { RegistryPool } from "./adapter-pool.ts";
import { namedAnalyzers } from "./analyzer-names.ts";
import { checkPlan } from "./check-plan.ts";
import { checkTrained } from "./check-trained.ts";
import { Checkpoints } from "./checkpoints.ts";
import type { ResolvedConfig } from "./config-schema.ts";
import { RunServices } from "./run-services.ts";
import { spendingLineage, unpriced } from "./spending.ts";
import { RegistryResolver } from "./step-resolver.ts";

/** Adapters, prompts and stages as a recipe's steps find them. `close` ends worker, sandbox and connections. */
export interface Bindings {
  readonly resolver: RegistryResolver;
  readonly pool: RegistryPool;
  close(): Promise<void>;
}

export interface BindingsOptions {
  readonly store: StoreView;
  readonly recipe: AnyRecipe;
  readonly config: ResolvedConfig;
  readonly steps: readonly Step[];
  readonly emit: Emit;
}

/** Assembles what steps bind to and checks the plan's wiring. Starts no process yet. */
export async function openBindings({
  store,
  recipe,
  config,
  steps,
  emit,
}: BindingsOptions): Promise<Bindings> {
  const checkpoints = new Checkpoints(store.layout.root);
  const log = (message: string) => emit({ type: "log", message });
  const services = new RunServices({
    sandbox: config.sandbox,
    checkpoints,
    startWorker: () => startWorker({ log }),
    log,
  });
  const pool = new RegistryPool(services);
  const resolver = new RegistryResolver({
    config,
    recipe,
    services,
    pool,
    objects: store.objects,
    checkpoints,
  });
  const notes = await checkPlan(steps, config, resolver, pool);
  for (const message of notes) log(`warning: ${message}`);
  for (const step of steps) if (step.trainer) checkTrained(step, recipe, config);
  const close = async () => {
    await pool.close();
    await services.close();
  };
  return { resolver, pool, close };
}

export interface Session extends Bindings {
  readonly runner: StepRunner;
  readonly ledger: Ledger;
  /** Stops all steps of this session. */
  readonly abort: () => void;
}

export interface SessionOptions extends Omit<BindingsOptions, "emit"> {
  readonly store: Store;
  readonly recorder: RunRecorder;
  readonly signal: AbortSignal;
  readonly fresh?: readonly string[] | undefined;
}

/** Everything a run of a recipe works with. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { store, config, recorder } = options;
  const { emit, calls } = recorder;
  const controller = new AbortController();
  const bindings = await openBindings({ ...options, emit });
  const { resolver, pool } = bindings;
  for (const message of [...(await unpriced(config)), ...unmeasured(config)])
    emit({ type: "log", message: `warning: ${message}` });
  const ledger = new Ledger(store.memo, await spendingLineage(config), config.budget, emit);
  const paid = new PaidExecutor(new InProcessExecutor(pool), store.memo, ledger);
  const runner = new StepRunner({
    store,
    resolver,
    executor: new TracedExecutor(paid, (record) => calls.add(record)),
    pool,
    ledger,
    seed: config.seed,
    signal: AbortSignal.any([options.signal, controller.signal]),
    emit,
    cpuConcurrency: availableParallelism(),
    fresh: new Set(options.fresh ?? []),
  });
  return { ...bindings, runner, ledger, abort: () => controller.abort() };
}

/** Recipes measure one benchmark. */
function unmeasured({ benchmarks }: ResolvedConfig): string[] {
  return benchmarks
    .slice(1)
    .map(
      ({ name }, index) =>
        `benchmarks[${index + 1}] (${name}) is not measured: reports are about the first one`,
    );
}

/** The recipe's plan for a config, params validated. */
export function planSteps(recipe: AnyRecipe, config: ResolvedConfig): Step[] {
  return recipe.plan({
    params: recipe.params.parse(config.params),
    seed: config.seed,
    benchmarks: config.benchmarks.map(({ config: _, ...use }) => use),
    roles: Object.keys(config.models),
    analyzers: Object.keys(namedAnalyzers(config.analyzers)),
  });
}

/** Throws AppError `usage` for a step that is to be made again and is not in the plan. */
export function checkFresh(steps: readonly Step[], fresh: readonly string[] = []): void {
  const ids = steps.map(({ id }) => id);
  const unknown = fresh.find((id) => !ids.includes(id));
  if (unknown === undefined) return;
  throw new AppError("usage", `--fresh ${unknown}: the plan has no step ${unknown}`, {
    boundary: "config",
    hint: suggestName(unknown, ids),
  });
}
