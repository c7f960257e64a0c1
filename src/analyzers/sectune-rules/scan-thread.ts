import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { parentPort, workerData } from "node:worker_threads";
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

/**
 * Syntax trees live outside of V8's heap, so it sees no reason to collect the small objects that hold them: a stream of files would
 * grow by gigabytes. Trees are freed by finalizers, which run when the event loop comes round: hence the pause.
 */
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as (options: { type: "minor" | "major" }) => void;
const charactersPerCollection = 25_000;
const charactersPerFullCollection = 250_000;
let [sinceCollection, sinceFull] = [0, 0];

async function collectNowAndThen(characters: number): Promise<void> {
  sinceCollection += characters;
  sinceFull += characters;
  if (sinceCollection < charactersPerCollection) return;
  const full = sinceFull >= charactersPerFullCollection || characters >= charactersPerCollection;
  collect({ type: full ? "major" : "minor" });
  sinceCollection = 0;
  if (full) sinceFull = 0;
  await setImmediate();
}

const queue: ThreadJob[] = [];
let working = false;

async function work(): Promise<void> {
  for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
    Atomics.store(clock, 0, BigInt(Date.now()));
    const outcome = scanText(job.file, rules.get(job.file.language)!, identity);
    Atomics.store(clock, 0, 0n);
    parentPort!.postMessage({ ticket: job.ticket, outcome });
    await collectNowAndThen(job.file.text.length);
  }
  working = false;
}

parentPort!.on("message", (jobs: readonly ThreadJob[]) => {
  queue.push(...jobs);
  if (working) return;
  working = true;
  void work();
});
