import { calibrationScores } from "../../algorithms/calibration/rates.ts";
import type { Analyzer } from "../../core/analyzer.ts";
import type { Benchmark, ItemFilter } from "../../core/benchmark.ts";
import type { CalibratedAnalyzer, Calibration } from "../../core/calibration.ts";
import { AppError } from "../../core/error.ts";
import type { Severity } from "../../core/finding.ts";
import type { Score } from "../../core/score.ts";
import { bindingPart } from "../../engine/action-key.ts";
import { RegistryPool } from "../adapter-pool.ts";
import { parseAnalyzerList } from "../analyzer-list.ts";
import { bind, requireAvailable } from "../bind.ts";
import { Checkpoints } from "../checkpoints.ts";
import type { ResolvedUse } from "../config-schema.ts";
import { findAdapter } from "../registry.ts";
import { asJson } from "../resolve-use.ts";
import { RunServices } from "../run-services.ts";
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
  /** As in a recipe file, in one line. */
  readonly analyzers: string;
  readonly minSeverity: Severity;
  readonly sandbox: string;
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
}

/**
 * Calibrates analyzers outside of any run: nothing is stored. Throws AppError: unknown names and settings, an analyzer that cannot run
 * here, a source that cannot be read or has nothing, a tool or the sandbox lost on the way, the signal aborted.
 */
export async function runCalibration(options: CalibrationOptions): Promise<CalibrationResult> {
  const { from, signal, onProgress, log, minSeverity } = options;
  const uses = await parseAnalyzerList("--analyzers", options.analyzers);
  const box = await findAdapter("sandbox", options.sandbox);
  const services = new RunServices({
    sandbox: { adapter: options.sandbox, config: box.config.parse({}) },
    checkpoints: new Checkpoints(storeRoot({})),
    startWorker: () => Promise.reject(refused("a Python worker")),
    log,
  });
  const pool = new RegistryPool(services);
  try {
    const analyzers = await openAnalyzers(uses, services, pool);
    const parser = await openParser(services, pool);
    const onExecuted = (executed: number) => onProgress({ executed });
    const source = await openSource(from, pool, { signal, onExecuted });
    const calibration = await calibrate({ source, analyzers, parser, minSeverity, signal, onProgress });
    if (calibration.cells.length === 0) {
      const why = [...source.leftOut].map(([what, count]) => `${count} × ${what}`).join(", ");
      throw new AppError(
        "data-invalid",
        `${source.name} gave no code to calibrate on${why === "" ? "" : `: ${why}`}`,
        {
          boundary: "dataset",
        },
      );
    }
    const scores = calibrationScores(calibration.cells, { seed: 0 });
    return { calibration, scores, leftOut: Object.fromEntries(source.leftOut) };
  } finally {
    await pool.close();
    await services.close();
  }
}

async function openAnalyzers(uses: readonly ResolvedUse[], services: RunServices, pool: RegistryPool) {
  const checkpoints = new Checkpoints(storeRoot({}));
  const opened: { identity: CalibratedAnalyzer; analyzer: Analyzer }[] = [];
  for (const use of uses) {
    const binding = await bind("analyzer", use, { services, pool, checkpoints });
    await requireAvailable(binding, { services, pool });
    const analyzer = await pool.get<Analyzer>(binding);
    const { version: toolVersion, rulesVersion } = await analyzer.probe();
    const { adapter, version, config, label } = binding;
    const namesakes = opened.filter(({ identity }) => identity.name.replace(/ \d+$/, "") === label).length;
    const identity: CalibratedAnalyzer = {
      kind: "analyzer",
      name: namesakes === 0 ? label : `${label} ${namesakes + 1}`,
      adapter,
      version,
      identity: bindingPart(binding),
      config: asJson(config),
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

function refused(what: string): AppError {
  return new AppError("config-invalid", `calibration outside of a run has no ${what}`, {
    boundary: "config",
  });
}
