import { calibrationScores } from "../../algorithms/calibration/rates.ts";
import type { Analyzer } from "../../core/analyzer.ts";
import type { Benchmark, ItemFilter } from "../../core/benchmark.ts";
import type { CalibratedAnalyzer, Calibration } from "../../core/calibration.ts";
import { AppError } from "../../core/error.ts";
import type { Severity } from "../../core/finding.ts";
import type { LedgerEntry } from "../../core/run.ts";
import type { Score } from "../../core/score.ts";
import { bindingPart } from "../../engine/action-key.ts";
import { startWorker } from "../../worker-client/start-worker.ts";
import { RegistryPool } from "../adapter-pool.ts";
import { namedAnalyzers } from "../analyzer-names.ts";
import { bind, requireAvailable } from "../bind.ts";
import { Checkpoints } from "../checkpoints.ts";
import type { ResolvedAnalyzer } from "../config-schema.ts";
import { modelRoles } from "../model-roles.ts";
import { findAdapter } from "../registry.ts";
import { asJson } from "../resolve-use.ts";
import { RunServices } from "../run-services.ts";
import { resolveScan } from "../scan-config.ts";
import { askedModels, openScanModels, type ScanModels } from "../scan-models.ts";
import { storeRoot } from "../store-root.ts";
import { bindParser } from "../syntax-analyzer.ts";
import { type CalibrateProgress, calibrate } from "./calibrate.ts";
import { openCommitPairs } from "./commit-pairs.ts";
import { executedReferences } from "./executed-references.ts";
import type { LabelledSource } from "./labelled-code.ts";
import { openRunAnswers } from "./run-answers.ts";

/** What to calibrate on. */
export type SourceChoice =
  | { readonly kind: "pairs"; readonly paths: readonly string[] }
  | { readonly kind: "run"; readonly run: string; readonly store?: string | undefined }
  | {
      readonly kind: "benchmark";
      readonly name: string;
      /** The benchmark's settings. */
      readonly config?: unknown;
      readonly filter: ItemFilter;
      /** Tasks of each structure. */
      readonly perCluster: number;
    };

export interface CalibrationOptions {
  readonly from: SourceChoice;
  /** File with analyzers, models that they ask, sandbox, budget and store, as for a scan. */
  readonly config?: string | undefined;
  /** As in a recipe file, in one line; wins over the file. */
  readonly analyzers?: string | undefined;
  readonly minSeverity: Severity;
  readonly sandbox?: string | undefined;
  /** Where replies of models are kept. */
  readonly store?: string | undefined;
  readonly signal: AbortSignal;
  /** `executed` counts references that were run. */
  readonly onProgress: (progress: Partial<CalibrateProgress> & { readonly executed?: number }) => void;
  readonly log: (message: string) => void;
}

export interface CalibrationResult {
  readonly calibration: Calibration;
  /** As `calibrationScores` gives them. */
  readonly scores: readonly Score[];
  /** What the source had to leave out, counted by why. */
  readonly leftOut: Readonly<Record<string, number>>;
  /** What models were asked and paid. */
  readonly ledger: readonly LedgerEntry[];
}

/**
 * Calibrates analyzers outside of any run: nothing is stored but the replies of models. Throws AppError: unknown names and settings, an
 * analyzer or a model that cannot run here, a source that cannot be read or has nothing, a tool or the sandbox lost on the way, a budget
 * reached, the signal aborted.
 */
export async function runCalibration(options: CalibrationOptions): Promise<CalibrationResult> {
  const { from, signal, onProgress, log, minSeverity } = options;
  const settings = await resolveScan(options.config, options);
  const { sandbox, budget } = settings;
  const root = storeRoot(settings);
  const checkpoints = new Checkpoints(root);
  const services = new RunServices({ sandbox, checkpoints, startWorker: () => startWorker({ log }), log });
  const pool = new RegistryPool(services);
  try {
    await using models = await openScanModels({
      ...{ models: await askedModels(settings), budget, services, checkpoints, signal },
      storeRoot: root,
    });
    const analyzers = await openAnalyzers(settings.analyzers, models.bindings, {
      services,
      pool,
      checkpoints,
    });
    const parser = await openParser(services, pool);
    const onExecuted = (executed: number) => onProgress({ executed });
    const source = await openSource(from, pool, { signal, onExecuted });
    const calibration = await calibrate({
      ...{ source, analyzers, parser, minSeverity, signal, onProgress },
      model: models.model,
    });
    if (calibration.cells.length === 0) throw nothingLearnt(source);
    const scores = calibrationScores(calibration.cells, { seed: 0 });
    return { calibration, scores, leftOut: Object.fromEntries(source.leftOut), ledger: models.ledger() };
  } finally {
    await pool.close();
    await services.close();
  }
}

function nothingLearnt({ name, leftOut }: LabelledSource): AppError {
  const why = [...leftOut].map(([what, count]) => `${count} × ${what}`).join(", ");
  const message = `${name} gave no code to calibrate on${why === "" ? "" : `: ${why}`}`;
  return new AppError("data-invalid", message, { boundary: "dataset" });
}

async function openAnalyzers(
  uses: readonly ResolvedAnalyzer[],
  models: ScanModels["bindings"],
  context: { services: RunServices; pool: RegistryPool; checkpoints: Checkpoints },
) {
  const opened: { identity: CalibratedAnalyzer; analyzer: Analyzer }[] = [];
  for (const [name, use] of Object.entries(namedAnalyzers(uses))) {
    const binding = await bind("analyzer", use, context);
    await requireAvailable(binding, context);
    const analyzer = await context.pool.get<Analyzer>(binding);
    const { version: toolVersion, rulesVersion } = await analyzer.probe();
    const { adapter, version, config } = binding;
    const roles = modelRoles(await findAdapter("analyzer", adapter), config).map(({ role }) => role);
    const asked = Object.fromEntries(roles.map((role) => [role, bindingPart(models[role]!)]));
    const identity: CalibratedAnalyzer = {
      kind: "analyzer",
      name,
      adapter,
      version,
      identity: bindingPart(binding),
      config: asJson(config),
      ...(roles.length > 0 && { models: asked }),
      toolVersion,
      rulesVersion,
    };
    opened.push({ identity, analyzer });
  }
  return opened;
}

async function openParser(services: RunServices, pool: RegistryPool): Promise<Analyzer | null> {
  const binding = await bindParser({ services, pool, checkpoints: new Checkpoints(storeRoot({})) });
  return binding === undefined ? null : pool.get<Analyzer>(binding);
}

async function openSource(
  from: SourceChoice,
  pool: RegistryPool,
  { signal, onExecuted }: { signal: AbortSignal; onExecuted: (count: number) => void },
): Promise<LabelledSource> {
  if (from.kind === "pairs") return openCommitPairs(from.paths);
  if (from.kind === "run") return openRunAnswers(storeRoot({}, from.store), from.run);
  const adapter = await findAdapter("benchmark", from.name);
  const config = adapter.config.safeParse(from.config ?? {});
  if (!config.success) {
    const [issue] = config.error.issues;
    throw new AppError(
      "config-invalid",
      `the settings do not fit the benchmark ${from.name}: ${issue!.message}`,
      {
        boundary: "config",
      },
    );
  }
  const place = {
    port: "benchmark" as const,
    adapter: from.name,
    config: asJson(config.data),
    transport: {},
  };
  const benchmark = await pool.get<Benchmark>(place);
  return executedReferences({
    benchmark,
    filter: from.filter,
    perCluster: from.perCluster,
    signal,
    onExecuted,
  });
}
