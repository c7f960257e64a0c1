import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import type { AppError } from "../core/error.ts";
import type { JsonObject } from "../core/json.ts";
import { jobError, workerLost } from "./job-error.ts";
import {
  type Hello,
  type HostMessage,
  type JobMessage,
  PROTOCOL_VERSION,
  type WorkerMessage,
  WorkerMessageSchema,
} from "./protocol.ts";
import { onLines } from "./stream-lines.ts";

export interface ProcessOptions {
  readonly command: readonly [string, ...string[]];
  readonly env: Record<string, string>;
  /** How long a started process may take to say hello. */
  readonly helloTimeoutMs: number;
  /** How long it may be silent; heartbeats come every two seconds. */
  readonly silenceTimeoutMs: number;
  /** Between the end of stdin and SIGKILL. */
  readonly graceMs: number;
  readonly log: (line: string) => void;
}

export type JobEvent = Exclude<
  WorkerMessage,
  { type: "hello" | "heartbeat" | "done" | "error" | "accepted" }
>;
interface Listener {
  readonly op: string;
  readonly onEvent: (event: JobEvent) => void;
  readonly resolve: (result: JsonObject) => void;
  readonly reject: (error: unknown) => void;
}

const TAIL_LINES = 20;

/** One life of the Python process, from spawn to exit. It is never restarted: the worker makes another. */
export class WorkerProcess {
  readonly hello: Promise<Hello>;
  readonly #child: ChildProcess;
  readonly #options: ProcessOptions;
  readonly #listeners = new Map<string, Listener>();
  readonly #tail: string[] = [];
  readonly #exited: Promise<unknown>;
  #silence: NodeJS.Timeout | undefined;
  #greet: (hello: Hello) => void = () => {};
  #refuse: (error: AppError) => void = () => {};
  #lost: AppError | undefined;

  constructor(options: ProcessOptions) {
    this.#options = options;
    const { promise, resolve, reject } = Promise.withResolvers<Hello>();
    this.hello = promise;
    this.hello.catch(() => {}); // whoever runs a job awaits it too
    this.#greet = resolve;
    this.#refuse = reject;
    const [program, ...args] = options.command;
    // A process group of its own: Ctrl-C in the terminal is ours to handle, and a kill reaches children as well.
    this.#child = spawn(program, args, { env: options.env, cwd: tmpdir(), detached: true, stdio: "pipe" });
    this.#exited = once(this.#child, "close").catch(() => {});
    this.#child.on("error", (error) => this.#lose(`could not be started: ${error.message}`));
    this.#child.on("close", (code, signal) =>
      this.#lose(signal === null ? `exited with ${code}` : `was killed by ${signal}`),
    );
    this.#child.stdin?.on("error", () => {}); // EPIPE: the close event says it better
    onLines(this.#child.stderr!, (line) => this.#note(line));
    onLines(this.#child.stdout!, (line) => this.#take(line));
    this.#watch(options.helloTimeoutMs);
  }

  /** Why the process is of no use any more; undefined while it is. */
  get lost(): AppError | undefined {
    return this.#lost;
  }

  /** Sends a job; resolves with its result. `onEvent` gets progress, checkpoints and questions. */
  run(job: JobMessage, onEvent: (event: JobEvent) => void): Promise<JsonObject> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    const { promise, resolve, reject } = Promise.withResolvers<JsonObject>();
    this.#listeners.set(job.id, { op: job.op, onEvent, resolve, reject });
    this.send(job);
    return promise;
  }

  send(message: HostMessage): void {
    if (this.#lost === undefined) this.#child.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  /** Gives a job up with an error of the host's side, and cancels it over there. */
  abandon(id: string, error: unknown): void {
    const listener = this.#listeners.get(id);
    this.#listeners.delete(id);
    listener?.reject(error);
    this.send({ type: "cancel", job: id });
  }

  /** Ends stdin, waits for the exit, kills the group after the grace period. Idempotent. */
  async close(): Promise<void> {
    this.#child.stdin?.end();
    const timer = setTimeout(() => this.kill(), this.#options.graceMs);
    await this.#exited;
    clearTimeout(timer);
    this.kill(); // children that outlived it
  }

  /** SIGKILL to the process and its children. */
  kill(): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, "SIGKILL");
    } catch {
      // the group is empty
    }
  }

  #take(line: string): void {
    const message = parseLine(line);
    if (message === undefined) {
      this.#lose(`wrote a line that is not of the protocol: ${line.slice(0, 200)}`);
      return;
    }
    this.#silence?.refresh();
    if (message.type === "hello") this.#takeHello(message);
    else if (message.type === "error" && message.job === null) this.#lose(`failed: ${message.message}`);
    else if (message.type !== "heartbeat" && message.type !== "accepted") this.#dispatch(message);
  }

  #takeHello(hello: Hello): void {
    if (hello.protocol !== PROTOCOL_VERSION) {
      this.#lose(`speaks protocol ${hello.protocol}, expected ${PROTOCOL_VERSION}: run \`npm run setup\``);
      return;
    }
    this.#watch(this.#options.silenceTimeoutMs);
    this.#greet(hello);
  }

  /** Every message starts the time anew; heartbeats come also while a job computes. */
  #watch(timeoutMs: number): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#lose(`was silent for ${timeoutMs / 1000} s`), timeoutMs);
  }

  #dispatch(message: Exclude<WorkerMessage, { type: "hello" | "heartbeat" | "accepted" }>): void {
    const listener = this.#listeners.get(message.job ?? "");
    if (listener === undefined) return; // a cancelled job's last words
    if (message.type === "done") {
      this.#listeners.delete(message.job);
      listener.resolve(message.result);
    } else if (message.type === "error") {
      this.#listeners.delete(message.job ?? "");
      listener.reject(jobError(listener.op, message));
    } else listener.onEvent(message);
  }

  #lose(what: string): void {
    if (this.#lost !== undefined) return;
    this.#lost = workerLost(what, this.#tail);
    clearTimeout(this.#silence);
    this.kill();
    this.#refuse(this.#lost);
    for (const listener of this.#listeners.values()) listener.reject(this.#lost);
    this.#listeners.clear();
  }

  #note(line: string): void {
    this.#options.log(line);
    this.#tail.push(line);
    if (this.#tail.length > TAIL_LINES) this.#tail.shift();
  }
}

function parseLine(line: string): WorkerMessage | undefined {
  try {
    return WorkerMessageSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
