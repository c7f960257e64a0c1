import { readdirSync, readFileSync } from "node:fs";
import type { Sandbox } from "../../src/core/sandbox.ts";
import { findCgroupParent } from "../../src/sandboxes/bubblewrap/cgroup.ts";

/** What runs could leave behind on the host. */
export interface Inventory {
  /** Processes, zombies included, that the marked commands started. */
  readonly processes: number;
  readonly mounts: number;
  /** Open descriptors of this process. */
  readonly descriptors: number;
  readonly cgroups: number;
}

/** Many sessions at once, each with a file, a daemon that tries to stay, and a second command in a shared world for every tenth. */
export async function runMany(
  sandbox: Sandbox,
  count: number,
): Promise<{ before: Inventory; after: Inventory }> {
  const marker = `93.${process.pid}${Date.now() % 1000}`;
  await one(sandbox, marker, true); // opens what stays open for good: the filter, /dev/null
  const before = inventory(marker);
  await Promise.all(Array.from({ length: count }, (_, index) => one(sandbox, marker, index % 10 === 0)));
  return { before, after: await settled(marker, before) };
}

/** Names of what there is more of than before. */
export function leaked(before: Inventory, after: Inventory): string[] {
  return (Object.keys(before) as (keyof Inventory)[]).filter((kind) => after[kind] > before[kind]);
}

async function one(sandbox: Sandbox, marker: string, twice: boolean): Promise<void> {
  await using session = await sandbox.open({ limits: { wallMs: 60_000 } });
  await session.put("f", "x");
  for (let turn = 0; turn < (twice ? 2 : 1); turn++) {
    const { exitCode } = await session.exec({
      argv: ["/bin/sh", "-c", `cat f; setsid sleep ${marker} & exit 7`],
    });
    if (exitCode !== 7) throw new Error(`ended with ${exitCode}`);
  }
}

function inventory(marker: string): Inventory {
  const cgroupFolders = findCgroupParent()?.folders ?? [];
  return {
    processes: readdirSync("/proc").filter((pid) => belongsTo(pid, marker)).length,
    mounts: readFileSync("/proc/self/mountinfo", "utf8").split("\n").length,
    descriptors: readdirSync("/proc/self/fd").length,
    cgroups: cgroupFolders
      .flatMap((folder) => readdirSync(folder))
      .filter((name) => name.startsWith(`${process.pid}-`)).length,
  };
}

/** The marker is in the command line of bwrap, of the shell and of the daemon. */
function belongsTo(pid: string, marker: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(marker);
  } catch {
    return false;
  }
}

/** The kernel takes a moment to let go of what has ended. */
async function settled(marker: string, before: Inventory): Promise<Inventory> {
  for (let turn = 0; turn < 40; turn++) {
    const now = inventory(marker);
    if (leaked(before, now).length === 0) return now;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return inventory(marker);
}
