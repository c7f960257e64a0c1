import { describe, expect, test } from "vitest";
import { runStage } from "../../test/fixtures/stages/memory-context.ts";
import { tasks } from "../../test/fixtures/stages/rows.ts";
import { AppError } from "../core/error.ts";
import type { Task } from "../core/task.ts";
import { stage as loadTasks } from "./load-tasks.ts";

test("load-tasks: a dataset that gives no tasks is a mistake and not an empty result", async () => {
  const empty = runStage(loadTasks, { params: {}, dataset: [] });
  await expect(empty).rejects.toMatchObject({ code: "data-invalid", message: "the dataset holds no tasks" });
});

test("load-tasks: rows that cannot be read are failures, and cost no other row", async () => {
  const bad = new AppError("data-invalid", "row 7: no question", { boundary: "dataset" });
  const { outputs, failures } = await runStage(loadTasks, {
    dataset: [tasks[0]!, { row: "7", bad }, tasks[1]!],
  });
  expect(outputs.tasks).toEqual(tasks.slice(0, 2));
  expect(failures).toEqual([{ item: "7", code: "data-invalid" }]);
});

test("load-tasks: where answers are to be executed, a task without tests is told before anything is paid for", async () => {
  const tested = { ...tasks[0]!, oracle: { benchmark: "fake", item: "0" } };
  const all = runStage(loadTasks, { dataset: [tested, tasks[1]!], params: { needsTests: true } });
  await expect(all).rejects.toMatchObject({
    message: "test 0 has no tests that could be executed",
    hint: expect.stringContaining("gates"),
  });
  expect(
    (await runStage(loadTasks, { dataset: [tested], params: { needsTests: true } })).outputs.tasks,
  ).toEqual([tested]);
});

describe("load-tasks: down-sampling", () => {
  const load = async (params: object, rows = tasks, seed = 0) =>
    (await runStage(loadTasks, { dataset: rows, params, seed })).outputs.tasks as Task[];

  const inOrderOf = (some: readonly Task[]) => {
    const ids = new Set(some.map(({ id }) => id));
    return tasks.filter(({ id }) => ids.has(id));
  };

  test("a share keeps dataset order, depends on the seed, and a larger share holds a smaller one", async () => {
    const tenth = await load({ sampleShare: 0.1 });
    const third = await load({ sampleShare: 0.3 });
    expect(tenth.length).toBeGreaterThan(20);
    expect(tenth.length).toBeLessThan(65);
    expect(inOrderOf(tenth)).toEqual(tenth);
    expect(third).toEqual(expect.arrayContaining(tenth));
    expect(await load({ sampleShare: 0.1 }, tasks, 1)).not.toEqual(tenth);
  });

  test("a count is exact, is not the first rows, and does not depend on the order of the dataset", async () => {
    const drawn = await load({ sampleCount: 50 });
    expect(drawn).toHaveLength(50);
    expect(drawn).not.toEqual(tasks.slice(0, 50));
    expect(inOrderOf(drawn)).toEqual(drawn);
    const reversed = await load({ sampleCount: 50 }, tasks.toReversed());
    expect(new Set(reversed)).toEqual(new Set(drawn));
    expect(await load({ sampleCount: 1000 })).toEqual(tasks);
  });

  test("of rows that cannot be read as small a share fails as of tasks is kept: a few in many do not end a small step", async () => {
    const bad = new AppError("data-invalid", "no question", { boundary: "dataset" });
    const rows = tasks.flatMap((one, at) => (at % 4 === 0 ? [one, { row: `bad ${at}`, bad }] : [one]));
    for (const params of [{ sampleCount: 40 }, { sampleShare: 0.1 }]) {
      const { outputs, failures, stats } = await runStage(loadTasks, { dataset: rows, params });
      expect(outputs.tasks).toEqual(await load(params));
      expect(failures.length).toBeGreaterThan(2);
      expect(failures.length).toBeLessThan(22);
      expect(stats).toMatchObject({ unreadable: 100 });
    }
    const all = await runStage(loadTasks, { dataset: rows, params: { sampleCount: 1000 } });
    expect(all.failures).toHaveLength(100);
  });

  test("without sampling the first rows are taken, duplicates once; both settings at once are refused", async () => {
    expect(await load({ limit: 3 })).toEqual(tasks.slice(0, 3));
    const twice = await runStage(loadTasks, { dataset: [tasks[0]!, tasks[0]!, tasks[1]!] });
    expect(twice.stats).toEqual({ tasks: 2, "duplicates dropped": 1 });
    expect(await load({ sampleShare: 1, limit: 2 })).toEqual(tasks.slice(0, 2));
    await expect(load({ sampleShare: 0.5, sampleCount: 5 })).rejects.toThrow(/one of/);
  });
});
