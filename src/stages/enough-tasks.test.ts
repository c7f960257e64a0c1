import { expect, test } from "vitest";
import { runStage } from "../../test/fixtures/stages/memory-context.ts";
import { task, tasks } from "../../test/fixtures/stages/rows.ts";
import type { Task } from "../core/task.ts";
import { stage as enoughTasks } from "./enough-tasks.ts";

test("enough-tasks: two for each row that is wanted, drawn by the seed and in their order", async () => {
  const beside = tasks.slice(300, 340);
  const take = async (of: readonly Task[], seed: number) => {
    const inputs = { tasks: of, beside };
    const { outputs, stats } = await runStage(enoughTasks, { inputs, params: { share: 0.2 }, seed });
    expect(stats).toEqual({ taken: 20 });
    return (outputs.tasks as Task[]).map(({ id }) => id);
  };
  const taken = await take(tasks, 0);
  expect(taken).toEqual(tasks.map(({ id }) => id).filter((id) => taken.includes(id)));
  expect(new Set(await take(tasks.toReversed(), 0))).toEqual(new Set(taken));
  expect(new Set(await take(tasks, 1))).not.toEqual(new Set(taken));
});

test("enough-tasks: of the wanted languages alone, even where that is none", async () => {
  const c = [task("g0", [], "c"), task("g1", [], "c")];
  const inputs = { tasks: [tasks[0]!, c[0]!, tasks[1]!, c[1]!], beside: tasks.slice(0, 40) };
  const take = async (...languages: string[]) =>
    (await runStage(enoughTasks, { inputs, params: { share: 0.2, languages } })).outputs.tasks;
  expect(await take("c")).toEqual(c);
  expect(await take("c", "python")).toEqual(inputs.tasks);
  expect(await take("rust")).toEqual([]);
});
