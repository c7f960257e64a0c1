import type { z } from "zod";
import type { AnalysisOutcome, SourceFile } from "./analyzer.ts";
import type { RowSchema } from "./artifact.ts";
import type { Answer, ItemFilter, Verdicts } from "./benchmark.ts";
import type { CallProgress } from "./call.ts";
import type { BadRow } from "./dataset.ts";
import type { AppError } from "./error.ts";
import type { Message } from "./message.ts";
import type { ModelHandle, Outcome } from "./model-handle.ts";
import type { Task } from "./task.ts";
import type { TrainParams, TrainResult } from "./trainer.ts";

/** What a stage leaves behind. `rows` of a named schema, or a directory. Every stage may also leave `failures`. */
export type OutputSpec =
  | { readonly kind: "rows"; readonly schema: RowSchema<unknown> }
  | { readonly kind: "directory"; readonly schema: string };

/**
 * One kind of step: streams rows over named inputs and outputs. A stage does no I/O of its own: files, models, sandboxes
 * and time come through the context, so that the engine can cache, resume, count and distribute.
 */
export interface Stage<Params = never> {
  readonly name: string;
  /** Raised when equal inputs and params would give other outputs. Part of the action key. */
  readonly version: number;
  readonly summary: string;
  readonly params: z.ZodType<Params>;
  /**
   * Input names → schema name they must have (`generation`), or `directory`. A name that ends in `?` is optional, one that
   * ends in `*` stands for any number of inputs that begin with it.
   */
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, OutputSpec>>;
  /** Which bindings of the recipe it takes, by the stage's own names. They become part of the action key. */
  readonly uses?: StageUses | undefined;
  /** Prompt texts it reads, given the params: their hashes are part of the action key. */
  prompts?(params: Params): readonly string[];
  /** The `{{places}}` that those prompts have, or may have. */
  readonly promptPlaces?: Readonly<Record<string, "needed" | "allowed">> | undefined;
  /** Splits of a benchmark that its params name; each must have a security side. */
  securitySplits?(params: Params): { readonly benchmark: string; readonly splits: readonly string[] };
  /** Items of a benchmark that it takes: of the splits that its params name, or of those that the benchmark gives by itself. */
  items?(params: Params): { readonly benchmark: string; readonly splits?: readonly string[] | undefined };
  /** What it will give a trainer under the run's seed: the trainer is asked before the first step whether it can. */
  trainParams?(params: Params, seed: number): TrainParams;
  /** Share of items that may fail before the stage does (default 0.01). */
  readonly tolerance?: number | undefined;
  run(context: StageContext<Params>): Promise<void>;
}

export interface StageUses {
  readonly models?: readonly string[];
  readonly dataset?: boolean;
  readonly benchmarks?: boolean;
  readonly analyzers?: boolean;
  /** The languages' own parsers, for what analyzers could not parse; a step may be without them. */
  readonly parser?: boolean;
  readonly trainer?: boolean;
}

/** Inputs as the stage reads them: a stream in file order, with the count known beforehand. */
export interface RowsInput<T> extends AsyncIterable<T> {
  readonly count: number;
}

export interface RowsOutput<T> {
  write(row: T): Promise<void>;
}

export interface BenchmarkHandle {
  readonly name: string;
  readonly splits: readonly { readonly name: string; readonly title: string; readonly security: boolean }[];
  items(filter: ItemFilter): AsyncIterable<Task>;
  prompt(task: Task): Message[];
  extract(text: string, task: Task): string | null;
  judge<I>(
    items: AsyncIterable<I> | Iterable<I>,
    answer: (item: I) => { task: Task; answer: Answer },
  ): AsyncIterable<Outcome<I, Verdicts>>;
}

export interface AnalyzerHandle {
  /** As the plan has it: the adapter's name, numbered where several bindings share it. */
  readonly name: string;
  /** What its word weighs by default where several speak, by language. */
  readonly weights?: Readonly<Record<string, number>> | undefined;
  /** As the analyzer has it: its `clean` is no word against findings. */
  readonly findsNothing?: true | undefined;
  /**
   * One outcome per item, in input order. `failed` is a value and never an error; an outcome that is not `ok` says that nothing
   * could be told of its whole batch. Neither is ever clean.
   */
  analyze<I>(
    items: AsyncIterable<I> | Iterable<I>,
    file: (item: I) => SourceFile,
  ): AsyncIterable<Outcome<I, AnalysisOutcome>>;
}

export interface TrainerHandle {
  /** Trains from the rows input into the directory output; resumes from scratch by itself. */
  train(request: {
    model: string;
    rowsInput: string;
    params: TrainParams;
    directoryOutput: string;
  }): Promise<TrainResult>;
}

/** A versioned prompt text from src/prompts. */
export interface Prompt {
  readonly name: string;
  readonly version: string;
  readonly hash: string;
  /** Names of its `{{name}}` places, each once. */
  readonly places: readonly string[];
  /** Fills `{{name}}` places; a missing or unused value throws. */
  render(values: Readonly<Record<string, string>>): string;
}

export interface StageContext<Params> {
  readonly params: Params;
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Directory keyed by the action that survives a kill. */
  readonly scratch: string;
  rows<T>(input: string, schema: RowSchema<T>): RowsInput<T>;
  /** Whether an optional input is connected. */
  has(input: string): boolean;
  /** Names of the connected inputs that begin with `prefix`, in the plan's order: for stages that take any number. */
  inputNames(prefix: string): string[];
  directory(input: string): string;
  output<T>(name: string, schema: RowSchema<T>): RowsOutput<T>;
  /** Path of a directory output, empty at first; sealed when the stage returns. */
  outputDirectory(name: string): string;
  /**
   * Records an item that could not be processed: a row of `failures`, counted in the report. `tolerated`: however many there are, the
   * stage does not fail for them, because who reads its outputs looks at how many are missing.
   */
  fail(item: string, error: AppError, options?: { readonly tolerated: boolean }): Promise<void>;
  /** Says that the outputs rest on something another attempt may better (a grader's fault): they are not reused by later runs. */
  markProvisional(): void;
  /** Small numbers that describe what happened (rows kept, dropped by reason): kept with the action, shown in the report. */
  stat(name: string, value: number): void;
  progress(progress: CallProgress): void;
  prompt(name: string): Prompt;
  model(role: string): ModelHandle;
  dataset(role?: string): {
    rows(options: { limit?: number | undefined }): AsyncIterable<Task | BadRow>;
    licence: string;
  };
  benchmark(name: string): BenchmarkHandle;
  /** The step's analyzers, by name. */
  analyzers(): readonly AnalyzerHandle[];
  /** The languages' own parsers as an analyzer that is `clean` or `unparsable`; null where none can run. */
  parser(): AnalyzerHandle | null;
  trainer(): TrainerHandle;
}

/** Keeps the params type while letting registries hold stages of any params. */
export function defineStage<Params>(stage: Stage<Params>): Stage<Params> {
  return stage;
}
// biome-ignore lint/suspicious/noExplicitAny: a registry holds stages of all params; each validates its own
export type AnyStage = Stage<any>;
