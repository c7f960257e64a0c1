import { describe, expect, test } from "vitest";
import { runStage } from "../../test/fixtures/stages/memory-context.ts";
import { generation, taskWithTests as task } from "../../test/fixtures/stages/rows.ts";
import { AppError } from "../core/error.ts";
import type { Judgement } from "../core/judgement.ts";
import { stage as judge } from "./judge.ts";

describe("judge", () => {
  const tasks = [task("a"), task("b")];
  const generations = tasks.map((one) => generation(one));
  const benchmark = (outcomes: unknown[]) => ({
    extract: () => "pass",
    async *judge(items: Iterable<unknown>) {
      let index = 0;
      for (const item of items) yield { item, ...(outcomes[index++] as object) };
    },
  });

  test("verdicts become rows without timings; a grader that fails is an error verdict and makes the result provisional", async () => {
    const verdicts = {
      functional: "pass",
      secure: "fail",
      findings: [],
      reasons: ["exploited"],
      durationMs: 12,
    };
    const lost = new AppError("sandbox-failed", "lost", { boundary: "sandbox" });
    const fake = benchmark([
      { ok: true, value: verdicts },
      { ok: false, error: lost },
    ]);
    const { outputs, stats, provisional } = await runStage(judge, {
      inputs: { tasks, generations },
      benchmarks: { fake },
    });
    const rows = outputs.judgements as Judgement[];
    expect(rows[0]).toMatchObject({ functional: "pass", secure: "fail", reasons: ["exploited"] });
    expect(rows[0]!.durationMs).toBeUndefined();
    expect(rows[1]).toMatchObject({ functional: "error", secure: "error", reasons: ["sandbox-failed"] });
    expect(stats).toEqual({ functional: 1, errors: 1 });
    expect(provisional).toBe(true);
  });

  test("a generation without an oracle is refused, not skipped", async () => {
    const orphan = generation(task("c"));
    const run = runStage(judge, { inputs: { tasks, generations: [orphan] }, benchmarks: {} });
    await expect(run).rejects.toMatchObject({ code: "data-invalid" });
  });
});
