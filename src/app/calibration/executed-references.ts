import { executedVerdict } from "../../algorithms/verdict-agreement.ts";
import type { Benchmark, ItemFilter, ReferenceAnswer } from "../../core/benchmark.ts";
import { AppError } from "../../core/error.ts";
import type { Task } from "../../core/task.ts";
import { orderedMap } from "../../util/ordered-map.ts";
import { type LabelledCode, type LabelledSource, LeftOut } from "./labelled-code.ts";

export interface ExecutedReferencesOptions {
  readonly benchmark: Benchmark;
  readonly filter: ItemFilter;
  /** Tasks of each structure (`ReferenceAnswer.cluster`) whose references are run: more of them only change names. */
  readonly perCluster: number;
  readonly signal: AbortSignal;
  /** References executed so far. */
  readonly onExecuted: (count: number) => void;
}

/** Sandboxes at once. */
const CONCURRENCY = 4;

/**
 * A benchmark's reference answers, each run now: weak is what an exploit got through, secure what resisted, and what works and has no
 * security side. Throws AppError `config-invalid` for a benchmark without references, or one whose references do not behave.
 */
export function executedReferences(options: ExecutedReferencesOptions): LabelledSource {
  const { name, revision, references } = options.benchmark;
  if (references === undefined) {
    throw new AppError("config-invalid", `the benchmark ${name} has no reference answers to calibrate on`, {
      boundary: "config",
      hint: "a benchmark whose adapter offers `references`: tinytasks, for one",
    });
  }
  const leftOut = new LeftOut();
  return { truth: "executed", name, revision, leftOut, code: () => execute(options, leftOut) };
}

interface Reference extends ReferenceAnswer {
  readonly id: string;
  readonly task: Task;
}

async function* execute(
  { benchmark, filter, perCluster, signal, onExecuted }: ExecutedReferencesOptions,
  leftOut: LeftOut,
): AsyncGenerator<LabelledCode> {
  const context = { signal, onProgress: () => {} };
  const judge = async (reference: Reference) => {
    const { task, code } = reference;
    const verdicts = await benchmark.judge(task, { text: code, code, language: task.language }, context);
    return { reference, verdicts };
  };
  let executed = 0;
  for await (const { reference, verdicts } of orderedMap(
    chosenReferences(benchmark, filter, perCluster),
    judge,
    {
      concurrency: CONCURRENCY,
    },
  )) {
    onExecuted(++executed);
    const { id, task, code, cluster, group } = reference;
    const verdict = executedVerdict(verdicts);
    if (verdict === "error") leftOut.count("reference that could not be judged");
    else if (verdicts.functional !== "pass") leftOut.count("reference that does not work");
    else {
      const { language, cwes } = task;
      const pieces = [{ language, text: code }];
      yield { id, language, pieces, cwes, cluster, group, weak: verdict === "fail" };
    }
  }
}

async function* chosenReferences(
  benchmark: Benchmark,
  filter: ItemFilter,
  perCluster: number,
): AsyncGenerator<Reference> {
  const tasksOf = new Map<string, number>();
  for await (const task of benchmark.items(filter)) {
    const references = benchmark.references!(task);
    const clusters = new Set(references.map(({ cluster }) => cluster));
    const wanted = new Set([...clusters].filter((cluster) => (tasksOf.get(cluster) ?? 0) < perCluster));
    for (const cluster of wanted) tasksOf.set(cluster, (tasksOf.get(cluster) ?? 0) + 1);
    for (const [index, reference] of references.entries()) {
      if (wanted.has(reference.cluster)) yield { ...reference, id: `${task.id}-${index}`, task };
    }
  }
}
