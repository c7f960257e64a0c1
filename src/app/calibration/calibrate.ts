import { CellCounter, detectionOf } from "../../algorithms/calibration/cells.ts";
import { severeEnough } from "../../algorithms/severe-enough.ts";
import type { OperationContext } from "../../core/adapter.ts";
import type { AnalysisOutcome, Analyzer, SourceFile } from "../../core/analyzer.ts";
import type { CalibratedAnalyzer, Calibration } from "../../core/calibration.ts";
import type { Severity } from "../../core/finding.ts";
import { settleDisputed } from "../settle-disputed.ts";
import type { LabelledCode, LabelledSource } from "./labelled-code.ts";

export interface CalibrateOptions {
  readonly source: LabelledSource;
  readonly analyzers: readonly { readonly identity: CalibratedAnalyzer; readonly analyzer: Analyzer }[];
  /** The languages' own parsers, for what an analyzer could not parse; null where none can run. */
  readonly parser: Analyzer | null;
  readonly minSeverity: Severity;
  readonly signal: AbortSignal;
  /** For analyzers that ask models. */
  readonly model?: OperationContext["model"];
  readonly onProgress: (progress: CalibrateProgress) => void;
}

export interface CalibrateProgress {
  /** The analyzer at work. */
  readonly analyzer: string;
  /** Pieces of labelled code that all analyzers are done with. */
  readonly done: number;
}

/** Pieces of labelled code that are analysed at once: memory stays bounded, and external tools start seldom. */
const TOGETHER = 400;

/**
 * Reads labelled code with every analyzer and counts what each made of it, as the stage `analyze` would. Answers without code are
 * left out. Throws AppError when an analyzer as a whole fails, or the signal aborts.
 */
export async function calibrate(options: CalibrateOptions): Promise<Calibration> {
  const { source, analyzers, parser, minSeverity, signal, model, onProgress } = options;
  const context = { signal, onProgress: () => {}, ...(model && { model }) };
  const counter = new CellCounter();
  let done = 0;
  for await (const batch of batches(source.code())) {
    for (const { identity, analyzer } of analyzers) {
      onProgress({ analyzer: identity.name, done });
      const outcomes = await analyze(analyzer, batch, parser, minSeverity, context);
      for (const [index, code] of batch.entries()) {
        const detection = detectionOf(outcomes[index]!, code.cwes, minSeverity);
        if (detection !== null) counter.add({ ...code, analyzer: identity.name }, code.weak, detection);
      }
    }
    done += batch.length;
  }
  signal.throwIfAborted();
  const { truth, name, revision } = source;
  return {
    source: { kind: "source", truth, name, revision, minSeverity },
    analyzers: analyzers.map(({ identity }) => identity),
    cells: counter.cells(),
  };
}

/** The outcomes of every item's pieces. */
async function analyze(
  analyzer: Analyzer,
  batch: readonly LabelledCode[],
  parser: Analyzer | null,
  minSeverity: Severity,
  context: OperationContext,
): Promise<AnalysisOutcome[][]> {
  const files = batch.flatMap(({ id, pieces }) =>
    pieces.map((piece): SourceFile => ({ path: id, ...piece })),
  );
  const told = await analyzer.analyze(files, context);
  const all = told.map((outcome) => severeEnough(outcome, minSeverity));
  await settleDisputed(files, [all], async () => parser, context);
  let next = 0;
  return batch.map(({ pieces }) => pieces.map(() => all[next++]!));
}

async function* batches(code: AsyncIterable<LabelledCode>): AsyncGenerator<LabelledCode[]> {
  let batch: LabelledCode[] = [];
  for await (const one of code) {
    batch.push(one);
    if (batch.length < TOGETHER) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
