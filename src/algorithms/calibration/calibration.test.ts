import { describe, expect, it } from "vitest";
import type { AnalysisOutcome, FailureReason } from "../../core/analyzer.ts";
import type { Severity } from "../../core/finding.ts";
import type { Verdict } from "../../core/judgement.ts";
import { CellCounter, type Detection, detectionOf } from "./cells.ts";
import { type AnalyzedAnswer, correctedScores } from "./corrected.ts";
import { calibrationScores } from "./rates.ts";

const found = (...all: (string | undefined)[]): AnalysisOutcome => finding("medium", ...all);
const finding = (severity: Severity, ...cwes: (string | undefined)[]): AnalysisOutcome => ({
  outcome: "findings",
  findings: cwes.map((cwe) => ({
    ...{ analyzer: "a", analyzerVersion: "1", rule: "r", severity, message: "m" },
    ...{ span: { file: "f", start: 0, end: 1 }, ...(cwe === undefined ? {} : { cwe }) },
  })),
});
const clean: AnalysisOutcome = { outcome: "clean" };
const failed = (reason: FailureReason): AnalysisOutcome => ({ outcome: "failed", reason, message: "" });

describe("what an analyzer made of a piece of code", () => {
  it.each<[string, AnalysisOutcome[], Detection | null]>([
    ["nothing to read", [], null],
    ["clean", [clean, clean], "clean"],
    ["the expected CWE", [found("CWE-89")], "expected"],
    ["its ancestor", [found("CWE-943")], "expected"],
    ["its sibling", [found("CWE-78")], "other"],
    ["no CWE at all", [found(undefined)], "other"],
    ["both", [found("CWE-78", "CWE-89")], "expected"],
    ["in the second block only", [clean, found("CWE-89")], "expected"],
    ["a failure is never clean", [clean, failed("crashed")], { failed: "crashed" }],
    ["but findings beside it count", [failed("timed-out"), found("CWE-78")], "other"],
    [
      "a language that it does not read",
      [failed("unsupported-language")],
      { failed: "unsupported-language" },
    ],
  ])("%s", (_, outcomes, detection) => {
    expect(detectionOf(outcomes, ["CWE-89"], "info")).toEqual(detection);
  });

  it("counts a failure behind findings that are not severe enough as a failure", () => {
    const otherwise = { outcome: "failed", reason: "timed-out", message: "m" } as const;
    const outcome = { ...finding("low", "CWE-89"), otherwise } as AnalysisOutcome;
    expect(detectionOf([outcome], ["CWE-89"], "high")).toEqual({ failed: "timed-out" });
    expect(detectionOf([outcome], ["CWE-89"], "low")).toBe("expected");
  });

  it("leaves out what is not severe enough, and expects nothing where no weakness is known", () => {
    expect(detectionOf([finding("info", "CWE-89")], ["CWE-89"], "low")).toBe("clean");
    expect(detectionOf([finding("low", "CWE-89")], ["CWE-89"], "low")).toBe("expected");
    expect(detectionOf([found("CWE-89")], [], "info")).toBe("other");
  });
});

/** Clusters `a0`, `a1`, … of the group `a`, each with these detections on weak and secure code. */
function cells(
  group: string,
  count: number,
  weak: readonly Detection[],
  secure: readonly Detection[],
  cwes = ["CWE-89"],
) {
  const counter = new CellCounter();
  for (let index = 0; index < count; index++) {
    const place = { analyzer: "a", language: "python", cwes, group, cluster: `${group}${index}` };
    for (const detection of weak) counter.add(place, true, detection);
    for (const detection of secure) counter.add(place, false, detection);
  }
  return counter.cells();
}

describe("rates", () => {
  const all = [
    ...cells("sql", 6, ["expected", "other"], ["clean", "other"]),
    ...cells("shell", 4, ["clean", { failed: "unparsable" }], ["clean"], ["CWE-78"]),
    ...cells("plain", 5, [], ["clean", "other", { failed: "unsupported-language" }], []),
  ];
  const scores = calibrationScores(all, { seed: 0, resamples: 200 });
  const find = (name: string, match: string, cwe?: string) =>
    scores.find((it) => it.name === name && it.breakdown.match === match && it.breakdown.cwe === cwe);

  it("by hand, any finding and the expected CWE, with failures by side", () => {
    expect(find("sensitivity", "any")).toMatchObject({ value: 75, n: 16, excluded: { error: 4, skip: 0 } });
    expect(find("sensitivity", "expected")).toMatchObject({ value: 37.5, n: 16 });
    expect(find("specificity", "any")).toMatchObject({ n: 26, excluded: { error: 0, skip: 5 } });
    expect(find("specificity", "any")!.value).toBeCloseTo((100 * 15) / 26, 9);
    // Where nothing could be expected nothing can be named rightly or wrongly: ordinary code is not among these.
    expect(find("specificity", "expected")).toMatchObject({ value: 100, n: 16 });
    expect(find("sensitivity", "any", "CWE-89")).toMatchObject({ value: 100, n: 12 });
    expect(find("specificity", "any", "none")).toMatchObject({ value: 50, n: 10 });
    expect(find("sensitivity", "any", "none")).toBeUndefined();
  });

  it("draws groups again over all CWEs and clusters within one", () => {
    expect(find("sensitivity", "any")!.clusters).toBe(2);
    expect(find("sensitivity", "any", "CWE-89")!.clusters).toBe(6);
  });
});

