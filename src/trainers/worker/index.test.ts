import { resolve } from "node:path";
import { expect, it } from "vitest";
import type { OperationContext, Services } from "../../core/adapter.ts";
import { AppError } from "../../core/error.ts";
import { type TrainJob, type TrainParams, TrainParamsSchema } from "../../core/trainer.ts";
import type { Worker, WorkerJob } from "../../core/worker.ts";
import { trainer } from "./index.ts";

const RESULT = {
  steps: 2,
  rows: 3,
  excludedTooLong: 1,
  tokens: 100,
  lossTokens: 40,
  tokensPerSecond: 50.5,
  peakMemoryBytes: 1e9,
  firstLoss: 2,
  lastLoss: 1,
  device: "cpu/fp32",
};
const context: OperationContext = { signal: new AbortController().signal, onProgress: () => {} };

it("sends the job to the worker with defaults filled in and nothing undefined", async () => {
  const { jobs, port } = await create({});
  expect(await port.train(job({ learningRate: 1e-4, epochs: 3, batchRows: 16 }), context)).toEqual(RESULT);
  expect(jobs).toEqual([
    {
      op: "sft",
      params: TrainParamsSchema.parse({ learningRate: 1e-4, epochs: 3, batchRows: 16 }),
      inputs: {
        checkpoint: { path: "/base", sha256: "aa" },
        rows: { path: "/rows.ndjson", sha256: "bb" },
      },
      outputDirectory: "/out",
      scratch: "/scratch",
    },
  ]);
});

it("uses its accelerate config where the job names none", async () => {
  const { jobs, port } = await create({ accelerateConfig: import.meta.filename });
  await port.train(job({ learningRate: 1e-4, epochs: 1, batchTokens: 4096 }), context);
  expect(jobs[0]?.params.accelerateConfig).toBe(import.meta.filename);
  // The worker runs elsewhere: what it is told is absolute.
  const relative = await create({ accelerateConfig: "package.json" });
  await relative.port.train(job({ learningRate: 1e-4, epochs: 1, batchTokens: 4096 }), context);
  expect(relative.jobs[0]?.params.accelerateConfig).toBe(resolve("package.json"));
});

it.each([
  [{ batchRows: 1, batchTokens: 1 }, /one of batchTokens and batchRows/],
  [{}, /one of batchTokens and batchRows/],
  [{ batchRows: 4, objective: "grpo" }, /does not train grpo/],
  [{ batchRows: 4, accelerateConfig: "/no/such.yaml" }, /no file \/no\/such\.yaml/],
] as const)("refuses %j before a process starts", async (params, reason) => {
  const { jobs, port } = await create({});
  const wrong = job({ learningRate: 1e-4, epochs: 1, ...params });
  expect(() => port.check!(wrong.params)).toThrow(reason);
  const attempt = port.train(wrong, context);
  await expect(attempt).rejects.toThrow(reason);
  await expect(attempt).rejects.toMatchObject({ code: "config-invalid", boundary: "config" });
  expect(jobs).toEqual([]);
});

it("passes the worker's typed errors through and refuses a result of another shape", async () => {
  const oom = new AppError("train-oom", "out of memory", { boundary: "trainer", hint: "lower it" });
  const failing = await create({}, () => Promise.reject(oom));
  await expect(failing.port.train(job({ learningRate: 1, epochs: 1, batchRows: 1 }), context)).rejects.toBe(
    oom,
  );
  const strange = await create({}, () => Promise.resolve({ steps: "many" }));
  await expect(
    strange.port.train(job({ learningRate: 1, epochs: 1, batchRows: 1 }), context),
  ).rejects.toMatchObject({ code: "train-failed" });
});

it("probes by the worker's fingerprint, or says what is missing", async () => {
  const { port } = await create({});
  expect(await port.probe()).toEqual({ available: true, version: "torch=2" });
  const missing = new AppError("prerequisite-missing", "no Python", {
    boundary: "trainer",
    hint: "npm run setup",
  });
  const without = await trainer.create(
    {},
    services(() => Promise.reject(missing)),
  );
  expect(await without.probe()).toEqual({ available: false, reason: "no Python", hint: "npm run setup" });
});

async function create(config: { accelerateConfig?: string }, run?: Worker["run"]) {
  const jobs: WorkerJob[] = [];
  const worker: Worker = {
    fingerprint: async () => "torch=2",
    run:
      run ??
      (async (sent) => {
        jobs.push(sent);
        return RESULT;
      }),
    close: async () => {},
  };
  return {
    jobs,
    port: await trainer.create(
      config,
      services(async () => worker),
    ),
  };
}

function services(worker: Services["worker"]): Services {
  const unused = () => Promise.reject(new Error("not used here"));
  return { env: {}, worker, sandbox: unused, checkpoint: unused, log: () => {} };
}

/** As the engine hands it over, but for the mistakes under test. */
function job(params: Partial<TrainParams>): TrainJob {
  return {
    checkpoint: { path: "/base", sha256: "aa" },
    rowsFile: "/rows.ndjson",
    rowsSha256: "bb",
    params: params as TrainParams,
    outputDirectory: "/out",
    scratch: "/scratch",
  };
}
