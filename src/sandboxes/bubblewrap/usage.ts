import { readdirSync, readFileSync, statfsSync } from "node:fs";
import type { ResolvedLimits } from "./limits.ts";
import { internetSocketBytes, SEND_BUFFER_BYTES, unixSocketBytes } from "./sockets.ts";

/** What is looked at. Serialisable: it goes to the watchdog's process. */
export interface Watched {
  /** Process 1 of the sandbox, as the host numbers it. */
  readonly pid: number;
  readonly limits: ResolvedLimits;
  /** False where a cgroup holds memory: then only files and what waits in TCP and UDP sockets are counted here. */
  readonly memory: boolean;
}

/** More descriptors of a process than this are charged with what a socket's buffers can hold in the kernel. */
const FREE_DESCRIPTORS = 32;

/** From this part of the memory limit on, a program may be above it soon. */
const CLOSE = 1 / 4;
/** What sockets may hold of it. They fill at several GB/s, and no limit of the kernel's stops them between two looks. */
const IN_SOCKETS = 1 / 4;

/** Counts what no limit of the kernel covers here; gives what is above its limit, or `close` where memory may soon be. */
export function exceeded({ pid, limits, memory }: Watched): "memory" | "files" | "close" | undefined {
  const root = `/proc/${pid}/root`;
  const writable = ["box", "tmp", "dev/shm"].map((folder) => usage(`${root}/${folder}`));
  const files = writable.reduce((sum, { inodes }) => sum + inodes, 0);
  if (files > limits.files + writable.length) return "files";
  const inNetwork = internetSocketBytes(pid);
  const close = (bytes: number) => (bytes > limits.memoryBytes * CLOSE ? "close" : undefined);
  const inSockets = limits.memoryBytes * IN_SOCKETS;
  if (!memory) return inNetwork > inSockets ? "memory" : close(inNetwork / IN_SOCKETS);
  const stored = writable.reduce((sum, { bytes }) => sum + bytes, 0);
  const processes = processFolders(`${root}/proc`);
  const sockets = unixSocketBytes(pid) + inNetwork;
  if (sockets > inSockets) return "memory";
  const buffers = Math.max(total(processes, descriptorBytes), sockets);
  // Pages shared between processes count several times here: cheap, and never too little.
  const atMost = stored + total(processes, residentAtMost) + buffers;
  if (atMost <= limits.memoryBytes) return close(atMost);
  return exactBytes(processes, stored) + buffers > limits.memoryBytes ? "memory" : "close";
}

function total(processes: readonly string[], bytes: (folder: string) => number): number {
  return processes.reduce((sum, folder) => sum + bytes(folder), 0);
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
    kilobytes(status, "VmSwap")
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
    own += kilobytes(read(`${folder}/status`), "VmPTE");
    shared += kilobytes(rollup, "Pss_Shmem");
  }
  // Mapped files of /box, /tmp and /dev/shm are in both; anonymous shared memory is in `shared` alone.
  return own + Math.max(shared, stored);
}

function descriptorBytes(folder: string): number {
  try {
    return Math.max(0, readdirSync(`${folder}/fd`).length - FREE_DESCRIPTORS) * SEND_BUFFER_BYTES;
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