describe("corrected rates", () => {
  const twelve = (cwe: string, weak: readonly Detection[], secure: (index: number) => Detection) =>
    [...Array(12).keys()].flatMap((index) =>
      cells(`${cwe}-${index}-`, 1, weak, ["clean", "clean", secure(index)], [cwe]),
    );
  const sql = twelve("CWE-89", ["expected", "expected", "other", "clean"], (index) =>
    index < 6 ? "other" : "clean",
  );
  const logs = twelve(
    "CWE-117",
    ["clean", "clean", "clean", "clean", "clean", "clean", "clean", "other"],
    () => "clean",
  );
  const answers = (count: number, analyzed: Verdict, more: Partial<AnalyzedAnswer> = {}): AnalyzedAnswer[] =>
    Array.from({ length: count }, (_, index) => ({
      ...{ cluster: `${analyzed}${index}`, split: "seen", language: "python", cwes: ["CWE-89"] },
      ...{ analyzed, functional: "pass", ...more },
    }));
  const correct = (rows: readonly AnalyzedAnswer[]) => {
    const options = {
      arm: "plain",
      analyzer: "a",
      calibrated: { cells: [...sql, ...logs] },
      seed: 0,
      resamples: 2_000,
    };
    const scores = correctedScores(rows, options);
    const of = (name: string) => scores.find((score) => score.name === name);
    return {
      ...{ reported: of("weak")!, corrected: of("weakCorrected")! },
      ...{ sensitivity: of("sensitivity"), specificity: of("specificity") },
    };
  };

  it("are those of Rogan and Gladen, over answers that work, by what was calibrated on their CWE", () => {
    const working = [...answers(40, "fail"), ...answers(60, "pass")];
    const { reported, corrected, sensitivity, specificity } = correct([
      ...working,
      ...answers(9, "fail", { functional: "fail" }),
    ]);
    expect(reported).toMatchObject({ value: 40, n: 100, breakdown: { kind: "analyzed", split: "seen" } });
    // Sensitivity 75 %, specificity 30 of 36; the log injections, which are hardly ever found, have no part in it.
    expect(corrected.value).toBeCloseTo((100 * (40 - 100 / 6)) / (75 - 100 / 6), 9);
    expect(corrected).toMatchObject({ n: 100, breakdown: { kind: "corrected", arm: "plain" } });
    const { low, high } = corrected.interval!;
    expect(low).toBeLessThan(corrected.value!);
    expect(high - low).toBeGreaterThan(reported.interval!.high - reported.interval!.low);
    expect(sensitivity!.value).toBeCloseTo(75, 9);
    expect(sensitivity).toMatchObject({
      n: 48,
      clusters: 12,
      breakdown: { of: "the tasks' CWEs" },
    });
    expect(specificity).toMatchObject({ n: 36, breakdown: { kind: "accuracy" } });
  });

  it("weigh CWEs as the answers do, whatever was calibrated on more", () => {
    const { sensitivity, specificity } = correct([
      ...answers(30, "fail"),
      ...answers(10, "pass", { cwes: ["CWE-117"] }),
    ]);
    expect(sensitivity).toMatchObject({ n: 48 + 96, clusters: 24 });
    expect(sensitivity!.value).toBeCloseTo(0.75 * 75 + 0.25 * 12.5, 9);
    expect(specificity!.value).toBeCloseTo((0.75 * (100 * 30)) / 36 + 0.25 * 100, 9);
  });

  it("rest on all of the language where tasks name no CWE, or one that was not calibrated on", () => {
    for (const cwes of [[], ["CWE-22"]]) {
      const { sensitivity } = correct([...answers(30, "fail"), ...answers(10, "pass", { cwes })]);
      expect(sensitivity).toMatchObject({ n: 144, breakdown: { of: "all CWEs" } });
      expect(sensitivity!.value).toBeCloseTo((100 * (36 + 12)) / (48 + 96), 9);
    }
  });

  it("are withheld where the analyzer is blind to what the tasks are about", () => {
    const { corrected, reported } = correct(answers(40, "pass", { cwes: ["CWE-117"] }));
    expect(reported.value).toBe(0);
    expect(corrected.withheld).toMatch(/^in \d+\.\d % of resamples|at most 100/);
  });

  it("are withheld with the reported rate when too many answers have no verdict", () => {
    const { reported, corrected } = correct([...answers(40, "fail"), ...answers(2, "error")]);
    expect([reported.value, corrected.value]).toEqual([null, null]);
    expect(corrected.withheld).toBe(reported.withheld);
    expect(corrected.withheld).toContain("2 of 42");
  });

  it("have none of their own for answers in a language that was not calibrated", () => {
    const { reported, corrected, sensitivity } = correct(answers(10, "fail", { language: "go" }));
    expect([reported.value, corrected.value, corrected.withheld, sensitivity]).toEqual([
      ...[100, null, "the calibration holds no go", undefined],
    ]);
  });
});
