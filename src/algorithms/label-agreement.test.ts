import { expect, test } from "vitest";
import { type LabelledItem, labelAgreement } from "./label-agreement.ts";

const item = (cluster: string, labels: string[], predicted: string[]): LabelledItem => ({
  cluster,
  labels,
  predicted,
});
const items = [
  item("a", ["CWE-89"], ["CWE-89"]),
  item("b", ["CWE-89"], ["CWE-79"]),
  item("c", ["CWE-79"], ["CWE-79", "CWE-22"]),
  item("d", [], []),
  item("e", [], ["CWE-79"]),
  item("f", ["CWE-22", "CWE-79"], []),
];
const value = (name: string, level: string, cwe?: string) =>
  labelAgreement(items, 0, 200).find(
    (score) => score.name === name && score.breakdown.level === level && score.breakdown.cwe === cwe,
  );

test("per CWE, micro, macro and per task, with what each is of", () => {
  expect(value("precision", "cwe", "CWE-79")).toMatchObject({ value: expect.closeTo(100 / 3), n: 3 });
  expect(value("recall", "cwe", "CWE-89")).toMatchObject({ value: 50, n: 2, clusters: 2 });
  expect(value("precision", "cwe", "CWE-22")).toMatchObject({ value: 0, n: 1 });
  expect(value("precision", "micro")).toMatchObject({ value: 40, n: 5 });
  expect(value("recall", "micro")).toMatchObject({ value: 40, n: 5 });
  expect(value("precision", "macro")?.value).toBeCloseTo((100 * (1 + 1 / 3 + 0)) / 3);
  expect(value("recall", "macro")?.value).toBeCloseTo((100 * (0.5 + 0.5 + 0)) / 3);
  expect(value("precision", "task")).toMatchObject({ value: 75, n: 4 });
  expect(value("recall", "task")).toMatchObject({ value: 75, n: 4 });
  for (const score of labelAgreement(items, 0, 200)) {
    if (score.value === null) continue;
    expect(score.interval!.low).toBeLessThanOrEqual(score.value);
    expect(score.interval!.high).toBeGreaterThanOrEqual(score.value);
  }
});

test("without labels nothing is claimed", () => {
  expect(labelAgreement([item("a", [], ["CWE-89"]), item("b", [], [])])).toEqual([]);
});

test("the macro interval is that of resampled clusters, not of CWEs", () => {
  const many = Array.from({ length: 200 }, (_, index) =>
    item(`c${index}`, ["CWE-89"], index % 2 === 0 ? ["CWE-89"] : []),
  );
  const macro = labelAgreement(many, 0, 2000).find(
    (score) => score.name === "recall" && score.breakdown.level === "macro",
  );
  // One CWE: the same as the binomial interval, 50 ± 6.9.
  expect(macro!.interval!.low).toBeGreaterThan(41);
  expect(macro!.interval!.low).toBeLessThan(45);
});
