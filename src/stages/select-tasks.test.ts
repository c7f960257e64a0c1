import { describe, expect, test } from "vitest";
import { runStage } from "../../test/fixtures/stages/memory-context.ts";
import { task } from "../../test/fixtures/stages/rows.ts";
import { stage as selectTasks } from "./select-tasks.ts";

describe("select-tasks", () => {
  const [sql, mixed, none, c] = [
    task("sql", ["CWE-89"]),
    task("mixed", ["CWE-89", "CWE-770"]),
    task("none"),
    task("c", ["CWE-787"], "c"),
  ] as const;
  const select = async (params: object, more: object = {}) =>
    (await runStage(selectTasks, { inputs: { tasks: [sql, mixed, none, c], ...more }, params })).outputs
      .tasks;

  test("a task is kept only if all of its CWEs are wanted", async () => {
    expect(await select({ cwes: ["CWE-89"] })).toEqual([sql]);
    expect(await select({ cwes: ["CWE-89", "CWE-770"] })).toEqual([sql, mixed]);
    expect(await select({ languages: ["c"] })).toEqual([c]);
  });
  test("none left is told at once, with what to do", async () => {
    await expect(select({ cwes: ["CWE-22"] })).rejects.toMatchObject({
      message: "no task is of the chosen CWEs and languages (CWE-22), by their labels",
      hint: expect.stringContaining("cwesFrom: classifier"),
    });
  });
  test("the classifier's CWEs take the place of labels where they are connected", async () => {
    const classifications = [{ taskId: none.id, cwes: ["CWE-22"], reply: "CWE-22" }];
    expect(await select({ cwes: ["CWE-22"] }, { classifications })).toEqual([none]);
  });
});
