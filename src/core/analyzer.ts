import type { Availability, OperationContext } from "./adapter.ts";
import type { Finding, SafePattern, Severity } from "./finding.ts";
import type { CodeBlock } from "./generation.ts";

/** A piece of code to look at. `path` is only a name; the text is what is analysed. */
export interface SourceFile {
  readonly path: string;
  /** A name of `algorithms/syntax/languages.ts` (`python`, `cpp`, …); others are `unsupported-language`. */
  readonly language: string;
  readonly text: string;
  /** The answer that the code was taken from, where it was: findings of others (a report) may be told in its text. */
  readonly within?: { readonly text: string; readonly block: CodeBlock } | undefined;
}

/**
 * - `crashed`: the tool or its process died, or gave something unreadable; `timed-out`: it reached its time for one file;
 * - `unparsable`: the text is no valid program, so silence about it means nothing;
 * - `unsupported-language`, `unsupported-rule`: the tool has nothing for this language, or not the rule that was asked for;
 * - `tool-missing`: the tool is not installed here;
 * - `abstained`: it looked and will not say (a judge). No fault of anything: where only abstentions keep a verdict open, it is `skip`.
 */
export const failureReasons = [
  "crashed",
  "timed-out",
  "unparsable",
  "unsupported-language",
  "unsupported-rule",
  "tool-missing",
  "abstained",
] as const;
export type FailureReason = (typeof failureReasons)[number];

/** One per file, in order. `failed` is its own outcome everywhere: nothing turns it into `clean`. */
export type AnalysisOutcome =
  | {
      readonly outcome: "clean";
      readonly safe?: readonly SafePattern[] | undefined;
      /** What the word rests on, where it is less than the tool usually gives (a permissive parser). */
      readonly note?: string | undefined;
      /**
       * The tool's own parser takes more than the language's: a real one is to confirm that the text is a program
       * (`algorithms/settle-syntax.ts`), and where it refuses, the outcome is `failed`.
       */
      readonly unconfirmed?: true | undefined;
    }
  | {
      readonly outcome: "findings";
      /** At least one, by start offset. */
      readonly findings: readonly Finding[];
      readonly safe?: readonly SafePattern[] | undefined;
      /** As with `clean`: what it would be without these findings. */
      readonly unconfirmed?: true | undefined;
      /** What it would be without them, where another part of the tool failed: findings are told, their absence would mean nothing. */
      readonly otherwise?: FailedAnalysis | undefined;
    }
  | FailedAnalysis;

export interface FailedAnalysis {
  readonly outcome: "failed";
  readonly reason: FailureReason;
  readonly message: string;
  /**
   * With `unparsable`, from a tool whose own parser is not the language's: what it found reading past the errors. It counts only when
   * a real parser accepts the text (`algorithms/settle-syntax.ts`). Empty: nothing was found, and the file stays failed.
   */
  readonly provisional?: readonly Finding[] | undefined;
}

/** What failed: all of it, or a part of the tool beside what another part found. */
export function failureOf(outcome: AnalysisOutcome): FailedAnalysis | undefined {
  if (outcome.outcome === "failed") return outcome;
  return outcome.outcome === "findings" ? outcome.otherwise : undefined;
}

/** Whether another attempt may tell more: such an outcome is shown, but never kept. */
export function isTransient(outcome: AnalysisOutcome): boolean {
  const failure = failureOf(outcome);
  return failure !== undefined && transientReasons.has(failure.reason);
}

/** Reasons that say something about the tool or the machine and nothing about the text. */
const transientReasons: ReadonlySet<FailureReason> = new Set<FailureReason>([
  "crashed",
  "timed-out",
  "tool-missing",
]);

export interface AnalyzerAvailability extends Availability {
  /** Version of the rules, where they are not the tool's own. Part of every key, as is `version`. */
  readonly rulesVersion?: string | undefined;
}

/** What a rule says of itself: listed by `sectune scan --rules` and written into SARIF. */
export interface RuleInfo {
  readonly id: string;
  /** `weakness` gives findings, `safe` gives safe patterns. */
  readonly kind: "weakness" | "safe";
  readonly languages: readonly string[];
  readonly cwe?: string | undefined;
  readonly severity: Severity;
  readonly message: string;
  /** What to do instead, in a sentence or two. */
  readonly advice?: string | undefined;
}

/** Finds weaknesses in source text. External tools run inside the sandbox: they read hostile code. */
export interface Analyzer {
  readonly languages: readonly string[];
  /** Name of the tool in its findings, where it is not the adapter's own: a SARIF run is called by it. */
  readonly tool?: string | undefined;
  /**
   * What its word weighs where several analyzers are asked and nobody says otherwise, by language; 1 where there is none. Below 1:
   * it names dangerous calls rather than weaknesses, and alone makes no file weak.
   */
  readonly weights?: Readonly<Record<string, number>> | undefined;
  /**
   * It can give no findings (a parser): its `clean` is no word against those of others. Its failures count like everybody's.
   */
  readonly findsNothing?: true | undefined;
  /** Cheap; never throws. `version` and `rulesVersion` are what keys hold. */
  probe(): Promise<AnalyzerAvailability>;
  /**
   * One outcome per file, in the order of the batch. A tool's trouble with a file is that file's `failed`; throws AppError only
   * when nothing of the batch can be told (the sandbox is lost, the signal aborts).
   */
  analyze(batch: readonly SourceFile[], context: OperationContext): Promise<AnalysisOutcome[]>;
  /** Its rules, where the tool can list them. */
  rules?(): Promise<readonly RuleInfo[]>;
  /**
   * CWE ids that its rules name, where they can be mended here: whoever opens it warns of those that should not be named. Of a
   * package's rules that is told when they find something.
   */
  readonly ruleCwes?: readonly string[] | undefined;
  /** Ends processes that it keeps between batches. */
  close?(): Promise<void>;
}
