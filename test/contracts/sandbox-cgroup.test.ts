import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findCgroupParent } from "../../src/sandboxes/bubblewrap/cgroup.ts";
import { resolveLimits } from "../../src/sandboxes/bubblewrap/limits.ts";

// A folder stands for the kernel's: what is written, where, and what is tidied up. The kernel's part is in test/attacks.
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sectune-cgroup-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const name = process.getuid?.() === 0 ? "sectune" : `sectune-${process.getuid?.()}`;

it("v2: enables the controllers, limits memory, swap and processes", () => {
  writeFileSync(join(root, "cgroup.controllers"), "cpu memory pids\n");
  const parent = findCgroupParent(root);
  expect(parent?.version).toBe(2);
  expect(readFileSync(join(root, name, "cgroup.subtree_control"), "utf8")).toBe("+memory +pids");
  const cgroup = parent?.create(resolveLimits({ memoryBytes: 1000, processes: 10 }));
  const folder = join(root, name, readdirSync(join(root, name)).find((entry) => /^\d/.test(entry)) ?? "");
  expect(readFileSync(join(folder, "memory.max"), "utf8")).toBe("1000");
  expect(readFileSync(join(folder, "memory.swap.max"), "utf8")).toBe("0");
  expect(Number(readFileSync(join(folder, "pids.max"), "utf8"))).toBeGreaterThanOrEqual(10);
  expect(cgroup?.adopt(4321)).toBe(true);
  expect(readFileSync(join(folder, "cgroup.procs"), "utf8")).toBe("4321");
  writeFileSync(join(folder, "memory.events"), "low 0\noom 3\noom_kill 2\n");
  expect(cgroup?.outOfMemoryKills()).toBe(2);
});

it("removes what dead launchers left and leaves the others alone", () => {
  writeFileSync(join(root, "cgroup.controllers"), "memory pids\n");
  const parent = findCgroupParent(root);
  parent?.create(resolveLimits());
  const ours = readdirSync(join(root, name)).filter((entry) => /^\d/.test(entry));
  for (const stale of ["999999999-1-0", `${process.pid}-1-0`, "not-ours"]) mkdirSync(join(root, name, stale));
  findCgroupParent(root);
  expect(readdirSync(join(root, name)).filter((entry) => !entry.startsWith("cgroup"))).toEqual(
    [...ours, "not-ours"].sort(),
  );
});

it("does without where there is none", () => {
  expect(findCgroupParent(root)).toBeUndefined();
  expect(findCgroupParent(join(root, "missing"))).toBeUndefined();
  writeFileSync(join(root, "cgroup.controllers"), "cpu\n");
  expect(findCgroupParent(root)).toBeUndefined();
  expect(readdirSync(root)).toEqual(["cgroup.controllers"]);
});
