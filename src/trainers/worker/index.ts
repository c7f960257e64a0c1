import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { z } from "zod";
import type { Adapter, Availability, OperationContext, Services } from "../../core/adapter.ts";
import { AppError, messageOf } from "../../core/error.ts";
import type { JsonObject } from "../../core/json.ts";
import {
  type Trainer,
  type TrainJob,
  type TrainParams,
  TrainParamsSchema,
  type TrainResult,
  TrainResultSchema,
} from "../../core/trainer.ts";

const ConfigSchema = z.strictObject({
  /** Config for `accelerate launch` (FSDP, DeepSpeed, several GPUs), for jobs that name none. */
  accelerateConfig: z.string().optional(),
});
type Config = z.infer<typeof ConfigSchema>;

/** Objectives the worker's loop has so far, and the op that trains each. */
const OPS: Partial<Record<TrainParams["objective"], "sft">> = { sft: "sft" };

/** Trains in SecTune's own Python worker: this machine's processor or GPUs. */
export const trainer: Adapter<Trainer, Config> = {
  name: "worker",
  version: "1",
  summary: "Trains in the Python worker: full or LoRA, processor or GPUs, resumable to the same weights.",
  config: ConfigSchema,
  transport: [],
  create: (config, services) => new WorkerTrainer(config, services),
  fingerprint: async (_config, services) => (await services.worker()).fingerprint(),
  probe: (_config, services) => probe(services),
};

class WorkerTrainer implements Trainer {
  readonly #config: Config;
  readonly #services: Services;

  constructor(config: Config, services: Services) {
    this.#config = config;
    this.#services = services;
  }

  probe(): Promise<Availability> {
    return probe(this.#services);
  }

  check(params: TrainParams): void {
    this.#checked(params);
  }

  async train(job: TrainJob, context: OperationContext): Promise<TrainResult> {
    const params = this.#checked(job.params);
    const worker = await this.#services.worker();
    const result = await worker.run(
      {
        op: OPS[params.objective]!,
        params: withoutAbsent(params),
        inputs: { checkpoint: job.checkpoint, rows: { path: job.rowsFile, sha256: job.rowsSha256 } },
        outputDirectory: job.outputDirectory,
        scratch: job.scratch,
      },
      context,
    );
    const parsed = TrainResultSchema.safeParse(result);
    if (parsed.success) return parsed.data;
    throw new AppError("train-failed", `the worker's result is not a TrainResult: ${parsed.error.message}`, {
      boundary: "trainer",
      cause: parsed.error,
    });
  }

  #checked(params: TrainParams): TrainParams {
    return checkedParams({ ...this.#config, ...params });
  }
}

/** Refuses what the worker would get wrong, before a process starts. */
function checkedParams(given: TrainParams): TrainParams {
  const parsed = TrainParamsSchema.safeParse(given);
  if (!parsed.success) throw invalid(z.prettifyError(parsed.error));
  const params = parsed.data;
  checkBatch(params);
  if (OPS[params.objective] === undefined) {
    throw invalid(
      `the worker does not train ${params.objective}`,
      `objectives: ${Object.keys(OPS).join(", ")}`,
    );
  }
  if (params.accelerateConfig === undefined) return params;
  // The worker runs in a folder of its own: to it a relative path would be another.
  const accelerateConfig = resolve(params.accelerateConfig.replace(/^~(?=\/)/, homedir()));
  if (!existsSync(accelerateConfig)) {
    throw invalid(`accelerateConfig: no file ${accelerateConfig}`, "`accelerate config` writes one");
  }
  return { ...params, accelerateConfig };
}

function checkBatch({ batchTokens, batchRows }: TrainParams): void {
  if (batchTokens !== undefined && batchRows !== undefined) {
    throw invalid(
      `give one of batchTokens and batchRows, not both (${batchTokens} and ${batchRows})`,
      "take one out: `--set params.train.batchTokens=null` or `--set params.train.batchRows=null`, or its line in the recipe file",
    );
  }
  if (batchTokens === undefined && batchRows === undefined)
    throw invalid("give one of batchTokens and batchRows", "batchTokens: 4096, for example");
}

async function probe(services: Services): Promise<Availability> {
  try {
    const worker = await services.worker();
    return { available: true, version: await worker.fingerprint() };
  } catch (cause) {
    return {
      available: false,
      reason: messageOf(cause),
      hint: cause instanceof AppError ? cause.hint : undefined,
    };
  }
}

function invalid(message: string, hint?: string): AppError {
  return new AppError("config-invalid", `training parameters: ${message}`, { boundary: "config", hint });
}

function withoutAbsent(params: TrainParams): JsonObject {
  return JSON.parse(JSON.stringify(params)) as JsonObject;
}
