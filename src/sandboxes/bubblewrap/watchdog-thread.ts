import { parentPort } from "node:worker_threads";
import { isAlive, kill } from "./processes.ts";
import { exceeded } from "./usage.ts";
import type { WatchMessage } from "./watchdog.ts";

/** How often it looks. At 3 GB/s of page faults a program gets about 150 MB further than its limit. */
const INTERVAL_MS = 50;

type Start = Extract<WatchMessage, { start: number }>;
const sandboxes = new Map<number, Start>();
let timer: NodeJS.Timeout | undefined;

parentPort?.on("message", (message: WatchMessage) => {
  if ("start" in message) sandboxes.set(message.start, message);
  else sandboxes.delete(message.stop);
  if (sandboxes.size > 0) timer ??= setInterval(lookAtAll, INTERVAL_MS);
  else {
    clearInterval(timer);
    timer = undefined;
  }
});

function lookAtAll(): void {
  for (const [id, { handle, watched, flag }] of sandboxes) {
    if (!isAlive(handle)) sandboxes.delete(id);
    else if (exceeded(watched) !== undefined) {
      Atomics.store(flag, 0, 1);
      kill(handle);
    }
  }
}
