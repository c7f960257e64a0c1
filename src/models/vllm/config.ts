import { z } from "zod";

export const VllmConfigSchema = z.strictObject({
  executable: z.string().min(1).default("vllm").describe("The vllm command: a name on PATH or a path."),
  args: z.array(z.string()).default([]).describe("Further arguments of `vllm serve`, after ours."),
  dtype: z.enum(["auto", "bfloat16", "float16", "float32"]).default("auto"),
  tensorParallelSize: z
    .number()
    .int()
    .positive()
    .default(1)
    .describe("GPUs one copy of the model is split over."),
  maxModelLen: z.number().int().positive().optional().describe("Longest prompt plus answer, in tokens."),
  gpuMemoryUtilization: z
    .number()
    .gt(0)
    .max(1)
    .optional()
    .describe("Share of GPU memory that vLLM takes (0.9)."),
  gpus: z
    .string()
    .regex(/^\d+(,\d+)*$/, "GPU numbers like 0,1")
    .optional()
    .describe("CUDA_VISIBLE_DEVICES."),
  port: z.number().int().min(0).max(65535).default(0).describe("0: a free one."),
  startTimeoutMs: z.number().int().positive().default(1_200_000).describe("Loading and compiling included."),
  stopGraceMs: z.number().int().nonnegative().default(10_000),
});
export type VllmConfig = z.infer<typeof VllmConfigSchema>;

/** What does not change answers. `tensorParallelSize` does: it reorders sums. */
export const transportFields = [
  "executable",
  "gpuMemoryUtilization",
  "gpus",
  "port",
  "startTimeoutMs",
  "stopGraceMs",
] as const satisfies readonly (keyof VllmConfig)[];
