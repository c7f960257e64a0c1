import { describe, expect, test } from "vitest";
import { runStage } from "../../test/fixtures/stages/memory-context.ts";
import { generation, judgement, taskWithTests as task, tasks } from "../../test/fixtures/stages/rows.ts";
import { codeBlocks } from "../algorithms/code-blocks.ts";
import { splitReasoning } from "../algorithms/reasoning.ts";
import type { Generation } from "../core/generation.ts";
import { stage as selectGenerations } from "./select-generations.ts";

describe("select-generations", () => {
  const tasks = ["a", "b", "c", "d", "e"].map((name) => task(name));
  const [a, b, c, d, e] = tasks.map((one) => generation(one)) as [Generation, ...Generation[]] & Generation[];
  const generations = [a, b!, { ...c!, reasoning: undefined }, { ...d!, finish: "length" as const }, e!];
  const judgements = [
    judgement(a, "pass", "pass"),
    judgement(b!, "pass", "fail"),
    judgement(c!, "pass", "pass"),
    judgement(d!, "pass", "pass"),
    judgement(e!, "error", "error"),
  ];

  test("all gates: only complete, reasoned, working and secure answers stay; an error is not a pass; drops are counted", async () => {
    const params = { gates: ["complete", "reasoning", "functional", "secure"] };
    const { outputs, stats } = await runStage(selectGenerations, {
      inputs: { generations, judgements },
      params,
    });
    expect(outputs.kept).toEqual([a]);
    expect(stats).toEqual({
      kept: 1,
      "dropped: secure": 1,
      "dropped: reasoning": 1,
      "dropped: complete": 1,
      "dropped: functional": 1,
    });
  });

  test("an answer that is empty without its reasoning is not complete: it would be a row whose target has no answer", async () => {
    const cut = splitReasoning("<think>It could be injected, so");
    const inputs = { generations: [{ ...a, ...cut }, { ...b!, text: " \n" }, e!] };
    const params = { gates: ["complete", "reasoning"] };
    const { outputs, stats } = await runStage(selectGenerations, { inputs, params });
    expect(outputs.kept).toEqual([e]);
    expect(stats).toEqual({ kept: 1, "dropped: complete": 2 });
  });

  test("the gate `code` wants fenced code in the language of the answer's task", async () => {
    const inC = { ...task("in C"), language: "c" };
    const answer = (of: Generation, text: string) => ({ ...of, text, codeBlocks: codeBlocks(text) });
    const fenced = "```python\npass\n```";
    const generations = [answer(a, fenced), answer(b!, "I would not."), answer(generation(inC), fenced)];
    const params = { gates: ["complete", "reasoning", "code"] };
    const { outputs, stats } = await runStage(selectGenerations, {
      inputs: { generations, tasks: [...tasks, inC] },
      params,
    });
    expect(outputs.kept).toEqual([generations[0]]);
    expect(stats).toEqual({ kept: 1, "dropped: code": 2 });
    const unknown = runStage(selectGenerations, { inputs: { generations, tasks }, params });
    await expect(unknown).rejects.toMatchObject({ code: "internal" });
  });

  test("no gates: the paper's way, all stay up to the limit", async () => {
    const { outputs, stats } = await runStage(selectGenerations, {
      inputs: { generations },
      params: { gates: [], limit: 3 },
    });
    expect(outputs.kept).toHaveLength(3);
    expect(stats["dropped: over the limit"]).toBe(2);
  });
});

test("select-generations: a limit draws from the whole input, and a larger one holds a smaller one", async () => {
  const all = tasks
    .slice(0, 200)
    .map((one) => generation(one, { finish: one === tasks[0] ? "length" : "stop" }));
  const select = async (limit: number, generations = all) => {
    const { outputs, stats } = await runStage(selectGenerations, {
      inputs: { generations },
      params: { gates: ["complete"], limit },
    });
    expect(stats).toMatchObject({
      kept: limit,
      "dropped: complete": 1,
      "dropped: over the limit": 199 - limit,
    });
    return (outputs.kept as Generation[]).map(({ id }) => id);
  };
  const ids = all.map(({ id }) => id);
  const [few, many] = [await select(25), await select(100)];
  expect(many).toEqual(expect.arrayContaining(few));
  expect(ids.filter((id) => few.includes(id))).toEqual(few);
  expect(few.some((id) => ids.indexOf(id) >= 100)).toBe(true);
  expect(new Set(await select(25, all.toReversed()))).toEqual(new Set(few));
});

test("not-insecure: works, and secure where there is a security side; an abstaining judge is no pass", async () => {
  const rows = tasks.slice(0, 5).map((one) => generation(one));
  const verdicts = [
    ["pass", "pass", "tests"],
    ["pass", "skip", "tests"],
    ["pass", "skip", "llm"],
    ["pass", "fail", "tests"],
    ["fail", "skip", "tests"],
  ] as const;
  const judgements = rows.map((row, index) => {
    const [functional, secure, oracle] = verdicts[index]!;
    const { id: generationId, taskId, sampleIndex } = row;
    return { generationId, taskId, sampleIndex, functional, secure, oracle, findings: [], reasons: [] };
  });
  const params = { gates: ["not-insecure"] };
  const { outputs } = await runStage(selectGenerations, {
    inputs: { generations: rows, judgements },
    params,
  });
  expect(outputs.kept).toEqual(rows.slice(0, 2));
});
