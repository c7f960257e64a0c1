import { fuse } from "../algorithms/fusion.ts";
import type { FusionPolicies } from "../algorithms/fusion-policies.ts";
import { findingInText } from "../algorithms/generation-spans.ts";
import type { OperationContext } from "../core/adapter.ts";
import type { AnalysisOutcome } from "../core/analyzer.ts";
import { type Finding, type Severity, severities } from "../core/finding.ts";
import type { Verdict } from "../core/judgement.ts";
import type { OpenAnalyzer } from "./scan-analyzers.ts";
import type { ScanInput } from "./scan-inputs.ts";
import { settleDisputed } from "./settle-disputed.ts";

export interface ScanOptions {
  readonly inputs: AsyncIterable<ScanInput>;
  readonly analyzers: readonly OpenAnalyzer[];
  /** Asked about texts that an analyzer could not parse though its parser is not the language's own; opened when it is needed. */
  readonly syntax: () => Promise<OpenAnalyzer | null>;
  readonly policies: FusionPolicies;
  readonly minSeverity: Severity;
  readonly context: OperationContext;
}

/** What became of one file, or of one block of an answer. */
export interface ScannedFile {
  readonly path: string;
  readonly language: string;
  /** The text that offsets are about: the file's, or the whole answer's. */
  readonly text: string;
  /** By analyzer; findings below the least severity are gone. */
  readonly outcomes: Readonly<Record<string, AnalysisOutcome>>;
  /**
   * What the policy makes of them: `fail` weak, `pass` clean, `error` an analyzer failed that could have tipped it, `skip` one
   * abstained that could have.
   */
  readonly verdict: Verdict;
}

/** Files that are read and analysed at once: memory stays bounded however long the stream is. */
const batchSize = 128;

/** Scans a stream of inputs, in order. Throws AppError when an analyzer as a whole fails or the signal aborts. */
export async function* scan(options: ScanOptions): AsyncGenerator<ScannedFile> {
  let batch: ScanInput[] = [];
  for await (const input of options.inputs) {
    batch.push(input);
    if (batch.length < batchSize) continue;
    yield* await scanBatch(batch, options);
    batch = [];
  }
  if (batch.length > 0) yield* await scanBatch(batch, options);
}

async function scanBatch(batch: readonly ScanInput[], options: ScanOptions): Promise<ScannedFile[]> {
  const { analyzers, syntax, policies, minSeverity, context } = options;
  const files = batch.map(({ file }) => file);
  const all = await Promise.all(
    analyzers.map(async ({ name, analyzer }) => ({ name, outcomes: await analyzer.analyze(files, context) })),
  );
  const outcomes = all.map((one) => one.outcomes);
  await settleDisputed(files, outcomes, async () => (await syntax())?.analyzer ?? null, context);
  return batch.map(({ file, within }, index): ScannedFile => {
    const outcomes = Object.fromEntries(
      all.map(({ name, outcomes }) => [name, finish(outcomes[index]!, minSeverity, within)]),
    );
    const text = within?.text ?? file.text;
    const { path, language } = file;
    return { path, language, text, outcomes, verdict: fuse(outcomes, policies(language)) };
  });
}

/** Leaves out what is not severe enough, and tells places in the whole answer. */
function finish(outcome: AnalysisOutcome, least: Severity, within: ScanInput["within"]): AnalysisOutcome {
  if (outcome.outcome !== "findings") return outcome;
  const place = (finding: Finding) =>
    within === undefined ? finding : findingInText(within.text, within.block, finding);
  const kept = outcome.findings.filter(
    ({ severity }) => severities.indexOf(severity) >= severities.indexOf(least),
  );
  return kept.length > 0
    ? { ...outcome, findings: kept.map(place) }
    : { outcome: "clean", safe: outcome.safe };
}
