import { expect, test } from "vitest";
import { makeTask } from "../../src/core/task.ts";
import type { SftRow } from "../../src/core/train-row.ts";
import { stage as filter } from "../../src/stages/filter-cwes.ts";
import { stage as project } from "../../src/stages/project-sft.ts";
import { stage as sample } from "../../src/stages/sample.ts";
import { runStage } from "../fixtures/stages/memory-context.ts";
import { generation, origin } from "../fixtures/stages/rows.ts";

test("what a task is about stands below its prompt wherever a model reads it, and in the training row", async () => {
  const [first, second] = ["def a(): ...", "def b(): ..."].map((context) =>
    makeTask({ prompt: "Mend this function.", language: "python", cwes: [], origin, context }),
  );
  const tasks = [first!, second!];
  const asked = (requests: { messages?: { content: string }[] | undefined }[]) =>
    requests.map(({ messages }) => /def .*/.exec(messages![0]!.content)?.[0]);
  const reply = () => "CWE-89";
  expect(asked((await runStage(sample, { inputs: { tasks }, reply })).requests)).toEqual([
    first!.context,
    second!.context,
  ]);
  expect(asked((await runStage(filter, { inputs: { tasks }, reply })).requests)).toEqual([
    first!.context,
    second!.context,
  ]);
  const generations = tasks.map((one) => generation(one));
  // Equal prompts are not the same task where their context differs.
  const { outputs } = await runStage(project, { inputs: { tasks, generations, items: [second!] } });
  expect((outputs.rows as SftRow[]).map(({ messages }) => messages[0]!.content)).toEqual([
    "Mend this function.\n\ndef a(): ...",
  ]);
});
