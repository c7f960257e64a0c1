import type { AnalysisOutcome, Analyzer, SourceFile } from "../core/analyzer.ts";
import type { Benchmark, Verdicts } from "../core/benchmark.ts";
import type { CallOptions, CallResult, Executor } from "../core/call.ts";
import { AppError } from "../core/error.ts";
import type { Json } from "../core/json.ts";
import type { GenerateReply, GenerateRequest, Model, SliceReply } from "../core/model.ts";
import type { ModelHandle, Outcome } from "../core/model-handle.ts";
import type { AnalyzerHandle, BenchmarkHandle } from "../core/stage.ts";
import { orderedMap } from "../util/ordered-map.ts";
import { Semaphore } from "../util/semaphore.ts";
import { type AdapterPool, type Binding, type CallBinding, makeCall } from "./binding.ts";
import { fanOut, itemError } from "./fan-out.ts";

export interface HandleContext {
  readonly executor: Executor;
  readonly pool: AdapterPool;
  readonly options: CallOptions;
  /** Sandboxed executions at once. */
  readonly cpuConcurrency: number;
}

/** A model as stages see it. Needs the instance for its slice and concurrency; calls still go through the executor. */
export async function modelHandle(
  binding: CallBinding,
  role: string,
  stepContext: HandleContext,
): Promise<ModelHandle> {
  const context = inRole(role, stepContext);
  const model = await context.pool.get<Model>(binding);
  return {
    ref: model.ref,
    generate: (items, request, total) =>
      model.slice === undefined
        ? generateEach(binding, model, items, request, context)
        : generateSlices(binding, { size: model.slice, total: total ?? null }, items, request, context),
  };
}

export async function benchmarkHandle(
  binding: Binding,
  stepContext: HandleContext,
): Promise<BenchmarkHandle> {
  const context = inRole(binding.adapter, stepContext);
  const benchmark = await context.pool.get<Benchmark>(binding);
  return {
    name: binding.adapter,
    splits: benchmark.splits,
    items: (filter) => benchmark.items(filter),
    prompt: (task) => benchmark.prompt(task),
    extract: (text, task) => benchmark.extract(text, task),
    judge: (items, answer) =>
      mapOutcomes(
        fanOut(
          items,
          (item) => makeCall(binding, "judge", answer(item) as unknown as Json),
          context.executor,
          context.options,
          context.cpuConcurrency,
        ),
        (result) => result.value as unknown as Verdicts,
      ),
  };
}

/** Files of one analyzer call: enough to pay for a tool's start, few enough for a kill to cost little. */
const ANALYZED_TOGETHER = 128;

export async function analyzerHandle(
  name: string,
  binding: Binding,
  context: HandleContext,
): Promise<AnalyzerHandle> {
  const { weights, findsNothing } = await context.pool.get<Analyzer>(binding);
  const own = inRole(name, context);
  return { name, weights, findsNothing, analyze: (items, file) => analyzeBatches(binding, items, file, own) };
}

function inRole(role: string, context: HandleContext): HandleContext {
  return { ...context, options: { ...context.options, role } };
}

/** One batch at a time: an analyzer spreads its own batch over processes. */
async function* analyzeBatches<I>(
  binding: Binding,
  items: AsyncIterable<I> | Iterable<I>,
  file: (item: I) => SourceFile,
  { executor, options }: HandleContext,
): AsyncGenerator<Outcome<I, AnalysisOutcome>> {
  for await (const batch of chunks(items, ANALYZED_TOGETHER)) {
    try {
      const call = makeCall(binding, "analyze", batch.map(file) as unknown as Json);
      const { value, cached } = await executor.run(call, options);
      const outcomes = value as unknown as AnalysisOutcome[];
      yield* batch.map((item, index) => ({ item, ok: true as const, value: outcomes[index]!, cached }));
    } catch (thrown) {
      const error = itemError(thrown, options.signal);
      // The model that it asks has run out of memory, or its worker is gone: as in generateSlices.
      if (error.boundary === "trainer") throw error;
      yield* batch.map((item) => ({ item, ok: false as const, error }));
    }
  }
}

async function* generateEach<I>(
  binding: CallBinding,
  model: Model,
  items: AsyncIterable<I> | Iterable<I>,
  request: (item: I) => GenerateRequest,
  { executor, options }: HandleContext,
): AsyncGenerator<Outcome<I, GenerateReply>> {
  const shared = placesOf(model);
  const bounded: Executor = {
    run: (call, callOptions) => shared.use(() => executor.run(call, callOptions)),
  };
  const call = (item: I) => {
    const { sampleIndex, ...rest } = request(item);
    return makeCall(binding, "generate", { ...rest, sampleIndex } as unknown as Json, sampleIndex);
  };
  yield* mapOutcomes(
    fanOut(items, call, bounded, options, model.concurrency),
    (result) => result.value as unknown as GenerateReply,
  );
}

const places = new WeakMap<Model, Semaphore>();

/**
 * Steps that run side by side share the places of a model, and a place is held until the reply is committed: a killed run
 * repeats at most `concurrency` requests.
 */
function placesOf(model: Model): Semaphore {
  const known = places.get(model);
  if (known !== undefined) return known;
  const made = new Semaphore(model.concurrency);
  places.set(model, made);
  return made;
}

/** Slices are cut from the whole ordered input, whatever the memo holds. One is computed while the next is collected. */
async function* generateSlices<I>(
  binding: CallBinding,
  { size, total }: { size: number; total: number | null },
  items: AsyncIterable<I> | Iterable<I>,
  request: (item: I) => GenerateRequest,
  { executor, options }: HandleContext,
): AsyncGenerator<Outcome<I, GenerateReply>> {
  const work = async (slice: I[], index: number): Promise<Outcome<I, GenerateReply>[]> => {
    const onProgress: CallOptions["onProgress"] = (progress) =>
      options.onProgress?.({ ...progress, done: index * size + progress.done, total });
    try {
      const call = makeCall(binding, "generate-slice", slice.map(request) as unknown as Json);
      const result = await executor.run(call, { ...options, onProgress });
      const replies = result.value as unknown as SliceReply[];
      return slice.map((item, index) => sliceOutcome(item, replies[index]!, result.cached));
    } catch (thrown) {
      const error = itemError(thrown, options.signal);
      // Out of memory, or the worker is gone: hundreds of items are no items' failures, and the next slices would go the same way.
      if (error.boundary === "trainer") throw error;
      return slice.map((item) => ({ item, ok: false, error }));
    }
  };
  for await (const outcomes of orderedMap(chunks(items, size), work, { concurrency: 1 })) yield* outcomes;
}

function sliceOutcome<I>(item: I, reply: SliceReply, cached: boolean): Outcome<I, GenerateReply> {
  if (!("failure" in reply)) return { item, ok: true, value: reply, cached };
  const { code, message, hint } = reply.failure;
  return { item, ok: false, error: new AppError(code, message, { boundary: "provider", hint }) };
}

async function* chunks<I>(items: AsyncIterable<I> | Iterable<I>, size: number): AsyncGenerator<I[]> {
  let chunk: I[] = [];
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length === size) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}

async function* mapOutcomes<I, T>(
  outcomes: AsyncIterable<Outcome<I, CallResult>>,
  value: (result: CallResult) => T,
): AsyncGenerator<Outcome<I, T>> {
  for await (const outcome of outcomes) {
    if (outcome.ok) yield { ...outcome, value: value(outcome.value) };
    else yield outcome;
  }
}
