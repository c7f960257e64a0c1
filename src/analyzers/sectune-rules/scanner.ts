import type { AnalysisOutcome, SourceFile } from "../../core/analyzer.ts";
import { JobPool } from "../../util/job-pool.ts";
import type { ScanData } from "./scan-process.ts";

export interface ScannerOptions extends ScanData {
  readonly processes: number;
  /** Longest time for one file: it is `timed-out` then. */
  readonly fileTimeoutMs: number;
}

/** Memory of one process in MiB, and its stack in KiB: a little less than the 8 MiB that a process usually has. */
const v8Flags = ["--max-old-space-size=768", "--max-semi-space-size=2", "--stack-size=7000"];
/** The parser's memory grows to what the largest text needed and never shrinks: after a larger one than this, a fresh process. */
const wearingCharacters = 500_000;

/** Scans files in processes of their own, one file at a time each. */
export class Scanner {
  readonly #pool: JobPool<SourceFile, AnalysisOutcome>;

  constructor({ folders, wanted, identity, processes, fileTimeoutMs }: ScannerOptions) {
    const data: ScanData = { folders, wanted, identity };
    this.#pool = new JobPool({
      file: new URL("./scan-process.ts", import.meta.url),
      ...{ data, v8Flags, processes, jobTimeoutMs: fileTimeoutMs },
      // What the parser's memory holds after a crash is not to be relied on.
      isWorn: ({ text }, outcome) =>
        text.length > wearingCharacters || (outcome.outcome === "failed" && outcome.reason === "crashed"),
    });
  }

  async scan({ path, language, text }: SourceFile): Promise<AnalysisOutcome> {
    // Without the answer that the code was taken from: it would be copied for nothing.
    const done = await this.#pool.run({ path, language, text });
    return "answer" in done
      ? done.answer
      : { outcome: "failed", reason: done.failure, message: done.message };
  }

  /** Takes back files that nobody has begun. */
  drop(): void {
    this.#pool.drop();
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}
