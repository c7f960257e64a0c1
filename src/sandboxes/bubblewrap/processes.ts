import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** A process that can be told from a later one with the same number. */
export interface ProcessHandle {
  readonly pid: number;
  /** Clock ticks since boot, field 22 of /proc/PID/stat. */
  readonly startTime: string;
}

/** Undefined when there is no such process, or only its zombie. */
export function processHandle(pid: number): ProcessHandle | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The command name, in parentheses, may hold anything; the fields after it start with the state.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : { pid, startTime: fields[19] ?? "" };
  } catch {
    return undefined;
  }
}

export function isAlive(handle: ProcessHandle): boolean {
  return processHandle(handle.pid)?.startTime === handle.startTime;
}

/** SIGKILL, unless it is gone already or its number belongs to somebody else. */
export function kill(handle: ProcessHandle): void {
  try {
    if (isAlive(handle)) process.kill(handle.pid, "SIGKILL");
  } catch {}
}

/**
 * Kills a process and resolves when it is gone. For process 1 of a PID namespace that means: everything in the namespace is gone,
 * because the kernel ends and reaps all the others first.
 */
export async function endProcess(handle: ProcessHandle, timeoutMs = 10_000): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  for (let wait = 1; isAlive(handle); wait = Math.min(wait * 2, 50)) {
    if (performance.now() > deadline) return false;
    kill(handle);
    await sleep(wait);
  }
  return true;
}
