import { expect, test } from "vitest";
import { runStage } from "../../test/fixtures/stages/memory-context.ts";
import type { Judgement, Verdict } from "../core/judgement.ts";
import { makeTask } from "../core/task.ts";
import { stage } from "./compare-verdicts.ts";

const origin = { dataset: "test", revision: "1", row: "0", licence: "MIT" };
const task = makeTask({ prompt: "Write it.", language: "python", cwes: [], origin });
const row = (id: string, functional: Verdict, secure: Verdict): Judgement => ({
  ...{ generationId: id, taskId: task.id, sampleIndex: 0, functional, secure, oracle: "tests" },
  ...{ findings: [], reasons: [] },
});
const executed = [
  row("exploited", "pass", "fail"),
  row("held", "pass", "pass"),
  row("useless", "fail", "fail"),
  row("odd", "error", "error"),
];
const said = (verdicts: readonly Verdict[]) =>
  executed.map(({ generationId }, index) => row(generationId, "skip", verdicts[index]!));

test("each analyzer is measured on the answers that work; the others and failures are counted apart", async () => {
  const inputs = {
    tasks: [task],
    executed,
    "analyzer sharp": said(["fail", "pass", "fail", "pass"]),
    "analyzer blind": said(["pass", "fail", "pass", "pass"]),
  };
  const { outputs, stats } = await runStage(stage, { inputs, params: { arm: "plain" } });
  expect(stats).toMatchObject({
    ...{ "sharp: found and exploited": 1, "sharp: neither": 1, "sharp: exploited, not found": 0 },
    ...{ "sharp: not compared": 1, "sharp: one failed": 1 },
    ...{ "blind: exploited, not found": 1, "blind: found, not exploited": 1 },
  });
  expect(outputs.disagreements).toEqual([
    {
      ...{ first: "executed exploits", second: "sharp" },
      ...{ both: 1, onlyFirst: 0, onlySecond: 0, neither: 1, failed: 1 },
    },
    {
      ...{ first: "executed exploits", second: "blind" },
      ...{ both: 0, onlyFirst: 1, onlySecond: 1, neither: 0, failed: 1 },
    },
    // The two of them also on the answer that does not work.
    {
      ...{ first: "sharp", second: "blind" },
      ...{ both: 0, onlyFirst: 2, onlySecond: 1, neither: 1, failed: 0 },
    },
  ]);
  expect(outputs.scores).toHaveLength(6);
  expect(outputs.scores).toContainEqual(
    expect.objectContaining({
      name: "sensitivity",
      value: null,
      breakdown: { kind: "verdicts", arm: "plain", analyzer: "sharp" },
      withheld: expect.stringContaining("1 of 3"),
    }),
  );
});

test("an answer that was never executed is a wiring mistake and no agreement", async () => {
  const inputs = { tasks: [task], executed: [], "analyzer sharp": said(["fail", "pass", "pass", "pass"]) };
  await expect(runStage(stage, { inputs, params: { arm: "plain" } })).rejects.toThrow(/not executed/);
});
