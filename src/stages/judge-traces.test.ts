import { describe, expect, test } from "vitest";
import { runStage } from "../../test/fixtures/stages/memory-context.ts";
import { generation, reasonedArm, task, traceGrade } from "../../test/fixtures/stages/rows.ts";
import type { GenerateRequest } from "../core/model.ts";
import { CALIBRATION_TRACES } from "../prompts/calibration-traces.ts";
import { stage as judgeTraces } from "./judge-traces.ts";
import { stage as scoreTraces } from "./score-traces.ts";

// Up to score-traces, which decides whether the grades are shown.
describe("trace metrics", () => {
  const { answers, judgements, inputs } = reasonedArm();
  /** Knows the calibration traces by heart; everything else is worth 3. */
  const expert = ({ messages }: GenerateRequest) => {
    const text = messages![0]!.content;
    const known = CALIBRATION_TRACES.flatMap(({ traces }) => Object.entries(traces)).find(([, trace]) =>
      text.includes(trace),
    );
    return `grade: ${known === undefined ? 3 : { good: 4, shallow: 1, absent: 0 }[known[0] as "good"]}`;
  };

  test("a judge that proves itself grades; no reasoning is the lowest grade, tasks without CWEs get none", async () => {
    const judged = await runStage(judgeTraces, { inputs, reply: expert });
    expect(judged.stats["AUC on traces of known quality"]).toBe(1);
    expect(judged.outputs.grades).toEqual([
      { generationId: answers[1]!.id, grade: 0 },
      { generationId: answers[0]!.id, grade: 3 },
      { generationId: answers[2]!.id, grade: 3 },
    ]);
    expect(judged.outputs.calibration).toHaveLength(CALIBRATION_TRACES.length * 3);
    const { grades, calibration } = judged.outputs as Record<string, unknown[]>;
    const { outputs, stats } = await runStage(scoreTraces, {
      inputs: { ...inputs, "judged tuned": judgements, grades: grades!, calibration: calibration! },
    });
    expect(traceGrade(outputs.scores!)).toMatchObject({ value: 50, n: 3, excluded: { skip: 1 } });
    expect(stats["CWEs without keywords, left out of K"]).toBe(1);
    const rows = outputs.traces as { mentionsSecurity: boolean; keywordCoverage: number | null }[];
    expect(rows.map((row) => [row.mentionsSecurity, row.keywordCoverage])).toEqual([
      [true, 1],
      [false, 0],
      [true, null],
      [false, null],
    ]);
  });

  test("a judge that cannot rank known traces grades nothing, and the score says why", async () => {
    const judged = await runStage(judgeTraces, { inputs, reply: () => "grade: 4" });
    expect(judged.outputs.grades).toEqual([]);
    expect(judged.requests).toHaveLength(CALIBRATION_TRACES.length * 3);
    const { grades, calibration } = judged.outputs as Record<string, unknown[]>;
    const { outputs } = await runStage(scoreTraces, {
      inputs: { ...inputs, "judged tuned": judgements, grades: grades!, calibration: calibration! },
    });
    expect(traceGrade(outputs.scores!)).toMatchObject({
      value: null,
      n: 0,
      withheld: "the judge ranks traces of known quality with AUC 0.50, 0.9 is needed",
    });
    const cut = await runStage(judgeTraces, { inputs, reply: () => "Let me see. The" });
    const unread = await runStage(scoreTraces, {
      inputs: { ...inputs, "judged tuned": judgements, ...(cut.outputs as Record<string, unknown[]>) },
    });
    expect(traceGrade(unread.outputs.scores!).withheld).toMatch(
      /AUC 0\.50, .* of its 36 replies 36 had no grade .*replyTokens/,
    );
  });

  test("a judge whose replies cannot be read shows no grades, with how many; a few are errors of the score", async () => {
    const many = Array.from({ length: 40 }, (_, index) => task(`many ${index}`, ["CWE-89"]));
    const thoughts = many.map((of, index) => generation(of, { reasoning: `thought ${index}.` }));
    const verdicts = thoughts.map(({ id: generationId, taskId, sampleIndex }) => ({
      ...{ generationId, taskId, sampleIndex, oracle: "tests", findings: [], reasons: [] },
      ...{ functional: "pass", secure: "pass" },
    }));
    const scored = async (unreadable: number) => {
      const own = { tasks: many, "arm tuned": thoughts };
      const reply = (request: GenerateRequest) => {
        const index = /thought (\d+)/.exec(request.messages![0]!.content)?.[1];
        return Number(index) < unreadable ? "It is fine." : expert(request);
      };
      const judged = await runStage(judgeTraces, { inputs: own, reply });
      expect(judged.failures).toHaveLength(unreadable);
      expect(judged.stats).toMatchObject({
        ...{ graded: 40 - unreadable, "replies without a grade": unreadable },
      });
      const { grades, calibration } = judged.outputs as Record<string, unknown[]>;
      const inputs = { ...own, "judged tuned": verdicts, grades: grades!, calibration: calibration! };
      return traceGrade((await runStage(scoreTraces, { inputs })).outputs.scores!);
    };
    expect(await scored(4)).toMatchObject({
      ...{ value: null, n: 0, excluded: { error: 0, skip: 40 } },
      withheld:
        "the judge gave no readable grade for 4 of 40 answers (at most 5 % of its grades may be missing)",
    });
    expect(await scored(3)).toMatchObject({ n: 37, excluded: { error: 3, skip: 0 } });
    expect(await scored(0)).toMatchObject({ value: 75, n: 40 });
  });

  test("a judge that counts words is caught", async () => {
    const longest = ({ messages }: GenerateRequest) =>
      `grade: ${Math.min(4, Math.floor(messages![0]!.content.length / 350))}`;
    const judged = await runStage(judgeTraces, { inputs, reply: longest });
    expect(judged.stats["AUC on traces of known quality"]).toBeLessThan(0.7);
  });
});
