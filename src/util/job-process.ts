import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { programFile } from "./program-file.ts";
import type { JobMessage, Numbered } from "./serve-jobs.ts";

const SETPRIV = "/usr/bin/setpriv";

/** What a job process runs. */
export interface JobProgram {
  /** As it is named in the source; it calls `serveJobs`. */
  readonly file: URL;
  /** What it is opened with: anything that can be cloned. */
  readonly data: unknown;
  readonly v8Flags?: readonly string[];
}

export interface JobListener<Answer> {
  onMessage(message: JobMessage<Answer>): void;
  /** It is gone, and `kill` was not called. `reason`: an exit code, a signal, an error. */
  onLost(reason: string): void;
}

/**
 * A Node process of our own that computes beside this one and dies with it. A thread would be cheaper, but what takes a thread down
 * takes the process with it, and to end one at work can do that by itself: docs/decisions/0012.
 */
export class JobProcess<Job, Answer> {
  readonly #child: ChildProcess;
  #over = false;

  constructor({ file, data, v8Flags = [] }: JobProgram, { onMessage, onLost }: JobListener<Answer>) {
    // The kernel ends it when this process is killed: one that is stuck would not see the channel close.
    const tied = existsSync(SETPRIV);
    this.#child = fork(fileURLToPath(programFile(file)), {
      execPath: tied ? SETPRIV : process.execPath,
      execArgv: tied ? ["--pdeathsig", "KILL", process.execPath, ...v8Flags] : [...v8Flags],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      // Keys have no business in it. One arena: V8's threads would have one each, a sixth of the memory, and are no faster for it.
      env: { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, MALLOC_ARENA_MAX: "1" },
    });
    const lose = (reason: string) => {
      if (!this.#over) onLost(reason);
      this.#over = true;
    };
    this.#child.on("message", (message: JobMessage<Answer>) => {
      if (!this.#over) onMessage(message);
    });
    this.#child.on("error", (error) => lose(error.message));
    this.#child.on("exit", (code, signal) => lose(signal ?? `exit code ${code}`));
    this.#post(data);
    this.rest();
  }

  send(jobs: readonly Numbered<Job>[]): void {
    this.#child.ref();
    this.#child.channel?.ref();
    this.#post(jobs);
  }

  /** It has nothing to do, and keeps this process from ending no longer. */
  rest(): void {
    this.#child.unref();
    this.#child.channel?.unref();
  }

  /** Ends it, whatever it is doing; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#over = true;
    const { exitCode, signalCode, pid } = this.#child;
    if (exitCode !== null || signalCode !== null || pid === undefined) return;
    this.#child.ref();
    this.#child.kill("SIGKILL");
    await once(this.#child, "exit");
  }

  #post(message: unknown): void {
    // Where nobody hears it, `error` or `exit` say so.
    if (this.#child.connected) this.#child.send(message as object, () => {});
  }
}
