import { mkdir } from "node:fs/promises";
import type { Artifact, RowSchema } from "../core/artifact.ts";
import type { CallProgress } from "../core/call.ts";
import type { Dataset } from "../core/dataset.ts";
import { AppError } from "../core/error.ts";
import type { Json } from "../core/json.ts";
import type { ModelHandle } from "../core/model-handle.ts";
import { type Failure, failureRows } from "../core/row-schemas.ts";
import type {
  AnalyzerHandle,
  AnyStage,
  BenchmarkHandle,
  Prompt,
  RowsInput,
  RowsOutput,
  StageContext,
  TrainerHandle,
} from "../core/stage.ts";
import type { TrainResult } from "../core/trainer.ts";
import { type Binding, makeCall } from "./binding.ts";
import { analyzerHandle, benchmarkHandle, type HandleContext, modelHandle } from "./handles.ts";
import type { ObjectStore, PendingRows } from "./object-store.ts";
import type { TrainPaths } from "./operations.ts";
import { readRows } from "./rows-file.ts";

/** Everything a step's stage may reach, resolved. */
export interface StepBindings {
  /** By the stage's own role names. */
  readonly models: Readonly<Record<string, Binding>>;
  /** Local checkpoint of a model role, where it has one: what a trainer starts from. */
  readonly checkpoints: Readonly<Record<string, { path: string; sha256: string }>>;
  readonly datasets: Readonly<Record<string, Binding>>;
  readonly benchmarks: Readonly<Record<string, Binding>>;
  readonly analyzers?: Readonly<Record<string, Binding>> | undefined;
  readonly parser?: Binding | undefined;
  readonly trainer?: Binding | undefined;
}

export interface StepContextOptions {
  readonly stage: AnyStage;
  readonly params: unknown;
  readonly seed: number;
  readonly scratch: string;
  readonly inputs: Readonly<Record<string, Artifact>>;
  readonly prompts: Readonly<Record<string, Prompt>>;
  readonly bindings: StepBindings;
  /** The stage's model roles → the recipe's, where they are called otherwise. */
  readonly modelRoles: Readonly<Record<string, string>>;
  readonly handles: HandleContext;
  readonly objects: ObjectStore;
  readonly onProgress: (progress: CallProgress) => void;
}

/** The context one run of a stage works with: outputs in the making, failures, statistics. */
export class StepContext implements StageContext<unknown> {
  readonly params: unknown;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly scratch: string;
  readonly stats: Record<string, number> = {};
  failures = 0;
  /** Of these, those that the stage is not to fail for. */
  tolerated = 0;
  lastFailure: AppError | null = null;
  /** Set when a result rests on something that another attempt may better: it is not kept in the action cache. */
  provisional = false;
  readonly #options: StepContextOptions;
  readonly #rows: Record<string, PendingRows>;
  readonly #directories: Record<string, string>;
  readonly #models: Record<string, ModelHandle>;
  readonly #benchmarks: Record<string, BenchmarkHandle>;
  readonly #datasets: Record<string, Dataset>;
  readonly #analyzers: readonly AnalyzerHandle[];
  readonly #parser: AnalyzerHandle | null;

  private constructor(options: StepContextOptions, parts: Parts) {
    this.#options = options;
    this.params = options.params;
    this.seed = options.seed;
    this.signal = options.handles.options.signal;
    this.scratch = options.scratch;
    this.#rows = parts.rows;
    this.#directories = parts.directories;
    this.#models = parts.models;
    this.#benchmarks = parts.benchmarks;
    this.#datasets = parts.datasets;
    this.#analyzers = parts.analyzers;
    this.#parser = parts.parser;
  }

  static async create(options: StepContextOptions): Promise<StepContext> {
    const { bindings, handles, objects, stage } = options;
    await mkdir(options.scratch, { recursive: true });
    const rows: Record<string, PendingRows> = { failures: await objects.beginRows(failureRows) };
    const directories: Record<string, string> = {};
    for (const [name, output] of Object.entries(stage.outputs)) {
      if (output.kind === "rows") rows[name] = await objects.beginRows(output.schema);
      else directories[name] = await objects.beginDirectory();
    }
    return new StepContext(options, {
      rows,
      directories,
      models: await mapValues(bindings.models, (binding, name) =>
        modelHandle(binding, options.modelRoles[name] ?? name, handles),
      ),
      benchmarks: await mapValues(bindings.benchmarks, (binding) => benchmarkHandle(binding, handles)),
      datasets: await mapValues(bindings.datasets, (binding) => handles.pool.get<Dataset>(binding)),
      analyzers: await analyzerHandles(bindings.analyzers ?? {}, handles),
      parser: bindings.parser === undefined ? null : await analyzerHandle("parser", bindings.parser, handles),
    });
  }

  rows<T>(input: string, schema: RowSchema<T>): RowsInput<T> {
    const artifact = this.#input(input);
    const path = this.#options.objects.path(artifact);
    return { count: artifact.count, [Symbol.asyncIterator]: () => readRows(path, artifact, schema) };
  }

  has(input: string): boolean {
    return this.#options.inputs[input] !== undefined;
  }

