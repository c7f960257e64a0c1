import { readdirSync, readFileSync, statfsSync } from "node:fs";
import type { ResolvedLimits } from "./limits.ts";

/** What is looked at. Serialisable: it goes to the watchdog's thread. */
export interface Watched {
  /** Process 1 of the sandbox, as the host numbers it. */
  readonly pid: number;
  readonly limits: ResolvedLimits;
  /** False where a cgroup holds memory: then only files are counted here. */
  readonly memory: boolean;
}

/** More descriptors than this are charged with what a socket's buffers can hold in the kernel (net.core.wmem_default). */
const FREE_DESCRIPTORS = 32;
const DESCRIPTOR_BYTES = 212_992;

/** Counts what no limit of the kernel covers here; gives what is above its limit. */
export function exceeded({ pid, limits, memory }: Watched): "memory" | "files" | undefined {
  const root = `/proc/${pid}/root`;
  const writable = ["box", "tmp", "dev/shm"].map((folder) => usage(`${root}/${folder}`));
  const files = writable.reduce((sum, { inodes }) => sum + inodes, 0);
  if (files > limits.files + writable.length) return "files";
  if (!memory) return undefined;
  const stored = writable.reduce((sum, { bytes }) => sum + bytes, 0);
  const processes = processFolders(`${root}/proc`);
  // Pages shared between processes count several times here: cheap, and never too little.
  const atMost = stored + processes.reduce((sum, folder) => sum + residentAtMost(folder), 0);
  if (atMost <= limits.memoryBytes) return undefined;
  return exactBytes(processes, stored) > limits.memoryBytes ? "memory" : undefined;
}

/** The sandbox's own /proc lists its processes and nobody else's. */
function processFolders(proc: string): string[] {
  try {
    return readdirSync(proc)
      .filter((name) => /^\d+$/.test(name))
      .map((name) => `${proc}/${name}`);
  } catch {
    return [];
  }
}

function residentAtMost(folder: string): number {
  const status = read(`${folder}/status`);
  return (
    kilobytes(status, "RssAnon") +
    kilobytes(status, "RssShmem") +
    kilobytes(status, "VmPTE") +
    kilobytes(status, "VmSwap") +
    descriptorBytes(folder)
  );
}

function exactBytes(processes: readonly string[], stored: number): number {
  let own = 0;
  let shared = 0;
  for (const folder of processes) {
    const rollup = read(`${folder}/smaps_rollup`);
    if (rollup === "") {
      own += residentAtMost(folder); // unreadable: count it in full rather than not at all
      continue;
    }
    own += kilobytes(rollup, "Pss_Anon") + kilobytes(rollup, "SwapPss");
    own += kilobytes(read(`${folder}/status`), "VmPTE") + descriptorBytes(folder);
    shared += kilobytes(rollup, "Pss_Shmem");
  }
  // Mapped files of /box, /tmp and /dev/shm are in both; anonymous shared memory is in `shared` alone.
  return own + Math.max(shared, stored);
}

function descriptorBytes(folder: string): number {
  try {
    return Math.max(0, readdirSync(`${folder}/fd`).length - FREE_DESCRIPTORS) * DESCRIPTOR_BYTES;
  } catch {
    return 0;
  }
}

function usage(folder: string): { bytes: number; inodes: number } {
  try {
    const { blocks, bfree, bsize, files, ffree } = statfsSync(folder);
    return { bytes: (blocks - bfree) * bsize, inodes: files - ffree };
  } catch {
    return { bytes: 0, inodes: 0 }; // it has ended
  }
}

function kilobytes(text: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0) * 1024;
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
