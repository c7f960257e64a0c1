import { Worker } from "node:worker_threads";
import { threadFile } from "../../util/thread-file.ts";
import type { TextHits } from "./search-text.ts";
import type { SearchJob, SearchThreadData } from "./search-thread.ts";

interface Running extends SearchJob {
  resolve(hits: TextHits | null): void;
}

/**
 * Searches texts in a thread of its own, because an expression that backtracks for ever cannot be stopped otherwise. A text that
 * takes longer than its time gives null; those behind it go to a fresh thread.
 */
export class SearchThread {
  readonly #data: SearchThreadData;
  readonly #textTimeoutMs: number;
  #worker: Worker | undefined;
  #running: Running[] = [];
  #timer: NodeJS.Timeout | undefined;
  #ticket = 0;

  constructor(data: SearchThreadData, textTimeoutMs: number) {
    this.#data = data;
    this.#textTimeoutMs = textTimeoutMs;
  }

  search(items: readonly Omit<SearchJob, "ticket">[]): Promise<(TextHits | null)[]> {
    const jobs = items.map((item) => {
      const { promise, resolve } = Promise.withResolvers<TextHits | null>();
      return { job: { ...item, ticket: this.#ticket++, resolve }, promise };
    });
    this.#running.push(...jobs.map(({ job }) => job));
    this.#send(jobs.map(({ job }) => job));
    return Promise.all(jobs.map(({ promise }) => promise));
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    const worker = this.#worker;
    this.#worker = undefined;
    for (const { resolve } of this.#running.splice(0)) resolve(null);
    await worker?.terminate();
  }

  #send(jobs: readonly Running[]): void {
    if (jobs.length === 0) return;
    this.#worker ??= this.#start();
    this.#worker.ref();
    this.#worker.postMessage(jobs.map(({ ticket, list, text }): SearchJob => ({ ticket, list, text })));
    this.#timer ??= this.#watch();
  }

  #start(): Worker {
    const file = threadFile(new URL("./search-thread.ts", import.meta.url));
    const worker = new Worker(file, { name: "icd", workerData: this.#data, execArgv: [] });
    worker.on("message", ({ ticket, hits }: { ticket: number; hits: TextHits }) => {
      if (worker !== this.#worker || this.#running[0]?.ticket !== ticket) return;
      this.#running.shift()!.resolve(hits);
      clearTimeout(this.#timer);
      this.#timer = this.#running.length > 0 ? this.#watch() : undefined;
      if (this.#running.length === 0) worker.unref();
    });
    worker.on("error", () => this.#lose(worker));
    return worker;
  }

  /** Started anew with each answer, so it measures the text at the head. */
  #watch(): NodeJS.Timeout {
    return setTimeout(() => this.#worker && this.#lose(this.#worker), this.#textTimeoutMs);
  }

  #lose(worker: Worker): void {
    if (worker !== this.#worker) return;
    this.#worker = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    void worker.terminate();
    this.#running.shift()?.resolve(null);
    this.#send(this.#running);
  }
}
