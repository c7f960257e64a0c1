import { readdirSync, readFileSync } from "node:fs";

export interface TreeMemory {
  /** MiB at the highest so far. */
  readonly peakMb: number;
  stop(): void;
}

/**
 * Memory of a process and everything it has started, looked at ten times a second: proportional set sizes, in which a page that
 * several processes share counts once. Processes that are gone in between count nothing.
 */
export function watchTreeMemory(root: number, everyMs = 100): TreeMemory {
  let peak = 0;
  const timer = setInterval(() => {
    const sum = treeOf(root).reduce((total, pid) => total + proportionalKb(pid), 0);
    peak = Math.max(peak, sum);
  }, everyMs);
  return {
    get peakMb() {
      return Math.round(peak / 1024);
    },
    stop: () => clearInterval(timer),
  };
}

function treeOf(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    const parent = Number(/\) \S (\d+)/.exec(read(`/proc/${name}/stat`))?.[1]);
    if (!Number.isNaN(parent)) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
}

function proportionalKb(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
