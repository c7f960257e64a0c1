import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ResolvedLimits } from "./limits.ts";
import { processHandle } from "./processes.ts";

/** Limits of one command over all its processes, kept by the kernel. */
export interface Cgroup {
  /** Moves a process in; its later children follow by themselves. False when it could not be moved. */
  adopt(pid: number): boolean;
  /** Processes that the kernel killed in it for want of memory. */
  outOfMemoryKills(): number;
  /** Removes it once it is empty. */
  remove(): Promise<void>;
}

export interface CgroupParent {
  readonly version: 1 | 2;
  /** Folders in which the cgroups of commands are made: [memory, pids] in v1, one in v2. */
  readonly folders: readonly string[];
  /** Undefined when the kernel refuses; the watchdog takes over then. */
  create(limits: ResolvedLimits): Cgroup | undefined;
}

/** Processes of the launcher that are in the cgroup as well: the outer bwrap, process 1 inside, the entry shell. */
const LAUNCHER_PROCESSES = 3;
let sequence = 0;

/** Each user has a parent of its own. Root may make one for a user (`sectune-UID`, owned by it) to delegate. */
function parentName(): string {
  const uid = process.getuid?.() ?? 0;
  return uid === 0 ? "sectune" : `sectune-${uid}`;
}

/**
 * Where cgroups with memory and process limits can be made: v1 (one hierarchy per controller), v2, or undefined when neither
 * is writable (an ordinary user without delegation, most containers). Clears what killed launchers left behind.
 */
export function findCgroupParent(root = "/sys/fs/cgroup"): CgroupParent | undefined {
  const parent = versionTwo(root) ?? versionOne(root);
  if (parent === undefined) return undefined;
  for (const folder of parent.folders) clearStale(folder);
  return {
    ...parent,
    create: (limits) => createIn(parent, limits),
  };
}

interface Parent {
  readonly version: 1 | 2;
  /** One folder per hierarchy: [memory, pids] in v1, one in v2. */
  readonly folders: readonly string[];
}

function versionOne(root: string): Parent | undefined {
  const folders = ["memory", "pids"].map((controller) => join(root, controller, parentName()));
  return folders.every(usable) ? { version: 1, folders } : undefined;
}

function versionTwo(root: string): Parent | undefined {
  const folder = join(root, parentName());
  try {
    const controllers = readFileSync(join(root, "cgroup.controllers"), "utf8").trim().split(/\s+/);
    if (!controllers.includes("memory") || !controllers.includes("pids")) return undefined;
    writeFileSync(join(root, "cgroup.subtree_control"), "+memory +pids");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "cgroup.subtree_control"), "+memory +pids");
    return { version: 2, folders: [folder] };
  } catch {
    return undefined;
  }
}

/** Whether it is, or could be made, a folder of a mounted hierarchy (and not of the tmpfs above it). */
function usable(folder: string): boolean {
  if (!existsSync(join(dirname(folder), "cgroup.procs"))) return false;
  try {
    mkdirSync(folder, { recursive: true });
    return true;
  } catch {
    return false;
  }
}

function createIn(parent: Parent, limits: ResolvedLimits): Cgroup | undefined {
  const self = processHandle(process.pid);
  const name = `${process.pid}-${self?.startTime ?? "0"}-${sequence++}`;
  const folders = parent.folders.map((folder) => join(folder, name));
  const made: string[] = [];
  try {
    for (const folder of folders) {
      mkdirSync(folder);
      made.push(folder);
    }
    const memory = folders[0] as string;
    const pids = folders.at(-1) as string;
    if (parent.version === 1) {
      writeFileSync(join(memory, "memory.limit_in_bytes"), String(limits.memoryBytes));
      tryWrite(join(memory, "memory.memsw.limit_in_bytes"), String(limits.memoryBytes));
    } else {
      writeFileSync(join(memory, "memory.max"), String(limits.memoryBytes));
      tryWrite(join(memory, "memory.swap.max"), "0");
    }
    writeFileSync(join(pids, "pids.max"), String(limits.processes + LAUNCHER_PROCESSES));
    return handle(parent.version, folders);
  } catch {
    for (const folder of made) tryRemove(folder);
    return undefined;
  }
}

function handle(version: 1 | 2, folders: readonly string[]): Cgroup {
  const memory = folders[0] as string;
  return {
    adopt: (pid) =>
      folders.map((folder) => tryWrite(join(folder, "cgroup.procs"), String(pid))).every((moved) => moved),
    outOfMemoryKills: () => {
      const text = tryRead(join(memory, version === 1 ? "memory.oom_control" : "memory.events"));
      return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
    },
    remove: async () => {
      // The kernel lets go of the last task a moment after it has vanished from /proc.
      for (let wait = 1; wait <= 256; wait *= 2) {
        if (folders.map(tryRemove).every((removed) => removed)) return;
        await sleep(wait);
      }
    },
  };
}

/** Cgroups whose maker is dead: a launcher killed by SIGKILL cannot clean up. Their processes died with it. */
function clearStale(parent: string): void {
  for (const name of readdirSync(parent)) {
    const [, pid, startTime] = /^(\d+)-(\d+)-\d+$/.exec(name) ?? [];
    if (pid === undefined || processHandle(Number(pid))?.startTime === startTime) continue;
    tryRemove(join(parent, name));
  }
}

function tryRemove(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}

function tryWrite(path: string, text: string): boolean {
  try {
    writeFileSync(path, text);
    return true;
  } catch {
    return false;
  }
}

function tryRead(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
