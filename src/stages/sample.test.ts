import { describe, expect, test } from "vitest";
import { runStage } from "../../test/fixtures/stages/memory-context.ts";
import { taskWithTests as task, tasks } from "../../test/fixtures/stages/rows.ts";
import { AppError } from "../core/error.ts";
import type { Generation } from "../core/generation.ts";
import type { Task } from "../core/task.ts";
import { stage as sample } from "./sample.ts";

describe("sample", () => {
  test("asks every task n times under the variant; reasoning stays apart; a failed item is a failure row", async () => {
    const tasks = [task("a"), task("b")];
    const { outputs, failures, requests } = await runStage(sample, {
      inputs: { tasks },
      params: { variant: "secure", samples: 2, maxTokens: 50 },
      reply: ({ messages, sampleIndex }) =>
        messages![0]!.content.includes("Write b.") && sampleIndex === 1
          ? new AppError("provider-timeout", "slow", { boundary: "provider", retryable: true })
          : { text: `answer ${sampleIndex}`, reasoning: "because" },
    });
    expect(requests.map(({ sampleIndex }) => sampleIndex)).toEqual([0, 1, 0, 1]);
    expect(requests[0]!.messages![0]!.content).toMatch(/^Write a\.[\s\S]*security/);
    const rows = outputs.generations as Generation[];
    expect(rows.map(({ taskId, sampleIndex, text }) => [taskId, sampleIndex, text])).toEqual([
      [tasks[0]!.id, 0, "answer 0"],
      [tasks[0]!.id, 1, "answer 1"],
      [tasks[1]!.id, 0, "answer 0"],
    ]);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(3);
    expect(rows[0]!.reasoning).toBe("because");
    expect(failures).toEqual([{ item: `${tasks[1]!.id}#1`, code: "provider-timeout" }]);
  });
});

test("sample: the oracle prompt names the task's CWEs, or those of the classifier", async () => {
  const [labelled, bare] = [task("a", ["CWE-89"]), task("b")];
  const contents = async (inputs: object) => {
    const { requests } = await runStage(sample, {
      inputs: { tasks: [labelled, bare], ...inputs },
      params: { variant: "oracle" },
      reply: () => "x",
    });
    return requests.map(({ messages }) => messages![0]!.content);
  };
  const [first, second] = await contents({});
  expect(first).toContain("CWE-89 (SQL Injection)");
  expect(second).toContain("would have: none.");
  const classifications = [{ taskId: bare!.id, cwes: ["CWE-22"], reply: "" }];
  expect((await contents({ classifications }))[1]).toContain("CWE-22 (Path Traversal)");
});

describe("sample: where no task has a CWE label", () => {
  const asked = (variant: string, rows: readonly Task[], more: { params?: object; inputs?: object } = {}) =>
    runStage(sample, {
      inputs: { tasks: rows, ...more.inputs },
      params: { variant, ...more.params },
      reply: () => "x",
    }).then(({ requests }) => requests.length);
  const bare = tasks.slice(0, 3);

  test("a prompt that names CWEs is not asked: it would tell of every task that it has no weakness", async () => {
    await expect(asked("oracle", bare)).rejects.toMatchObject({
      code: "data-invalid",
      message: "the prompt oracle names the weaknesses of tasks, and none of these 3 has a CWE label",
      hint: expect.stringContaining("`params.cwesFrom: classifier`"),
    });
  });

  test("it is asked beside one that has one, of rejected tasks, of none, and of what the classifier said", async () => {
    expect(await asked("oracle", [...bare, task("a", ["CWE-89"])])).toBe(4);
    expect(await asked("oracle", bare, { params: { cwesMayMiss: true } })).toBe(3);
    expect(await asked("oracle", [])).toBe(0);
    expect(await asked("oracle", bare, { inputs: { classifications: [] } })).toBe(3);
    expect(await asked("secure", bare)).toBe(3);
  });
});
