import { z } from "zod";
import { type BadRow, isBadRow } from "../core/dataset.ts";
import { AppError } from "../core/error.ts";
import { taskRows } from "../core/row-schemas.ts";
import { defineStage, type StageContext } from "../core/stage.ts";
import type { Task } from "../core/task.ts";
import { contentHash } from "../util/hash.ts";

const Params = z
  .strictObject({
    /** At most this many tasks: the first that the dataset gives (which it may itself choose by the seed). */
    limit: z.number().int().positive().optional(),
    /** Reads the whole dataset and keeps each task with this probability, by the seed and the task alone. */
    sampleShare: z.number().gt(0).max(1).optional(),
    /** Reads the whole dataset and keeps this many tasks, drawn by the seed. */
    sampleCount: z.number().int().positive().optional(),
    /** Answers will be executed: a task without tests ends the step, before anything is paid for. */
    needsTests: z.boolean().optional(),
  })
  .refine(({ sampleShare, sampleCount }) => sampleShare === undefined || sampleCount === undefined, {
    message: "one of sampleShare and sampleCount",
  });
type Params = z.infer<typeof Params>;

/**
 * Reads tasks from a dataset, each once, in its order. Down-sampling (SecPI, section 3.1: KodCode-V1 to a share whose number is
 * lost) goes by a keyed hash of each task, so it does not depend on the order of the rows, and a larger share holds a smaller one.
 * Rows that cannot be read are drawn as well: a few in a large dataset are as few of what is kept, and do not end a step that keeps little.
 */
export const stage = defineStage({
  name: "load-tasks",
  version: 2,
  summary: "read coding tasks from a dataset",
  params: Params,
  inputs: {},
  outputs: { tasks: { kind: "rows", schema: taskRows } },
  uses: { dataset: true },
  async run(context: StageContext<Params>) {
    const { limit, sampleShare, sampleCount, needsTests } = context.params;
    const sampled = sampleShare !== undefined || sampleCount !== undefined;
    const output = context.output("tasks", taskRows);
    const lowest = new LowestDraws<Task>(sampleCount ?? 0);
    const bad = new LowestDraws<BadRow>(sampleCount ?? 0);
    const seen = new Set<string>();
    const counts = { read: 0, written: 0, duplicates: 0, unreadable: 0 };
    const write = async (task: Task) => {
      if (needsTests && task.oracle === undefined) throw withoutTests(task);
      counts.written++;
      await output.write(task);
      context.progress({ done: counts.written, total: limit ?? sampleCount ?? null });
    };
    for await (const task of context.dataset().rows({ limit: sampled ? undefined : limit })) {
      context.signal.throwIfAborted();
      if (isBadRow(task)) {
        counts.unreadable++;
        const drawn = sampled ? draw(context.seed, task.row) : 0;
        if (sampleCount !== undefined) bad.add({ row: task, drawn });
        else if (sampleShare === undefined || drawn < sampleShare) await context.fail(task.row, task.bad);
        continue;
      }
      if (sampled && limit !== undefined && counts.written >= limit) break;
      counts.read++;
      if (seen.has(task.id)) {
        counts.duplicates++;
        continue;
      }
      seen.add(task.id);
      const drawn = sampled ? draw(context.seed, task.id) : 0;
      if (sampleCount !== undefined) lowest.add({ row: task, drawn });
      else if (sampleShare === undefined || drawn < sampleShare) await write(task);
    }
    for (const { row: task } of lowest.inOrder().slice(0, limit)) await write(task);
    const highest = lowest.highest;
    for (const { row, drawn } of bad.inOrder()) if (drawn <= highest) await context.fail(row.row, row.bad);
    if (counts.written === 0) throw nothingRead(counts.read);
    context.stat("tasks", counts.written);
    context.stat("duplicates dropped", counts.duplicates);
    if (sampled) context.stat("read", counts.read);
    if (sampled && counts.unreadable > 0) context.stat("unreadable", counts.unreadable);
  },
});

function withoutTests({ origin }: Task): AppError {
  return new AppError("data-invalid", `${origin.dataset} ${origin.row} has no tests that could be executed`, {
    boundary: "dataset",
    hint: "the gates functional, secure and not-insecure need tasks with tests; for others `params.gates: [complete, reasoning, code]`",
  });
}

function nothingRead(read: number): AppError {
  const what = read === 0 ? "holds no tasks" : `holds ${read} tasks, of which the down-sampling kept none`;
  return new AppError("data-invalid", `the dataset ${what}`, {
    boundary: "dataset",
    hint: read === 0 ? "check its path, split and languages in the recipe file" : "keep a larger share",
  });
}

/** A number in [0, 1) that depends on the seed and the row's name alone. */
function draw(seed: number, name: string): number {
  return Number.parseInt(contentHash(["draw", seed, name]).slice(0, 12), 16) / 2 ** 48;
}

interface Drawn<Row> {
  readonly row: Row;
  readonly drawn: number;
}

/** The rows with the lowest draws, holding at most twice as many as wanted. */
class LowestDraws<Row> {
  readonly #wanted: number;
  #held: (Drawn<Row> & { at: number })[] = [];
  #next = 0;

  constructor(wanted: number) {
    this.#wanted = wanted;
  }

  add(drawn: Drawn<Row>): void {
    this.#held.push({ ...drawn, at: this.#next++ });
    if (this.#held.length >= 2 * this.#wanted) this.#cut();
  }

  /** In the order in which they were added. */
  inOrder(): Drawn<Row>[] {
    this.#cut();
    return this.#held.sort((a, b) => a.at - b.at);
  }

  /** The highest draw that is kept; 1 where fewer rows came than are wanted, so that all were kept. */
  get highest(): number {
    this.#cut();
    return this.#held.length < this.#wanted
      ? 1
      : this.#held.reduce((most, { drawn }) => Math.max(most, drawn), 0);
  }

  #cut(): void {
    this.#held = this.#held.sort((a, b) => a.drawn - b.drawn).slice(0, this.#wanted);
  }
}
