import { execFileSync, spawn } from "node:child_process";
import {
  accessSync,
  chownSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmdirSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { controlProbes, type ProbeOutcome, probeNames } from "./run-probes.ts";

/** A user without rights, without an entry in /etc/passwd, and other than the one that sandboxes of root run as. */
const ORDINARY_UID = 20_001;
const CGROUP_V1 = "/sys/fs/cgroup";
const isRoot = process.getuid?.() === 0;

interface Environment {
  readonly name: string;
  readonly mode: "bubblewrap-auto" | "bubblewrap-off" | "process";
  readonly ordinary: boolean;
  readonly cgroup: boolean;
}

const environments: readonly Environment[] = [
  { name: "root with a cgroup", mode: "bubblewrap-auto", ordinary: false, cgroup: true },
  { name: "root without a cgroup", mode: "bubblewrap-off", ordinary: false, cgroup: false },
  { name: "ordinary user with a delegated cgroup", mode: "bubblewrap-auto", ordinary: true, cgroup: true },
  { name: "ordinary user without a cgroup", mode: "bubblewrap-off", ordinary: true, cgroup: false },
];

let stage: string;
beforeAll(() => {
  stage = stageForOrdinaryUser();
});
afterAll(() => rmSync(stage, { recursive: true, force: true }));

it("has at least 60 probes with names of their own", () => {
  expect(new Set(probeNames).size).toBe(probeNames.length);
  expect(probeNames.length).toBeGreaterThanOrEqual(60);
});

describe.each(environments)("attacks on bubblewrap as $name", (environment) => {
  const obstacle = reasonAgainst(environment);
  it.skipIf(obstacle !== undefined)(
    `none of ${probeNames.length} succeeds${obstacle === undefined ? "" : ` (not here: ${obstacle})`}`,
    async () => {
      const { about, outcomes } = await run(environment);
      expect(about.cgroup !== null).toBe(environment.cgroup);
      expect(outcomes.filter(({ broken }) => broken !== null)).toEqual([]);
      expect(outcomes.filter(({ breach }) => breach !== null)).toEqual([]);
      expect(outcomes.map(({ name }) => name).sort()).toEqual([...probeNames, "the host afterwards"].sort());
    },
    180_000,
  );
});

it("the same probes breach a plain process, so they can fail", async () => {
  const { outcomes } = await run({ name: "plain", mode: "process", ordinary: isRoot, cgroup: false });
  expect(outcomes).toHaveLength(controlProbes.length);
  expect(controlProbes.length).toBeGreaterThanOrEqual(25);
  expect(outcomes.filter(({ breach }) => breach === null).map(({ name }) => name)).toEqual([]);
}, 120_000);

async function run(
  environment: Environment,
): Promise<{ about: { cgroup: number | null }; outcomes: ProbeOutcome[] }> {
  const asOther = environment.ordinary && isRoot;
  const delegated = asOther && environment.cgroup ? delegateCgroups() : [];
  try {
    const child = spawn(
      asOther ? nodeFor(stage) : process.execPath,
      ["test/attacks/run-probes.ts", environment.mode],
      {
        cwd: asOther ? stage : join(import.meta.dirname, "../.."),
        env: { PATH: process.env.PATH, SECTUNE_ATTACK_SECRET: `secret-${process.pid}-${Date.now()}` },
        stdio: ["ignore", "pipe", "inherit"],
        ...(asOther ? { uid: ORDINARY_UID, gid: ORDINARY_UID } : {}),
      },
    );
    const lines = (await text(child.stdout)).trim().split("\n");
    const [about, ...outcomes] = lines.map((line) => JSON.parse(line));
    return { about, outcomes };
  } finally {
    for (const folder of delegated) rmdirSync(folder);
  }
}

function reasonAgainst(environment: Environment): string | undefined {
  if (!environment.ordinary && !isRoot) return "we are not root";
  if (!environment.cgroup) return undefined;
  if (!isRoot) return "only root can delegate one";
  const writable = ["memory", "pids"].every((name) => existsSync(join(CGROUP_V1, name, "cgroup.procs")));
  if (environment.ordinary) return writable ? undefined : "cgroup v1 is not mounted";
  return writable || existsSync(join(CGROUP_V1, "cgroup.controllers")) ? undefined : "no cgroup is mounted";
}

/** Root can give a user a folder in each v1 hierarchy; in v2 a user cannot move its processes there from the root's. */
function delegateCgroups(): string[] {
  return ["memory", "pids"].map((controller) => {
    const folder = join(CGROUP_V1, controller, `sectune-${ORDINARY_UID}`);
    mkdirSync(folder, { recursive: true });
    chownSync(folder, ORDINARY_UID, ORDINARY_UID);
    return folder;
  });
}

/** The checkout may lie where another user cannot read: a copy of what the probes need. */
function stageForOrdinaryUser(): string {
  const root = join(import.meta.dirname, "../..");
  const folder = mkdtempSync(join(tmpdir(), "sectune-stage-"));
  for (const part of ["package.json", "src", "test/attacks", "node_modules/zod"]) {
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  if (isRoot && !readable(process.execPath)) cpSync(process.execPath, join(folder, "node"));
  execFileSync("chmod", ["-R", "a+rX", folder]);
  return folder;
}

function nodeFor(folder: string): string {
  const copy = join(folder, "node");
  return existsSync(copy) ? copy : process.execPath;
}

/** Whether the ordinary user can run it. */
function readable(path: string): boolean {
  try {
    execFileSync("/bin/sh", ["-c", 'test -x "$1"', "sh", path], { uid: ORDINARY_UID, gid: ORDINARY_UID });
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
