import { describe, expect, test } from "vitest";
import { runStage } from "../../test/fixtures/stages/memory-context.ts";
import { reasonedArm, traceGrade } from "../../test/fixtures/stages/rows.ts";
import type { Generation } from "../core/generation.ts";
import type { Score } from "../core/score.ts";
import { CALIBRATION_TRACES } from "../prompts/calibration-traces.ts";
import { stage as scoreTraces } from "./score-traces.ts";

// What it makes of the grades of judges that can and cannot be believed: judge-traces.test.ts.
describe("trace metrics", () => {
  const { evaluated, answers, judgements, inputs } = reasonedArm();

  test("answers that are missing and grades that the judge owed are errors, not skips, and withhold the score", async () => {
    const second = answers.map((one) => ({ ...one, id: `second-${one.id}`, sampleIndex: 1 }));
    const both = [...answers, ...second];
    const calibration = CALIBRATION_TRACES.flatMap(({ name, traces }) =>
      Object.keys(traces).map((level) => ({
        ...{ trace: name, level, reply: "" },
        grade: { good: 4, shallow: 1, absent: 0 }[level as "good"],
      })),
    );
    // The second answer to `b` was refused in one arm; the judge did not grade the first answer to `a`.
    const arms = {
      "arm tuned": both.filter(({ id }) => id !== second[1]!.id),
      "arm base": both.map((one) => ({ ...one, id: `base-${one.id}` })),
    };
    const all = [...arms["arm tuned"], ...arms["arm base"]];
    const grades = all
      .filter(({ id, taskId }) => taskId !== evaluated[3]!.id && id !== answers[0]!.id)
      .map(({ id }) => ({ generationId: id, grade: 2 }));
    const judged = (of: readonly Generation[]) =>
      of.map(({ id: generationId, taskId, sampleIndex }) => ({
        ...{ generationId, taskId, sampleIndex, oracle: "tests", findings: [], reasons: [] },
        ...{ functional: "pass", secure: taskId === evaluated[3]!.id ? "skip" : "pass" },
      }));
    const judgedInputs = {
      "judged tuned": judged(arms["arm tuned"]),
      "judged base": judged(arms["arm base"]),
    };
    const { outputs, stats } = await runStage(scoreTraces, {
      inputs: { tasks: evaluated, ...arms, ...judgedInputs, grades, calibration },
    });
    const found = (arm: string, score: string) =>
      (outputs.scores as Score[]).find(({ name, breakdown }) => name === score && breakdown.arm === arm);
    expect(found("tuned", "securityMentioned")).toMatchObject({
      ...{ value: null, n: 7, excluded: { error: 1, skip: 0 } },
      withheld: "1 of 8 have no verdict (more than 1 % errors)",
    });
    expect(found("tuned", "keywordCoverage")).toMatchObject({ n: 3, excluded: { error: 1, skip: 4 } });
    expect(found("tuned", "traceGrade")).toMatchObject({ n: 4, excluded: { error: 2, skip: 2 } });
    expect(found("tuned", "pointBiserial")).toMatchObject({ withheld: expect.any(String) });
    expect(found("base", "traceGrade")).toMatchObject({ value: 50, n: 6, excluded: { error: 0, skip: 2 } });
    expect(found("base", "securityMentioned")).toMatchObject({ n: 8, excluded: { error: 0, skip: 0 } });
    expect(stats["answers that are missing"]).toBe(1);
  });

  test("without a judge the score says so", async () => {
    const { outputs } = await runStage(scoreTraces, { inputs: { ...inputs, "judged tuned": judgements } });
    expect(traceGrade(outputs.scores!).withheld).toContain("no model is bound");
  });
});
