import { Worker } from "node:worker_threads";
import { threadFile } from "../../util/thread-file.ts";
import type { ProcessHandle } from "./processes.ts";
import type { Watched } from "./usage.ts";

/** What the watchdog's thread is told. `flag[0]` becomes 1 just before it kills. */
export type WatchMessage =
  | {
      readonly start: number;
      readonly handle: ProcessHandle;
      readonly watched: Watched;
      readonly flag: Int32Array;
    }
  | { readonly stop: number };

export interface Watching {
  /** Ends it, and tells whether it has killed the sandbox. */
  stop(): boolean;
}

const active = new Map<number, WatchMessage>();
let thread: Worker | undefined;
let sequence = 0;

/**
 * Has a sandbox watched until `stop`; it is killed when it takes too much. One thread of this process looks after all of them,
 * so a main thread that is busy computing does not let a memory bomb grow.
 */
export function watch(handle: ProcessHandle, watched: Watched): Watching {
  const id = sequence++;
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const message: WatchMessage = { start: id, handle, watched, flag };
  active.set(id, message);
  running().postMessage(message);
  return {
    stop: () => {
      active.delete(id);
      thread?.postMessage({ stop: id } satisfies WatchMessage);
      return Atomics.load(flag, 0) === 1;
    },
  };
}

function running(): Worker {
  if (thread !== undefined) return thread;
  const file = threadFile(new URL("./watchdog-thread.ts", import.meta.url));
  const started = new Worker(file, { name: "sandbox watchdog", execArgv: [] });
  started.unref();
  // A thread that is gone leaves nobody looking: start another one for those that still run.
  started.on("error", (error) => process.emitWarning(`the sandbox watchdog failed: ${error}`));
  started.on("exit", () => {
    thread = undefined;
    if (active.size === 0) return;
    const next = running();
    for (const message of active.values()) next.postMessage(message);
  });
  thread = started;
  return started;
}
