import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const project = resolve(import.meta.dirname, "..");
const root = process.getuid?.() === 0;

let folder: string;
let checkout: string;
let programs: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sectune-setup-"));
  chmodSync(folder, 0o755);
  checkout = join(folder, "checkout");
  programs = join(folder, "bin");
  for (const path of [join(checkout, "scripts"), join(checkout, "worker"), programs])
    mkdirSync(path, { recursive: true });
  for (const path of ["scripts/setup.mjs", "package-lock.json", "worker/requirements.lock"])
    copyFileSync(join(project, path), join(checkout, path));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.runIf(process.platform === "linux")("set-up without bubblewrap and without root", () => {
  it("ends with 3 and the line to run, having installed nothing", () => {
    writeFileSync(join(programs, "apt-get"), "#!/bin/sh\nexit 99\n", { mode: 0o755 });
    const { status, stdout, stderr } = setUp();
    expect(status).toBe(3);
    expect(stdout).toBe("");
    expect(stderr).toMatch(
      /^ *sudo apt-get update && sudo apt-get install -y --no-install-recommends bubblewrap( python3| python3-venv)*$/m,
    );
    expect(readdirSync(checkout).sort()).toEqual(["package-lock.json", "scripts", "worker"]);
  });

  it("names what is missing where there is no apt-get", () => {
    rmSync(join(programs, "apt-get"), { force: true });
    const { status, stderr } = setUp();
    expect(status).toBe(3);
    expect(stderr).toContain("Missing: bubblewrap");
    expect(stderr).toContain("package manager");
  });
});

/** Runs the copied set-up as an ordinary user who has nothing but the programs of `programs`. */
function setUp() {
  const identity = root ? { uid: 65534, gid: 65534 } : {};
  return spawnSync(process.execPath, [join(checkout, "scripts", "setup.mjs")], {
    ...identity,
    cwd: checkout,
    env: { PATH: programs, HOME: checkout },
    encoding: "utf8",
  });
}
