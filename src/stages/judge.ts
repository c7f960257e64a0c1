import { z } from "zod";
import { AppError } from "../core/error.ts";
import type { Generation } from "../core/generation.ts";
import type { Judgement } from "../core/judgement.ts";
import { generationRows, judgementRows, taskRows } from "../core/row-schemas.ts";
import { defineStage, type StageContext } from "../core/stage.ts";
import type { Task } from "../core/task.ts";

/** Executes answers against their task's oracle in the sandbox. Grader faults are `error` verdicts, never passes. */
export const stage = defineStage({
  name: "judge",
  version: 1,
  summary: "execute answers against functional and security tests in the sandbox",
  params: z.strictObject({}),
  inputs: { tasks: "task", generations: "generation" },
  outputs: { judgements: { kind: "rows", schema: judgementRows } },
  uses: { benchmarks: true },
  async run(context: StageContext<Record<string, never>>) {
    const tasks = new Map<string, Task>();
    for await (const task of context.rows("tasks", taskRows)) tasks.set(task.id, task);
    const generations = context.rows("generations", generationRows);
    const output = context.output("judgements", judgementRows);
    const counts = { passed: 0, errors: 0 };
    let done = 0;

    // Runs of items with the same oracle go to it in one fan-out, so that a mixed file keeps its order.
    for await (const group of byOracle(generations, tasks)) {
      const benchmark = context.benchmark(group.benchmark);
      const outcomes = benchmark.judge(group.items, ({ generation, task }) => ({
        task,
        answer: {
          text: generation.text,
          language: task.language,
          code: benchmark.extract(generation.text, task),
        },
      }));
      for await (const outcome of outcomes) {
        const { generation } = outcome.item;
        const row: Judgement = outcome.ok
          ? { ...identity(generation), oracle: "tests", ...outcome.value, durationMs: undefined }
          : graderError(generation, outcome.error);
        if (row.functional === "error" || row.secure === "error") {
          counts.errors++;
          context.markProvisional();
        }
        if (row.functional === "pass") counts.passed++;
        await output.write(row);
        context.progress({ done: ++done, total: generations.count });
      }
    }
    context.stat("functional", counts.passed);
    context.stat("errors", counts.errors);
  },
});

interface Item {
  readonly generation: Generation;
  readonly task: Task;
}

async function* byOracle(
  generations: AsyncIterable<Generation>,
  tasks: ReadonlyMap<string, Task>,
): AsyncGenerator<{ benchmark: string; items: Item[] }> {
  const SIZE = 2048;
  let benchmark = "";
  let items: Item[] = [];
  for await (const generation of generations) {
    const task = tasks.get(generation.taskId);
    if (task?.oracle === undefined) {
      throw new AppError("data-invalid", `generation ${generation.id} has no task with an oracle`, {
        boundary: "dataset",
        hint: "executing answers needs tasks with tests; for tasks without, `params.gates: [complete, reasoning, code]` in secpi",
      });
    }
    if (items.length === SIZE || (items.length > 0 && task.oracle.benchmark !== benchmark)) {
      yield { benchmark, items };
      items = [];
    }
    benchmark = task.oracle.benchmark;
    items.push({ generation, task });
  }
  if (items.length > 0) yield { benchmark, items };
}

function identity(generation: Generation): Pick<Judgement, "generationId" | "taskId" | "sampleIndex"> {
  const { id, taskId, sampleIndex } = generation;
  return { generationId: id, taskId, sampleIndex };
}

function graderError(generation: Generation, error: AppError): Judgement {
  return {
    ...identity(generation),
    functional: "error",
    secure: "error",
    oracle: "tests",
    findings: [],
    reasons: [error.code],
    evidence: error.message,
  };
}
