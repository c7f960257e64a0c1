import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { programFile } from "../../util/program-file.ts";
import type { ProcessHandle } from "./processes.ts";
import type { Watched } from "./usage.ts";

/** What the watchdog is told. */
export type WatchMessage =
  | { readonly start: number; readonly handle: ProcessHandle; readonly watched: Watched }
  | { readonly stop: number };

/** What it says. `killed`: that it has killed the sandbox. */
export type WatchAnswer = { readonly up: true } | { readonly stopped: number; readonly killed: boolean };

export interface Watching {
  /** Ends it. */
  stop(): void;
  /** Ends it, and tells whether it has killed the sandbox. */
  killed(): Promise<boolean>;
}

interface Watchdog {
  readonly process: ChildProcess;
  readonly up: Promise<void>;
}

const active = new Map<number, WatchMessage>();
const asked = new Map<number, (killed: boolean) => void>();
let watchdog: Watchdog | undefined;
let sequence = 0;

/**
 * Starts the process that looks after all sandboxes of this one, or does nothing when it runs. Resolves when it looks; no command
 * may run before. A process with a session of its own, because the kernel shares out processor time by session first
 * (sched_autogroup): as a part of this process, which may be nice and has busy neighbours, it would wait for seconds while a
 * sandbox, whose session is its own, goes on.
 */
export function startWatchdog(): Promise<void> {
  return running().up;
}

/** Has a sandbox watched until `stop` or `killed`; it is killed when it takes too much. */
export function watch(handle: ProcessHandle, watched: Watched): Watching {
  const id = sequence++;
  const message: WatchMessage = { start: id, handle, watched };
  active.set(id, message);
  tell(message);
  const stop = () => {
    active.delete(id);
    tell({ stop: id });
  };
  return {
    stop,
    killed: () => {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      asked.set(id, resolve);
      watchdog?.process.channel?.ref();
      stop();
      if (!watchdog?.process.connected) settle(id, false); // died, and its knowledge with it
      return promise;
    },
  };
}

function running(): Watchdog {
  if (watchdog !== undefined) return watchdog;
  const file = programFile(new URL("./watchdog-process.ts", import.meta.url));
  const child = fork(fileURLToPath(file), {
    cwd: "/",
    detached: true,
    execArgv: [],
    env: { ...process.env, NODE_OPTIONS: "" },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const { promise: up, resolve, reject } = Promise.withResolvers<void>();
  const started: Watchdog = { process: child, up };
  watchdog = started;
  let works = false;
  const lost = (reason: unknown) => {
    if (watchdog === started) watchdog = undefined;
    for (const id of [...asked.keys()]) settle(id, false);
    reject(new Error(`the sandbox watchdog ended: ${reason}`));
    if (!works) return;
    // Nobody looks any more: start another one for those that still run.
    works = false;
    process.emitWarning(`the sandbox watchdog ended (${reason})`);
    if (active.size > 0) running();
  };
  up.catch(() => {}); // whoever starts a sandbox hears it
  child.on("message", (answer: WatchAnswer) => {
    if ("stopped" in answer) return settle(answer.stopped, answer.killed);
    works = true;
    resolve();
  });
  child.on("error", lost);
  child.on("exit", (code, signal) => lost(signal ?? code));
  child.unref();
  child.channel?.unref();
  for (const message of active.values()) tell(message);
  return started;
}

function settle(id: number, killed: boolean): void {
  asked.get(id)?.(killed);
  asked.delete(id);
  if (asked.size === 0) watchdog?.process.channel?.unref();
}

function tell(message: WatchMessage): void {
  const { process: child } = running();
  if (child.connected) child.send(message, () => {}); // what it does not hear, the next one is told
}
