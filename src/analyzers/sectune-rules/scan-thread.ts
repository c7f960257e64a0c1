import { parentPort, workerData } from "node:worker_threads";
import { grammarOf } from "../../algorithms/syntax/grammars.ts";
import type { SourceFile } from "../../core/analyzer.ts";
import { compileRules } from "./compile-rules.ts";
import type { RuleFolder } from "./load-rules.ts";
import { type Identity, scanText } from "./scan-text.ts";

/** What a thread is started with. */
export interface ThreadData {
  readonly folders: readonly RuleFolder[];
  readonly wanted: readonly string[];
  readonly identity: Identity;
  /** One number: when the file that is looked at was begun (Date.now()), 0 when none is. */
  readonly clock: BigInt64Array;
}

/** Files with their tickets, which come back with the outcomes. */
export interface ThreadJob {
  readonly ticket: number;
  readonly file: SourceFile;
}

const { folders, wanted, identity, clock } = workerData as ThreadData;
const ids = new Set(wanted);
const rules = compileRules(folders, (id) => ids.has(id));

parentPort!.on("message", (jobs: readonly ThreadJob[]) => {
  for (const { ticket, file } of jobs) {
    // Loaded before the clock runs: it is none of the file's time.
    grammarOf(file.language);
    Atomics.store(clock, 0, BigInt(Date.now()));
    const outcome = scanText(file, rules.get(file.language)!, identity);
    Atomics.store(clock, 0, 0n);
    parentPort!.postMessage({ ticket, outcome });
  }
});
