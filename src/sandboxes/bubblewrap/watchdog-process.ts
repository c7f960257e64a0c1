import { writeFileSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { isAlive, kill } from "./processes.ts";
import { exceeded } from "./usage.ts";
import type { WatchAnswer, WatchMessage } from "./watchdog.ts";

/** How often it looks. At 3 GB/s of page faults a program gets about 150 MB further than its limit. */
const INTERVAL_MS = 50;

type Start = Extract<WatchMessage, { start: number }>;
const sandboxes = new Map<number, Start>();
const killed = new Set<number>();
let looking = false;

goFirst();
process.on("message", (message: WatchMessage) => {
  if ("start" in message) {
    sandboxes.set(message.start, message);
    if (!looking) setTimeout(lookAtAll, INTERVAL_MS);
    looking = true;
    return;
  }
  sandboxes.delete(message.stop);
  answer({ stopped: message.stop, killed: killed.delete(message.stop) });
});
// The launcher is gone, and its sandboxes with it (--die-with-parent).
process.on("disconnect", () => process.exit());
answer({ up: true });

function lookAtAll(): void {
  const startedAt = performance.now();
  for (const [id, { handle, watched }] of sandboxes) {
    if (!isAlive(handle)) sandboxes.delete(id);
    else if (exceeded(watched) !== undefined) {
      killed.add(id);
      kill(handle);
    }
  }
  // Half of one processor at most, however many there are to look at.
  const tookMs = performance.now() - startedAt;
  looking = sandboxes.size > 0;
  if (looking) setTimeout(lookAtAll, Math.max(INTERVAL_MS, tookMs));
}

/** Root may have it run before all others. Anyone else's has the share of a session of its own, whatever the launcher's niceness. */
function goFirst(): void {
  try {
    setPriority(constants.priority.PRIORITY_HIGHEST);
    writeFileSync("/proc/self/autogroup", String(constants.priority.PRIORITY_HIGHEST));
  } catch {}
}

function answer(message: WatchAnswer): void {
  process.send?.(message);
}
