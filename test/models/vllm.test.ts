import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AppError } from "../../src/core/error.ts";
import { serveArguments, serverEnvironment } from "../../src/models/vllm/command.ts";
import { server as adapter } from "../../src/models/vllm/index.ts";
import { superviseProcess } from "../../src/util/supervised-process.ts";
import { serverContract } from "../contracts/server.ts";
import { testServices } from "./test-double.ts";

let folder: string;
let executable: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sectune-vllm-"));
  await writeFile(join(folder, "config.json"), "{}");
  executable = join(folder, "vllm");
  const script = fileURLToPath(new URL("../fixtures/fake-vllm/vllm.ts", import.meta.url));
  await writeFile(executable, `#!/bin/sh\nexec "${process.execPath}" "${script}" "$@"\n`);
  await chmod(executable, 0o755);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const checkpoint = () => ({ path: folder, sha256: "ab12", name: "tiny" });
const never = new AbortController().signal;

serverContract("vllm (simulated)", {
  open: async () => ({ server: await vllm(), checkpoint: checkpoint() }),
});

describe("vllm", () => {
  it.each([
    ["no-gpu", "prerequisite-missing", /GPU/],
    ["oom", "worker-lost", /gpuMemoryUtilization/],
    ["bad-weights", "data-invalid", /checkpoint/],
    ["crash", "worker-lost", /by hand/],
  ])("says why it did not start (%s)", async (mode, code, hint) => {
    const error = await startFails({}, { FAKE_VLLM_MODE: mode });
    expect(error).toMatchObject({ code, hint: expect.stringMatching(hint) });
    expect(error.message).toContain("status 1");
  });

  it("is honest when vLLM is not installed", async () => {
    const error = await startFails({ executable: "vllm-that-is-not-here" });
    expect(error).toMatchObject({
      code: "prerequisite-missing",
      hint: expect.stringContaining("pip install vllm"),
    });
    const config = adapter.config.parse({ executable: "vllm-that-is-not-here" });
    expect(await adapter.probe!(config, testServices())).toMatchObject({ available: false });
    expect(await adapter.probe!(adapter.config.parse({ executable }), services())).toEqual({
      available: true,
      version: "0.26.0",
    });
  });

  it("gives up on a start that takes too long, and leaves no process", async () => {
    const error = await startFails({ startTimeoutMs: 4000, stopGraceMs: 500 }, { FAKE_VLLM_MODE: "slow" });
    expect(error.message).toContain("not ready after 4000 ms");
    await expectGone(enginePid(error.message));
  });

  it("ends a server that ignores SIGTERM, with its children", async () => {
    const child = superviseProcess([executable, "serve", folder, "--port", "0", "--served-model-name", "x"], {
      env: { ...process.env, FAKE_VLLM_MODE: "stubborn" },
    });
    const engine = await until(() => enginePid(child.lastLines().join("\n")));
    await child.stop(200);
    expect(await child.exited).toBe(137);
    await expectGone(engine);
  });

  it("does not outlive a host that is killed", async () => {
    const host = spawn(process.execPath, ["--input-type=module", "-e", hostProgram()], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [chunk] = await once(host.stdout!, "data");
    const { group } = JSON.parse(String(chunk)) as { group: number };
    host.kill("SIGKILL");
    await expectGone(-group);
  });

  it("passes options on, and no keys", () => {
    const config = adapter.config.parse({
      maxModelLen: 4096,
      gpus: "0,1",
      tensorParallelSize: 2,
      args: ["--x"],
    });
    expect(serveArguments(config, { path: "/m", name: "tiny" }, 81).join(" ")).toBe(
      "serve /m --host 127.0.0.1 --port 81 --served-model-name tiny --dtype auto --tensor-parallel-size 2 " +
        "--generation-config vllm --max-model-len 4096 --x",
    );
    const env = serverEnvironment({ PATH: "/bin", OPENAI_API_KEY: "k", HF_TOKEN: "t" }, "0,1");
    expect(env).toMatchObject({ PATH: "/bin", CUDA_VISIBLE_DEVICES: "0,1", HF_HUB_OFFLINE: "1" });
    expect(Object.keys(env).filter((name) => /KEY|TOKEN/.test(name))).toEqual([]);
  });
});

function services(env: Record<string, string> = {}) {
  return testServices({ PATH: process.env.PATH ?? "", ...env });
}

async function vllm(config: Record<string, unknown> = {}, env: Record<string, string> = {}) {
  return adapter.create(adapter.config.parse({ executable, stopGraceMs: 2000, ...config }), services(env));
}

async function startFails(
  config: Record<string, unknown>,
  env: Record<string, string> = {},
): Promise<AppError> {
  const server = await vllm(config, env);
  return server.start(checkpoint(), { signal: never }).then(
    () => expect.unreachable(),
    (error: AppError) => error,
  );
}

function enginePid(text: string): number | undefined {
  const found = /engine (\d+)/.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** A process (or, negative, a group) of which nothing but the dead is left. */
async function expectGone(pid: number | undefined): Promise<void> {
  expect(pid).toBeDefined();
  await until(() => {
    try {
      process.kill(pid!, 0);
      return undefined;
    } catch {
      return true;
    }
  });
}

async function until<T>(probe: () => T | undefined): Promise<T> {
  for (let i = 0; i < 200; i++) {
    const value = probe();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("it did not happen within 10 s");
}

function hostProgram(): string {
  const module = new URL("../../src/util/supervised-process.ts", import.meta.url).href;
  return `
    const { superviseProcess } = await import(${JSON.stringify(module)});
    const child = superviseProcess(["sleep", "600"], { env: process.env });
    setTimeout(() => process.stdout.write(JSON.stringify({ group: child.group })), 200);
    setInterval(() => {}, 1000);
  `;
}
