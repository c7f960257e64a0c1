import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const project = resolve(import.meta.dirname, "..");

let folder: string;
let checkout: string;
let aptGet: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sectune-setup-"));
  checkout = join(folder, "checkout");
  aptGet = join(folder, "bin", "apt-get");
  for (const path of ["checkout/scripts", "checkout/worker", "bin"])
    mkdirSync(join(folder, path), { recursive: true });
  for (const path of ["scripts/setup.mjs", "package-lock.json", "worker/requirements.lock"])
    copyFileSync(join(project, path), join(checkout, path));
  writeFileSync(aptGet, "#!/bin/sh\nexit 99\n");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("set-up without bubblewrap and without root ends with 3 and the line to run, having installed nothing", () => {
  chmodSync(aptGet, 0o755);
  const { status, stdout, stderr } = setUp();
  expect(status).toBe(3);
  expect(stdout).toBe("");
  expect(stderr).toMatch(
    /^ *sudo apt-get update && sudo apt-get install -y --no-install-recommends bubblewrap( python3-venv)?$/m,
  );
  expect(readdirSync(checkout).sort()).toEqual(["package-lock.json", "scripts", "worker"]);
});

test("where there is no apt-get, what is missing is named", () => {
  chmodSync(aptGet, 0o644);
  const { status, stderr } = setUp();
  expect(status).toBe(3);
  expect(stderr).toMatch(/Missing: bubblewrap.*package manager/);
});

/** Runs the copied set-up as a user without rights on a machine whose bubblewrap and apt-get are hidden but for our own. */
function setUp() {
  const hidden = ["/usr/bin/bwrap", "/usr/bin/apt-get"].flatMap((path) => {
    const real = found(path);
    return real === undefined ? [] : ["--ro-bind", "/dev/null", real];
  });
  const user = ["--unshare-user", "--uid", "1000", "--gid", "1000"];
  const node = [process.execPath, join(checkout, "scripts", "setup.mjs")];
  const [command, ...argv] = ["bwrap", "--dev-bind", "/", "/", ...hidden, ...user, "--", ...node];
  return spawnSync(command!, argv, {
    cwd: checkout,
    env: { PATH: `${join(folder, "bin")}:/usr/bin`, HOME: checkout },
    encoding: "utf8",
  });
}

function found(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
