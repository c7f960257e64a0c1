import type { Availability, OperationContext } from "./adapter.ts";
import type { Finding } from "./finding.ts";

/** A piece of code to look at. `path` is only a name; the text is what is analysed. */
export interface SourceFile {
  readonly path: string;
  readonly language: string;
  readonly text: string;
}

/** One per file, in order. `failed` is its own outcome everywhere: nothing turns it into `clean`. */
export type AnalysisOutcome =
  | { readonly outcome: "clean" }
  | { readonly outcome: "findings"; readonly findings: readonly Finding[] }
  | {
      readonly outcome: "failed";
      readonly reason: "crashed" | "timed-out" | "unparsable" | "unsupported" | "tool-missing";
      readonly message: string;
    };

/** Finds weaknesses in source text. External tools run inside the sandbox: they read hostile code. */
export interface Analyzer {
  readonly languages: readonly string[];
  probe(): Promise<Availability & { readonly rulesVersion?: string | undefined }>;
  analyze(batch: readonly SourceFile[], context: OperationContext): Promise<AnalysisOutcome[]>;
}
