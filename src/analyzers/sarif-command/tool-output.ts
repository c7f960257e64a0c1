import type { FailureReason } from "../../core/analyzer.ts";
import type { Finding } from "../../core/finding.ts";

export interface Trouble {
  readonly reason: FailureReason;
  readonly message: string;
}

/** What a tool said of a batch, by the names that the files have in the sandbox. */
export interface ToolOutput {
  /** Their `span.file` is such a name. */
  readonly findings: readonly Finding[];
  readonly troubles: ReadonlyMap<string, Trouble>;
  /** Files that it looked at, where it tells. */
  readonly scanned?: ReadonlySet<string> | undefined;
}

/** Output that cannot be read whole: nothing is known of the batch then. */
export class UnreadableOutputError extends Error {}
