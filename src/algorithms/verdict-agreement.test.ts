import { expect, test } from "vitest";
import type { Verdict } from "../core/judgement.ts";
import { disagreementCounts, type TwoVerdicts, verdictAgreement } from "./verdict-agreement.ts";

const answers = (...counts: [Verdict, Verdict, number][]): TwoVerdicts[] =>
  counts.flatMap(([executed, analyzed, count]) =>
    Array.from({ length: count }, (_, index) => ({ cluster: `${executed}${index}`, executed, analyzed })),
  );
const rates = (rows: readonly TwoVerdicts[]) =>
  Object.fromEntries(
    verdictAgreement(rows, { kind: "verdicts" }, { seed: 0, resamples: 200 }).map((score) => [
      score.name,
      score,
    ]),
  );

test("rates by hand; skips are left out and shown", () => {
  const rows = answers(
    ["fail", "fail", 6],
    ["fail", "pass", 2],
    ["pass", "pass", 9],
    ["pass", "fail", 1],
    ["skip", "fail", 3],
  );
  expect(disagreementCounts(rows)).toEqual({
    ...{ bothWeak: 6, onlyExecuted: 2, bothClean: 9, onlyAnalyzer: 1, error: 0, skip: 3 },
  });
  const { sensitivity, specificity, precision } = rates(rows);
  expect(sensitivity).toMatchObject({ value: 75, n: 8, excluded: { error: 0, skip: 3 } });
  expect(specificity).toMatchObject({ value: 90, n: 10 });
  expect(precision!.value).toBeCloseTo(600 / 7);
  expect(sensitivity!.interval!.low).toBeLessThan(75);
  expect(sensitivity!.interval!.high).toBeGreaterThan(75);
});

test("a failed analyzer is in no cell, and more than 1 % of them withhold the rates", () => {
  const few = rates(answers(["fail", "fail", 100], ["fail", "error", 1]));
  expect(few.sensitivity).toMatchObject({ value: 100, n: 100, excluded: { error: 1, skip: 0 } });
  const many = rates(answers(["fail", "fail", 100], ["fail", "error", 3]));
  expect(many.sensitivity).toMatchObject({ value: null, withheld: expect.stringContaining("3 of 103") });
});

test("where nothing was exploited there is no sensitivity", () => {
  expect(rates(answers(["pass", "pass", 4])).sensitivity).toMatchObject({ value: null, n: 0 });
});
