import { type OperationContext, operationContext } from "../core/adapter.ts";
import { type Analyzer, isTransient, type SourceFile } from "../core/analyzer.ts";
import type { Answer, Benchmark, Verdicts } from "../core/benchmark.ts";
import type { Call, CallOptions } from "../core/call.ts";
import { AppError, boundary } from "../core/error.ts";
import type { Usage } from "../core/generation.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { GenerateRequest, Model, ScoreRequest, SliceReply } from "../core/model.ts";
import type { Task } from "../core/task.ts";
import type { Trainer, TrainParams } from "../core/trainer.ts";

/** What an operation gave: whether it may be kept, and what it used. */
export interface OperationResult {
  readonly value: Json;
  readonly usage?: Usage | undefined;
  /** False for results that another attempt may better (a grader's fault). */
  readonly keep: boolean;
}

type Operation = (instance: never, call: Call, context: OperationContext) => Promise<OperationResult>;

/** The operations of the stateless ports, by `port.op`. A new port adds a line here. */
const operations: Record<string, Operation> = {
  "model.generate": async (model: Model, call, context) => {
    const reply = await model.generate(call.request as unknown as GenerateRequest, context);
    return { value: json(reply), usage: totalUsage([reply]), keep: true };
  },
  "model.generate-slice": async (model: Model, call, context) => {
    if (model.generateSlice === undefined) throw unsupported(call);
    const replies = await model.generateSlice(call.request as unknown as GenerateRequest[], context);
    return { value: json(replies), usage: totalUsage(replies), keep: true };
  },
  "model.score": async (model: Model, call, context) => {
    if (model.score === undefined) throw unsupported(call);
    return { value: json(await model.score(call.request as unknown as ScoreRequest[], context)), keep: true };
  },
  "benchmark.judge": async (benchmark: Benchmark, call, context) => {
    const { task, answer } = call.request as unknown as { task: Task; answer: Answer };
    const verdicts: Verdicts = await benchmark.judge(task, answer, context);
    const keep = verdicts.functional !== "error" && verdicts.secure !== "error";
    return { value: json(verdicts), keep };
  },
  "analyzer.analyze": async (analyzer: Analyzer, call, context) => {
    const batch = call.request as unknown as SourceFile[];
    const outcomes = await boundary("analyzer", "analyzer-failed", "the analyzer stopped", () =>
      analyzer.analyze(batch, context),
    );
    if (outcomes.length !== batch.length) {
      throw new AppError(
        "analyzer-failed",
        `${call.adapter} gave ${outcomes.length} outcomes for ${batch.length} files`,
        { boundary: "analyzer" },
      );
    }
    return { value: json(outcomes), keep: !outcomes.some(isTransient) };
  },
  "trainer.train": async (trainer: Trainer, call, context) => {
    const paths = call.transport as unknown as TrainPaths;
    const request = call.request as unknown as { checkpoint: string; rows: string; params: TrainParams };
    const result = await trainer.train(
      {
        checkpoint: { path: paths.checkpointPath, sha256: request.checkpoint },
        rowsFile: paths.rowsFile,
        rowsSha256: request.rows,
        params: request.params,
        outputDirectory: paths.outputDirectory,
        scratch: paths.scratch,
      },
      context,
    );
    // The checkpoint lies in the output directory, which the action cache keeps; the reply alone would be of no use.
    return { value: json(result), keep: false };
  },
};

/** Where a train call's files are on this machine: transport, because the request names them by hash. */
export interface TrainPaths {
  readonly checkpointPath: string;
  readonly rowsFile: string;
  readonly outputDirectory: string;
  readonly scratch: string;
}

export async function runOperation(
  instance: unknown,
  call: Call,
  options: CallOptions,
  model?: OperationContext["model"],
): Promise<OperationResult> {
  const operation = operations[`${call.port}.${call.op}`];
  if (operation === undefined) throw unsupported(call);
  const context = operationContext(options);
  return operation(instance as never, call, model === undefined ? context : { ...context, model });
}

function unsupported(call: Call): AppError {
  return new AppError("config-invalid", `${call.adapter} cannot do ${call.port}.${call.op}`, {
    boundary: "config",
    hint: "bind the role to an adapter that can; `sectune doctor` lists them",
  });
}

function totalUsage(replies: readonly SliceReply[]): Usage {
  let input = 0;
  let output = 0;
  for (const reply of replies) {
    if ("failure" in reply) continue;
    for (const sample of reply.samples) {
      input += sample.usage.input;
      output += sample.usage.output;
    }
  }
  return { input, output };
}

function json(value: unknown): Json {
  return value as JsonObject;
}
