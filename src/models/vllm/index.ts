import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Adapter } from "../../core/adapter.ts";
import { messageOf } from "../../core/error.ts";
import type { Server } from "../../core/server.ts";
import { findExecutable } from "../../util/find-executable.ts";
import { serverEnvironment } from "./command.ts";
import { transportFields, type VllmConfig, VllmConfigSchema } from "./config.ts";
import { installHint, VllmServer } from "./vllm-server.ts";

/** Importing vLLM takes ten seconds and more. */
const versionTimeoutMs = 120_000;

/** Serves a checkpoint with vLLM on this machine's GPUs. */
export const server: Adapter<Server, VllmConfig> = {
  name: "vllm",
  version: "1",
  summary: "Serves a checkpoint with `vllm serve` on this machine's GPUs.",
  config: VllmConfigSchema,
  transport: transportFields,
  create: (config, services) => new VllmServer(config, services),
  async probe(config, services) {
    const program = await findExecutable(config.executable, services.env.PATH);
    if (program === null)
      return { available: false, reason: `there is no program "${config.executable}"`, hint: installHint };
    try {
      const env = serverEnvironment(services.env, config.gpus);
      const { stdout } = await promisify(execFile)(program, ["--version"], {
        env,
        timeout: versionTimeoutMs,
      });
      return { available: true, version: stdout.trim().split(/\s+/).at(-1) };
    } catch (error) {
      return { available: false, reason: `${program} does not run: ${messageOf(error)}`, hint: installHint };
    }
  },
};
