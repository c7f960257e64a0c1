import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import type { Services } from "../../src/core/adapter.ts";
import { sandbox as bubblewrap } from "../../src/sandboxes/bubblewrap/index.ts";
import { sandbox as docker } from "../../src/sandboxes/docker/index.ts";
import { sandbox as plain } from "../../src/sandboxes/process/index.ts";
import { sandboxContract } from "./sandbox.ts";

const services = {} as Services; // no sandbox adapter asks anything of the process

sandboxContract("bubblewrap", async () => bubblewrap.create(bubblewrap.config.parse({}), services), {
  limits: true,
  isolated: true,
});

sandboxContract("process", async () => plain.create({ unsafe: true }, services), {
  limits: false,
  isolated: false,
});

const daemon = dockerAnswers();
describe.runIf(daemon)("with a docker daemon", () => {
  sandboxContract("docker", async () => docker.create(docker.config.parse({}), services), {
    limits: true,
    isolated: true,
  });
});
it.skipIf(daemon)("docker: no daemon answers here, so its contract suite did not run", async () => {
  const found = await docker.probe?.(docker.config.parse({}), services);
  expect(found?.available).toBe(false);
  expect(found?.hint).toMatch(/docker/);
});

describe("sandbox configurations", () => {
  it("runs without isolation only where that is written out", () => {
    expect(plain.config.safeParse({}).success).toBe(false);
    expect(plain.config.safeParse({ unsafe: false }).success).toBe(false);
    expect(plain.create({ unsafe: true }, services)).toMatchObject({ isolated: false });
  });

  it("wants a pinned image", () => {
    for (const image of ["python", "python:latest"])
      expect(docker.config.safeParse({ image }).success).toBe(false);
    expect(docker.config.safeParse({ image: `x@sha256:${"a".repeat(64)}` }).success).toBe(true);
  });

  it("shows no folder that would open the sandbox", async () => {
    const sandbox = await bubblewrap.create(bubblewrap.config.parse({}), services);
    for (const path of [
      "/",
      "/proc",
      "/sys/",
      "/run/user",
      "/root",
      "relative",
      "/no/such/folder",
      "/usr/..",
    ]) {
      await expect(sandbox.open({ readOnly: [path] })).rejects.toMatchObject({ code: "config-invalid" });
    }
  });

  it("says how to install what is missing, and what there is", async () => {
    expect(await bubblewrap.probe?.(bubblewrap.config.parse({}), services)).toMatchObject({
      available: true,
    });
    const missing = docker.config.parse({ command: "no-such-docker" });
    expect(await docker.probe?.(missing, services)).toMatchObject({
      available: false,
      hint: "apt-get install -y docker.io",
    });
  });
});

function dockerAnswers(): boolean {
  try {
    execFileSync("docker", ["version", "--format", "{{.Server.Version}}"], {
      stdio: "ignore",
      timeout: 10_000,
    });
    execFileSync("docker", ["image", "inspect", docker.config.parse({}).image], {
      stdio: "ignore",
      timeout: 10_000,
    });
    return true;
  } catch {
    return false;
  }
}
