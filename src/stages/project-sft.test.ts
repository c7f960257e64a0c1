import { describe, expect, test } from "vitest";
import { runStage } from "../../test/fixtures/stages/memory-context.ts";
import { generation as answer, taskWithTests as task } from "../../test/fixtures/stages/rows.ts";
import type { Generation } from "../core/generation.ts";
import type { Task } from "../core/task.ts";
import type { SftRow } from "../core/train-row.ts";
import { stage as project } from "./project-sft.ts";

/** The answer of a sample index. */
const generation = (of: Task, index = 0, more: Partial<Generation> = {}): Generation =>
  answer(of, { id: `${of.id}-${index}`, sampleIndex: index, ...more });

describe("project-sft", () => {
  const tasks = Array.from({ length: 20 }, (_, index) => task(`t${index}`));
  const security = tasks.slice(0, 8).map((one) => generation(one));
  const utility = tasks.slice(8).map((one) => generation(one, 0, { reasoning: undefined, variant: "plain" }));
  const run = (params: object) =>
    runStage(project, { inputs: { tasks, generations: security, utility }, params });

  test("the prompt is the bare task, the completion has the reasoning, and the share of utility rows is as asked", async () => {
    const { outputs, stats } = await run({ utilityShare: 0.2 });
    const rows = outputs.rows as SftRow[];
    expect(stats).toEqual({ "security rows": 8, "utility rows": 2 });
    for (const row of rows) {
      expect(row.messages[0]).toEqual({
        role: "user",
        content: tasks.find(({ id }) => id === row.taskId)!.prompt,
      });
      expect(row.messages[1]!.reasoning).toBe(row.purpose === "security" ? "Weakness: none." : undefined);
    }
    expect(rows.map(({ id }) => id)).not.toEqual([...rows].map(({ id }) => id).sort());
    expect((await run({ utilityShare: 0.2 })).outputs.rows).toEqual(rows);
  });

  test("a task that is evaluated, by id, by text or by structure, is left out and counted", async () => {
    const [byId, byText, byCluster] = security.map(({ taskId }) => tasks.find(({ id }) => id === taskId)!);
    const items = [
      byId!,
      { ...byText!, id: "other-1", prompt: `  ${byText!.prompt.replace(" ", "\n")}`, cluster: "other-1" },
      { ...byCluster!, id: "other-2", prompt: "Something else." },
    ];
    const inputs = { tasks, generations: security, utility, items };
    const { outputs, stats } = await runStage(project, { inputs, params: { utilityShare: 0.2 } });
    expect(stats).toMatchObject({ "security rows": 5, "left out: task is evaluated": 3 });
    const trained = new Set((outputs.rows as SftRow[]).map(({ taskId }) => taskId));
    for (const task of [byId, byText, byCluster]) expect(trained.has(task!.id)).toBe(false);
    const all = runStage(project, { inputs: { ...inputs, items: tasks } });
    await expect(all).rejects.toMatchObject({ message: expect.stringContaining("all 20 answers") });
  });

  test("a task that has a trace gives no utility row: it would be taught both ways", async () => {
    const own = tasks.slice(0, 12).map((one) => generation(one, 1, { reasoning: undefined }));
    const inputs = { tasks, generations: security, utility: own };
    const { stats } = await runStage(project, { inputs, params: { utilityShare: 0.5 } });
    expect(stats).toEqual({
      "security rows": 8,
      "utility rows": 4,
      "utility rows left out: task has a trace": 8,
    });
  });

  test("reasoning can be left out, and nothing to train on is an error that says what to do", async () => {
    const thinking = utility.map((one) => ({ ...one, reasoning: "Nothing to find." }));
    const inputs = { tasks, generations: security, utility: thinking };
    const bare = await runStage(project, { inputs, params: { reasoning: false, utilityShare: 0.5 } });
    expect(bare.stats).toEqual({ "security rows": 8, "utility rows": 8 });
    const rows = bare.outputs.rows as SftRow[];
    expect(rows.every(({ messages }) => messages[1]!.reasoning === undefined)).toBe(true);
    const empty = runStage(project, { inputs: { tasks, generations: [], utility } });
    await expect(empty).rejects.toMatchObject({
      code: "stage-failed",
      hint: expect.stringContaining("gates"),
    });
  });
});
