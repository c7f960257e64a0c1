import { Worker } from "node:worker_threads";
import type { AnalysisOutcome, FailedAnalysis, SourceFile } from "../../core/analyzer.ts";
import { threadFile } from "../../util/thread-file.ts";
import type { ThreadData, ThreadJob } from "./scan-thread.ts";

export interface ScanThreadsOptions extends Omit<ThreadData, "clock"> {
  readonly threads: number;
  /** Longest time for one file. Its thread is ended then and the file is `timed-out`. */
  readonly fileTimeoutMs: number;
}

interface Waiting extends ThreadJob {
  resolve(outcome: AnalysisOutcome): void;
}

interface Thread {
  readonly worker: Worker;
  readonly clock: BigInt64Array;
  /** Sent and not answered, in the order in which they are worked on. */
  readonly running: Waiting[];
}

/** Files sent at once: enough that a thread never waits for the next, few enough that the others get some. */
const batchSize = 16;
const watchEveryMs = 100;
const memoryMb = 768;
/** The parser's memory grows to what the largest text needed and never shrinks: after a larger one than this, a fresh thread. */
const wearingCharacters = 500_000;

/**
 * Threads that scan files, one file at a time each. A file that takes too long, or takes its thread down with it, is that file's
 * failure; the files behind it go to a fresh thread. So they do after a crash inside a thread: what the parser's memory holds then
 * is not to be relied on.
 */
export class ScanThreads {
  readonly #options: ScanThreadsOptions;
  readonly #threads = new Set<Thread>();
  readonly #queue: Waiting[] = [];
  #ticket = 0;
  #watch: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: ScanThreadsOptions) {
    this.#options = options;
  }

  scan(file: SourceFile): Promise<AnalysisOutcome> {
    return new Promise((resolve) => {
      this.#queue.push({ ticket: this.#ticket++, file, resolve });
      // All files of a batch are queued before the first is sent.
      if (this.#queue.length === 1) queueMicrotask(() => this.#distribute());
    });
  }

  /** Takes back files that nobody has begun; they resolve as `crashed`, which whoever aborts does not look at. */
  drop(): void {
    for (const { resolve } of this.#queue.splice(0))
      resolve(failure("crashed", "not looked at: the scan was stopped"));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.drop();
    clearInterval(this.#watch);
    await Promise.all([...this.#threads].map(({ worker }) => worker.terminate()));
  }

  #distribute(): void {
    if (this.#closed) return;
    for (const thread of this.#threads) this.#send(thread);
    while (this.#queue.length > 0 && this.#threads.size < this.#options.threads) this.#send(this.#start());
  }

  #send(thread: Thread): void {
    if (thread.running.length > batchSize / 2 || this.#queue.length === 0) return;
    const share = Math.max(1, Math.ceil(this.#queue.length / this.#options.threads));
    const jobs = this.#queue.splice(0, Math.min(batchSize, share));
    thread.running.push(...jobs);
    thread.worker.ref();
    thread.worker.postMessage(jobs.map(jobFor));
  }

  #start(): Thread {
    const { folders, wanted, identity } = this.#options;
    const clock = new BigInt64Array(new SharedArrayBuffer(8));
    const file = threadFile(new URL("./scan-thread.ts", import.meta.url));
    const workerData: ThreadData = { folders, wanted, identity, clock };
    const resourceLimits = { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: 4, stackSizeMb: 8 };
    const worker = new Worker(file, { name: "scan", workerData, resourceLimits, execArgv: [] });
    const thread: Thread = { worker, clock, running: [] };
    this.#threads.add(thread);
    worker.on("message", ({ ticket, outcome }: { ticket: number; outcome: AnalysisOutcome }) => {
      const index = thread.running.findIndex((job) => job.ticket === ticket);
      if (index < 0) return;
      const [job] = thread.running.splice(index, 1);
      job!.resolve(outcome);
      const crashed = outcome.outcome === "failed" && outcome.reason === "crashed";
      if (crashed || job!.file.text.length > wearingCharacters) this.#replace(thread);
      else this.#send(thread);
      if (thread.running.length === 0) worker.unref();
    });
    worker.on("error", (error) =>
      this.#lose(thread, failure("crashed", `the scanning thread ended: ${error}`)),
    );
    worker.on("exit", (code) =>
      this.#lose(thread, failure("crashed", `the scanning thread ended with ${code}`)),
    );
    this.#watch ??= setInterval(() => this.#checkClocks(), watchEveryMs).unref();
    return thread;
  }

  #checkClocks(): void {
    for (const thread of this.#threads) {
      const begun = Number(Atomics.load(thread.clock, 0));
      if (begun === 0 || Date.now() - begun <= this.#options.fileTimeoutMs) continue;
      const seconds = this.#options.fileTimeoutMs / 1000;
      this.#lose(thread, failure("timed-out", `took longer than ${seconds} s`));
    }
  }

  /** The file that the thread was at gets the outcome. */
  #lose(thread: Thread, outcome: FailedAnalysis): void {
    if (!this.#threads.has(thread)) return;
    thread.running.shift()?.resolve(outcome);
    this.#replace(thread);
  }

  /** Ends a thread; the files that it still had go back to the front of the queue. */
  #replace(thread: Thread): void {
    this.#threads.delete(thread);
    void thread.worker.terminate();
    this.#queue.unshift(...thread.running.splice(0));
    this.#distribute();
  }
}

/** Without the answer that the code was taken from: it would be copied for nothing. */
function jobFor({ ticket, file: { path, language, text } }: Waiting): ThreadJob {
  return { ticket, file: { path, language, text } };
}

function failure(reason: FailedAnalysis["reason"], message: string): FailedAnalysis {
  return { outcome: "failed", reason, message };
}
