import { randomUUID } from "node:crypto";
import type { OperationContext, Services } from "../core/adapter.ts";
import type { LedgerEntry } from "../core/run.ts";
import type { Binding } from "../engine/binding.ts";
import { InProcessExecutor } from "../engine/in-process-executor.ts";
import { Ledger } from "../engine/ledger.ts";
import { offeredModels } from "../engine/offered-models.ts";
import { PaidExecutor } from "../engine/paid-executor.ts";
import { Store } from "../engine/store.ts";
import { contentHash } from "../util/hash.ts";
import { RegistryPool } from "./adapter-pool.ts";
import { bind, requireAvailable } from "./bind.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { ResolvedUse } from "./config-schema.ts";
import { modelRoles } from "./model-roles.ts";
import { findAdapter } from "./registry.ts";
import type { ResolvedScan } from "./scan-config.ts";
import { unpriced } from "./spending.ts";

/** The models of a scan as its analyzers ask them: replies are kept in the store, booked and capped as in a run. */
export interface ScanModels extends AsyncDisposable {
  readonly model: OperationContext["model"];
  /** By role. */
  readonly bindings: Readonly<Record<string, Binding>>;
  /** What was asked and paid, by model. */
  ledger(): LedgerEntry[];
}

export interface ScanModelsOptions {
  readonly models: Readonly<Record<string, ResolvedUse>>;
  readonly budget: ResolvedScan["budget"];
  readonly storeRoot: string;
  readonly services: Services;
  readonly checkpoints: Checkpoints;
  readonly signal: AbortSignal;
}

const nobody: ScanModels = {
  model: undefined,
  bindings: {},
  ledger: () => [],
  [Symbol.asyncDispose]: async () => {},
};

/**
 * Opens the store and binds the models; does neither where no analyzer asks one. Throws AppError: `store-locked`, or
 * `prerequisite-missing` for a model that cannot be asked.
 */
export async function openScanModels(options: ScanModelsOptions): Promise<ScanModels> {
  const { models, budget, storeRoot, services, checkpoints, signal } = options;
  if (Object.keys(models).length === 0) return nobody;
  const store = await Store.open(storeRoot);
  const pool = new RegistryPool(services);
  const close = async () => {
    await pool.close();
    store.close();
  };
  try {
    const context = { services, pool, checkpoints };
    const bound = Object.entries(models).map(async ([role, use]) => {
      const binding = await bind("model", use, context);
      await requireAvailable(binding, context);
      return [role, binding] as const;
    });
    const bindings = Object.fromEntries(await Promise.all(bound));
    for (const line of await unpriced({ models, budget })) services.log(`warning: ${line}`);
    // A cap holds for one scan: the same settings serve many, whose costs have nothing to do with each other.
    const lineage = contentHash({ scan: randomUUID() });
    const ledger = new Ledger(store.memo, lineage, budget, () => {});
    const executor = new PaidExecutor(new InProcessExecutor(pool), store.memo, ledger);
    const call = { adapter: "scan", models: bindings };
    return {
      model: offeredModels(call, { executor, signal, step: "scan" }, pool),
      bindings,
      ledger: () => ledger.entries(),
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The models that the analyzers ask; others of the file are not even opened. */
export async function askedModels({
  analyzers,
  models,
}: Pick<ResolvedScan, "analyzers" | "models">): Promise<Record<string, ResolvedUse>> {
  const asked = analyzers.map(async ({ adapter, config }) =>
    modelRoles(await findAdapter("analyzer", adapter), config),
  );
  const roles = (await Promise.all(asked)).flat().map(({ role }) => role);
  return Object.fromEntries(roles.map((role) => [role, models[role]!]));
}
