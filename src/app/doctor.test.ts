import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Component } from "./doctor.ts";
import { packageRoot } from "./package-root.ts";
import { adapters } from "./registry.gen.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sectune-doctor-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function doctor(env: Record<string, string> = {}) {
  const argv = [
    join(packageRoot, "src", "cli", "main.ts"),
    "doctor",
    "--json",
    "--store",
    join(folder, "store"),
  ];
  const { status, stdout } = spawnSync(process.execPath, argv, {
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  return { status, ...(JSON.parse(stdout) as { ready: boolean; components: Component[] }) };
}

test("every adapter is listed; what is not there comes with the way to get it; nothing is made", () => {
  const { status, ready, components } = doctor();
  expect([status, ready]).toEqual([0, true]);
  const named = new Set(components.map(({ group, name }) => `${group}/${name}`));
  for (const [port, loaders] of Object.entries(adapters)) {
    for (const name of Object.keys(loaders)) expect(named).toContain(`${port}/${name}`);
  }
  for (const { name, state, hint } of components) {
    if (state !== "ok" && name !== "GPU") expect(hint, name).toMatch(/\w/);
  }
  expect(readdirSync(folder)).toEqual([]);
}, 60_000);

test("without the worker's Python the embedded default is not ready, and the exit code says so", () => {
  const { status, ready, components } = doctor({ SECTUNE_PYTHON: "/nowhere/python" });
  expect([status, ready]).toEqual([3, false]);
  const missing = components.filter(({ state }) => state === "missing");
  expect(missing.map(({ group }) => group)).toContain("worker");
  for (const { hint } of missing) expect(hint).toContain("SECTUNE_PYTHON");
}, 60_000);
