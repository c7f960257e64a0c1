import type { CweWarnings } from "../algorithms/cwe/cwe-warnings.ts";
import { fuse } from "../algorithms/fusion.ts";
import type { FusionPolicies } from "../algorithms/fusion-policies.ts";
import { findingInText } from "../algorithms/generation-spans.ts";
import { isUnconfirmed } from "../algorithms/settle-syntax.ts";
import { severeEnough } from "../algorithms/severe-enough.ts";
import type { OperationContext } from "../core/adapter.ts";
import type { AnalysisOutcome } from "../core/analyzer.ts";
import type { Severity } from "../core/finding.ts";
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
  /** Told of the CWE ids of all findings. */
  readonly cwes: CweWarnings;
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
  /** Clean, though no parser of the language has confirmed that it is a program. */
  readonly unconfirmed: boolean;
}

/** Files that are read and analysed at once: memory stays bounded however long the stream is. */
const batchSize = 64;

/**
 * Scans a stream of inputs, in order. Throws AppError when an analyzer as a whole fails or the signal aborts, and what the inputs
 * throw: after everything before it was scanned.
 */
export async function* scan(options: ScanOptions): AsyncGenerator<ScannedFile> {
  const inputs = options.inputs[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { batch, end } = await takeBatch(inputs);
      if (batch.length > 0) yield* await scanBatch(batch, options);
      if (end === "done") return;
      if (end !== undefined) throw end.error;
    }
  } finally {
    await inputs.return?.();
  }
}

/** The next inputs, and how the stream ended if it did. */
async function takeBatch(
  inputs: AsyncIterator<ScanInput>,
): Promise<{ batch: ScanInput[]; end?: "done" | { readonly error: unknown } }> {
  const batch: ScanInput[] = [];
  try {
    while (batch.length < batchSize) {
      const { done, value } = await inputs.next();
      if (done) return { batch, end: "done" };
      batch.push(value);
    }
    return { batch };
  } catch (error) {
    return { batch, end: { error } };
  }
}

async function scanBatch(batch: readonly ScanInput[], options: ScanOptions): Promise<ScannedFile[]> {
  const { analyzers, syntax, policies, minSeverity, context } = options;
  const files = batch.map(({ file }) => file);
  const all = await Promise.all(
    analyzers.map(async ({ name, analyzer }) => ({ name, outcomes: await analyzer.analyze(files, context) })),
  );
  for (const outcome of all.flatMap((one) => one.outcomes))
    if (outcome.outcome === "findings")
      for (const { analyzer, cwe } of outcome.findings) options.cwes.look(analyzer, cwe);
  const outcomes = all.map((one) => one.outcomes.map((outcome) => severeEnough(outcome, minSeverity)));
  await settleDisputed(files, outcomes, async () => (await syntax())?.analyzer ?? null, context);
  return batch.map(({ file, within }, index): ScannedFile => {
    const own = all.map(({ name }, place) => [name, inAnswer(outcomes[place]![index]!, within)] as const);
    const byName = Object.fromEntries(own);
    const text = within?.text ?? file.text;
    const { path, language } = file;
    const verdict = fuse(byName, policies(language));
    const unconfirmed = verdict === "pass" && Object.values(byName).some(isUnconfirmed);
    return { path, language, text, outcomes: byName, verdict, unconfirmed };
  });
}

/** Tells places in the whole answer. */
function inAnswer(outcome: AnalysisOutcome, within: ScanInput["within"]): AnalysisOutcome {
  if (outcome.outcome !== "findings" || within === undefined) return outcome;
  const findings = outcome.findings.map((one) => findingInText(within.text, within.block, one));
  return { ...outcome, findings };
}
