import type { VllmConfig } from "./config.ts";

/** Arguments of `vllm`, without the program's name. */
export function serveArguments(
  config: VllmConfig,
  checkpoint: { path: string; name: string },
  port: number,
): string[] {
  const args = ["serve", checkpoint.path, "--host", "127.0.0.1", "--port", String(port)];
  args.push("--served-model-name", checkpoint.name, "--dtype", config.dtype);
  args.push("--tensor-parallel-size", String(config.tensorParallelSize));
  // Sampling settings come from requests alone, not from a generation_config.json beside the weights.
  args.push("--generation-config", "vllm");
  if (config.maxModelLen !== undefined) args.push("--max-model-len", String(config.maxModelLen));
  if (config.gpuMemoryUtilization !== undefined)
    args.push("--gpu-memory-utilization", String(config.gpuMemoryUtilization));
  return [...args, ...config.args];
}

/** The environment without keys and tokens: a server of local weights needs none. Offline, and without usage reports. */
export function serverEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  gpus: string | undefined,
): Record<string, string | undefined> {
  const secret = /(KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS?)$/i;
  const kept = Object.entries(env).filter(([name]) => !secret.test(name));
  return {
    ...Object.fromEntries(kept),
    HF_HUB_OFFLINE: "1",
    HF_HUB_DISABLE_TELEMETRY: "1",
    VLLM_NO_USAGE_STATS: "1",
    ...(gpus === undefined ? {} : { CUDA_VISIBLE_DEVICES: gpus }),
  };
}
