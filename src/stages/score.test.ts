import { expect, test } from "vitest";
import { runStage } from "../../test/fixtures/stages/memory-context.ts";
import { generation, judgement, taskWithTests as task } from "../../test/fixtures/stages/rows.ts";
import type { Verdict } from "../core/judgement.ts";
import type { Score } from "../core/score.ts";
import { stage as score } from "./score.ts";

test("score: arms by input name, differences as asked, errors withheld", async () => {
  const tasks = Array.from({ length: 30 }, (_, index) => task(`t${index}`, ["CWE-89"]));
  const rows = (functional: Verdict, secure: Verdict) =>
    tasks.map((one) => judgement(generation(one), functional, secure));
  const fake = {
    splits: [
      { name: "seen", title: "seen", security: true },
      { name: "utility", title: "u", security: false },
    ],
  };
  const { outputs } = await runStage(score, {
    inputs: { tasks, "arm before": rows("pass", "fail"), "arm after": rows("pass", "pass") },
    params: { benchmark: "fake", compare: [{ from: "before", to: "after" }] },
    benchmarks: { fake },
  });
  const scores = outputs.scores as { name: string; value: number; breakdown: Record<string, string> }[];
  const find = (labels: object) =>
    scores.find(
      ({ name, breakdown }) => name === "funcSec" && JSON.stringify(breakdown) === JSON.stringify(labels),
    );
  const of = (kind: object) =>
    scores.filter(({ breakdown }) => Object.entries(kind).every(([k, v]) => breakdown[k] === v));
  expect(find({ arm: "before", split: "seen", metric: "funcSec" })?.value).toBe(0);
  expect(of({ arm: "after", split: "seen", metric: "funcSec" })[0]!.value).toBe(100);
  expect(of({ kind: "difference", metric: "funcSec" })[0]!.value).toBe(100);
  expect(of({ split: "utility" })).toEqual([]);
});

test("score: a group is made of the splits that are named, and of no others", async () => {
  const tasks = ["seen", "rare"].flatMap((split) =>
    Array.from({ length: 20 }, (_, index) => ({ ...task(`${split}${index}`, ["CWE-89"]), split })),
  );
  const rows = tasks.map((one) => judgement(generation(one), "pass", one.split === "seen" ? "pass" : "fail"));
  const splits = ["seen", "rare"].map((name) => ({ name, title: name, security: true }));
  const scored = (groupSplits?: string[]) =>
    runStage(score, {
      inputs: { tasks, "arm main": rows },
      params: { benchmark: "fake", compare: [], groups: { injection: { cwes: ["CWE-89"] } }, groupSplits },
      benchmarks: { fake: { splits } },
    });
  const injection = async (...given: Parameters<typeof scored>) =>
    ((await scored(...given)).outputs.scores as Score[]).find(
      ({ name, breakdown }) => name === "funcSec" && breakdown.group === "injection",
    );
  expect(await injection()).toMatchObject({ value: 50, n: 40 });
  expect(await injection(["seen"])).toMatchObject({ value: 100, n: 20 });
  await expect(scored(["sen"])).rejects.toMatchObject({
    code: "config-invalid",
    hint: expect.stringContaining("seen, rare"),
  });
});

test("score: an answer that was never given is an error, not a smaller denominator", async () => {
  const tasks = Array.from({ length: 30 }, (_, index) => task(`t${index}`, ["CWE-89"]));
  const rows = tasks.map((one) => judgement(generation(one), "pass", "pass"));
  const inputs = { tasks, "arm whole": rows, "arm refused": rows.slice(2) };
  const params = { benchmark: "fake", compare: [{ from: "whole", to: "refused" }] };
  const benchmarks = { fake: { splits: [{ name: "seen", title: "seen", security: true }] } };
  const { outputs } = await runStage(score, { inputs, params, benchmarks });
  const scores = outputs.scores as Score[];
  const func = (labels: object) =>
    scores.find(
      ({ name, breakdown }) =>
        name === "func" &&
        breakdown.cwe === undefined &&
        Object.entries(labels).every(([key, value]) => breakdown[key] === value),
    )!;
  expect(func({ arm: "whole" })).toMatchObject({ value: 100, n: 30, excluded: { error: 0 } });
  expect(func({ arm: "refused" })).toMatchObject({ value: null, n: 28, excluded: { error: 2 } });
  expect(func({ arm: "refused" }).withheld).toMatch(/2 of 30 have no verdict/);
  expect(func({ kind: "difference" }).withheld).toMatch(/2 of 30/);
});