  inputNames(prefix: string): string[] {
    return Object.keys(this.#options.inputs).filter((name) => name.startsWith(prefix));
  }

  directory(input: string): string {
    return this.#options.objects.path(this.#input(input));
  }

  output<T>(name: string, schema: RowSchema<T>): RowsOutput<T> {
    const pending = this.#rows[name];
    if (pending?.writer.schema.name !== schema.name) throw wiring(`no rows output ${name} of ${schema.name}`);
    return { write: (row) => pending.writer.write(row) };
  }

  outputDirectory(name: string): string {
    const path = this.#directories[name];
    if (path === undefined) throw wiring(`no directory output ${name}`);
    return path;
  }

  async fail(item: string, error: AppError, { tolerated } = { tolerated: false }): Promise<void> {
    this.failures++;
    if (tolerated) this.tolerated++;
    else this.lastFailure = error;
    // What came back says nothing about the item: other settings of the way there (maxReplyBytes) may mend it, and change no key.
    if (error.retryable || error.code === "provider-bad-reply") this.provisional = true;
    const row: Failure = { item, code: error.code, boundary: error.boundary, message: error.message };
    await this.#rows.failures!.writer.write(row);
  }

  markProvisional(): void {
    this.provisional = true;
  }

  stat(name: string, value: number): void {
    this.stats[name] = value;
  }

  progress(progress: CallProgress): void {
    this.#options.onProgress(progress);
  }

  prompt(name: string): Prompt {
    const prompt = this.#options.prompts[name];
    if (prompt === undefined)
      throw wiring(`prompt ${name} is not declared by stage ${this.#options.stage.name}`);
    return prompt;
  }

  model(role: string): ModelHandle {
    return this.#models[role] ?? fail(`no model role ${role}`);
  }

  dataset(role = "tasks") {
    const dataset = this.#datasets[role] ?? fail(`no dataset role ${role}`);
    return {
      rows: (options: { limit?: number | undefined }) =>
        dataset.rows({ seed: this.seed, limit: options.limit }),
      licence: dataset.pin.licence,
    };
  }

  benchmark(name: string): BenchmarkHandle {
    return this.#benchmarks[name] ?? fail(`no benchmark ${name}`);
  }

  analyzers(): readonly AnalyzerHandle[] {
    return this.#analyzers;
  }

  parser(): AnalyzerHandle | null {
    return this.#parser;
  }

  trainer(): TrainerHandle {
    const { bindings, handles, objects } = this.#options;
    const binding = bindings.trainer ?? fail("no trainer");
    return {
      train: async ({ model, rowsInput, params, directoryOutput }) => {
        const checkpoint = bindings.checkpoints[model];
        if (checkpoint === undefined) {
          throw new AppError(
            "config-invalid",
            `the model in role ${model} has no local checkpoint to train from`,
            {
              boundary: "config",
              hint: "bind the role to the `local` adapter with a checkpoint directory, hub id or `tiny-coder`",
            },
          );
        }
        const rows = this.#input(rowsInput);
        const paths: TrainPaths = {
          checkpointPath: checkpoint.path,
          rowsFile: objects.path(rows),
          outputDirectory: this.outputDirectory(directoryOutput),
          scratch: this.scratch,
        };
        const request = { checkpoint: checkpoint.sha256, rows: rows.sha256, params } as unknown as Json;
        const call = { ...makeCall(binding, "train", request), transport: { ...paths } };
        const result = await handles.executor.run(call, handles.options);
        return result.value as unknown as TrainResult;
      },
    };
  }

  /** Completes all outputs. */
  async seal(key: string): Promise<Record<string, Artifact>> {
    const { objects, stage } = this.#options;
    const outputs: Record<string, Artifact> = {};
    for (const [name, pending] of Object.entries(this.#rows))
      outputs[name] = await objects.sealRows(pending, key);
    for (const [name, path] of Object.entries(this.#directories)) {
      outputs[name] = await objects.sealDirectory(path, stage.outputs[name]!.schema as string, key);
    }
    return outputs;
  }

  async abandon(): Promise<void> {
    for (const pending of Object.values(this.#rows)) await this.#options.objects.abandonRows(pending);
  }

  /** Items that came out, for the failure tolerance: the largest output. */
  get written(): number {
    const { failures: _, ...outputs } = this.#rows;
    return Math.max(0, ...Object.values(outputs).map((pending) => pending.writer.count));
  }

  #input(name: string): Artifact {
    return this.#options.inputs[name] ?? fail(`no input ${name}`);
  }
}

interface Parts {
  readonly rows: Record<string, PendingRows>;
  readonly directories: Record<string, string>;
  readonly models: Record<string, ModelHandle>;
  readonly benchmarks: Record<string, BenchmarkHandle>;
  readonly datasets: Record<string, Dataset>;
  readonly analyzers: readonly AnalyzerHandle[];
  readonly parser: AnalyzerHandle | null;
}

/** By name, so that their order in the recipe file, which is in no key, changes no output. */
function analyzerHandles(
  bindings: Readonly<Record<string, Binding>>,
  handles: HandleContext,
): Promise<AnalyzerHandle[]> {
  const sorted = Object.entries(bindings).sort(([a], [b]) => (a < b ? -1 : 1));
  return Promise.all(sorted.map(([name, binding]) => analyzerHandle(name, binding, handles)));
}

async function mapValues<A, B>(
  record: Readonly<Record<string, A>>,
  map: (value: A, name: string) => Promise<B>,
) {
  const result: Record<string, B> = {};
  for (const [name, value] of Object.entries(record)) result[name] = await map(value, name);
  return result;
}

function wiring(message: string): AppError {
  return new AppError("internal", `recipe wiring: ${message}`, { boundary: "internal" });
}

function fail(message: string): never {
  throw wiring(message);
}
