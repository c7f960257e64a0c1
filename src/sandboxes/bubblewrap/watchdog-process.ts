import { writeFileSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { isAlive, kill } from "./processes.ts";
import { exceeded } from "./usage.ts";
import type { WatchAnswer, WatchMessage } from "./watchdog.ts";

/** How often it looks at a sandbox. Sockets were seen to fill with 200 MiB in 24 ms on two cores. */
const INTERVAL_MS = 15;
/** And at one whose memory may soon be above its limit. */
const CLOSE_INTERVAL_MS = 5;

type Start = Extract<WatchMessage, { start: number }>;
interface Sandbox extends Start {
  dueAt: number;
}
const sandboxes = new Map<number, Sandbox>();
const killed = new Set<number>();
let timer: { readonly at: number; readonly handle: NodeJS.Timeout } | undefined;

goFirst();
process.on("message", (message: WatchMessage) => {
  if ("start" in message) {
    sandboxes.set(message.start, { ...message, dueAt: performance.now() + CLOSE_INTERVAL_MS });
    lookAgain(CLOSE_INTERVAL_MS);
    return;
  }
  sandboxes.delete(message.stop);
  answer({ stopped: message.stop, killed: killed.delete(message.stop) });
});
// The launcher is gone, and its sandboxes with it (--die-with-parent).
process.on("disconnect", () => process.exit());
answer({ up: true });

function lookAtDue(): void {
  const startedAt = performance.now();
  for (const [id, sandbox] of sandboxes) {
    const { handle, watched, dueAt } = sandbox;
    if (dueAt > startedAt) continue;
    if (!isAlive(handle)) {
      sandboxes.delete(id);
      continue;
    }
    const found = exceeded(watched);
    if (found === "memory" || found === "files") {
      killed.add(id);
      kill(handle);
    }
    sandbox.dueAt = performance.now() + (found === "close" ? CLOSE_INTERVAL_MS : INTERVAL_MS);
  }
  const now = performance.now();
  const next = Math.min(...[...sandboxes.values()].map(({ dueAt }) => dueAt)) - now;
  // Half of one processor at most, however many there are to look at.
  if (sandboxes.size > 0) lookAgain(Math.max(next, now - startedAt));
}

function lookAgain(inMs: number): void {
  const at = performance.now() + inMs;
  if (timer !== undefined && at >= timer.at) return;
  clearTimeout(timer?.handle);
  const handle = setTimeout(() => {
    timer = undefined;
    lookAtDue();
  }, inMs);
  timer = { at, handle };
}

/** Root may have it run before all others. Anyone else's has the share of a session of its own, whatever the launcher's niceness. */
function goFirst(): void {
  try {
    setPriority(constants.priority.PRIORITY_HIGHEST);
    writeFileSync("/proc/self/autogroup", String(constants.priority.PRIORITY_HIGHEST));
  } catch {}
}

function answer(message: WatchAnswer): void {
  // A launcher that went away before it had its answer needs none, and no trace of an error on its terminal.
  process.send?.(message, undefined, undefined, (error) => error && process.exit());
}
