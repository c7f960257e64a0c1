import { describe, expect, test } from "vitest";
import { runStage } from "../../test/fixtures/stages/memory-context.ts";
import { taskWithTests as task } from "../../test/fixtures/stages/rows.ts";
import type { GenerateRequest } from "../core/model.ts";
import type { Score } from "../core/score.ts";
import { stage as filter } from "./filter-cwes.ts";

describe("filter-cwes", () => {
  test("keeps, rejects, reports agreement with labels, and does not guess at an unreadable reply", async () => {
    const tasks = [task("query", ["CWE-89"]), task("sum"), task("page", ["CWE-79"]), task("odd")];
    const reply = ({ messages }: { messages?: { content: string }[] | undefined }) => {
      const text = messages![0]!.content;
      if (text.includes("query")) return "CWE-89";
      if (text.includes("page")) return "CWE-79, CWE-80";
      return text.includes("odd") ? "hm" : "none";
    };
    const { outputs, stats, failures } = await runStage(filter, { inputs: { tasks }, reply });
    expect(outputs.kept).toEqual([tasks[0], tasks[2]]);
    expect(outputs.rejected).toEqual([tasks[1]]);
    expect(failures).toEqual([{ item: tasks[3]!.id, code: "data-invalid" }]);
    expect(stats).toMatchObject({ kept: 2, rejected: 1, unreadable: 1, "CWE recall %": 100 });
    expect(stats["CWE precision %"]).toBeCloseTo(66.67, 1);
  });

  test("a reply that cannot be read found nothing: it stays in the denominator of recall, and says where it was cut", async () => {
    const tasks = [task("query", ["CWE-89"]), task("page", ["CWE-79"])];
    const { stats, errors } = await runStage(filter, {
      inputs: { tasks },
      params: { maxTokens: 300 },
      reply: ({ messages }) =>
        messages![0]!.content.includes("query")
          ? "CWE-89"
          : { text: "", reasoning: "The page shows", finish: "length" },
    });
    expect(stats["CWE recall %"]).toBe(50);
    expect(errors[0]!.message).toMatch(/\(nothing\); the reply was cut at 300 tokens/);
    expect(errors[0]!.hint).toMatch(/params\.replyTokens/);
  });
});

test("filter-cwes: precision and recall are scores with n and interval; without labels there are none", async () => {
  const rows = [task("a", ["CWE-89"]), task("b", ["CWE-89"]), task("c")];
  const reply = ({ messages }: GenerateRequest) =>
    messages![0]!.content.includes("Write a.") ? "CWE-89" : "none";
  const { outputs } = await runStage(filter, { inputs: { tasks: rows }, reply });
  const scores = outputs.scores as Score[];
  const recall = scores.find(({ name, breakdown }) => name === "recall" && breakdown.cwe === "CWE-89");
  expect(recall).toMatchObject({ value: 50, n: 2, interval: { low: expect.any(Number) } });
  const unlabelled = await runStage(filter, { inputs: { tasks: [task("a"), task("c")] }, reply });
  expect(unlabelled.outputs.scores).toEqual([]);
});
