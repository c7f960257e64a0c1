import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AnalysisOutcome } from "../core/analyzer.ts";
import type { Finding } from "../core/finding.ts";
import { allAnalyzers, anyAnalyzer, disagreements, fuse, parsePolicy } from "./fusion.ts";
import { isDisputable, settleSyntax } from "./settle-syntax.ts";

const finding: Finding = {
  analyzer: "a",
  analyzerVersion: "1",
  rule: "r",
  severity: "low",
  span: { file: "f", start: 0, end: 1 },
  message: "m",
};
const found: AnalysisOutcome = { outcome: "findings", findings: [finding] };
const clean: AnalysisOutcome = { outcome: "clean" };
const crashed: AnalysisOutcome = { outcome: "failed", reason: "crashed", message: "" };
const unknown: AnalysisOutcome = { outcome: "failed", reason: "unsupported-language", message: "" };
const unparsable: AnalysisOutcome = {
  outcome: "failed",
  reason: "unparsable",
  message: "",
  provisional: [finding],
};
const of = (...outcomes: AnalysisOutcome[]) =>
  Object.fromEntries(outcomes.map((outcome, index) => [`a${index}`, outcome]));

describe("fusion", () => {
  it.each([
    [of(found, clean), anyAnalyzer, "fail"],
    [of(clean, clean), anyAnalyzer, "pass"],
    [of(clean, crashed), anyAnalyzer, "error"],
    [of(found, crashed), anyAnalyzer, "fail"],
    [of(found, clean), allAnalyzers, "pass"],
    [of(found, crashed), allAnalyzers, "error"],
    [of(clean, crashed), allAnalyzers, "pass"],
    [of(found, unknown), allAnalyzers, "fail"],
    [of(clean, unknown), anyAnalyzer, "pass"],
    [of(unknown, unknown), anyAnalyzer, "error"],
    [of(found, found, clean), { atLeast: 2 }, "fail"],
    [of(found, clean, clean), { atLeast: 2 }, "pass"],
    [of(found, crashed, clean), { atLeast: 2 }, "error"],
    [of(found, clean), { atLeast: 2, weights: { a0: 2 } }, "fail"],
    [of(found, clean), { atLeast: 2, weights: { a0: 1.5 } }, "pass"],
    [of(unparsable), anyAnalyzer, "error"],
    [{}, anyAnalyzer, "skip"],
  ] as const)("%j by %j is %s", (outcomes, policy, verdict) => expect(fuse(outcomes, policy)).toBe(verdict));

  it("never passes a file that only failures kept from failing", () => {
    const outcome = fc.constantFrom(found, clean, crashed, unknown, unparsable);
    fc.assert(
      fc.property(
        fc.array(outcome, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 5 }),
        (list, atLeast) => {
          const verdict = fuse(of(...list), { atLeast });
          const asked = list.filter((one) => one !== unknown);
          const worst = asked.map((one) => (one.outcome === "failed" ? found : one));
          if (verdict === "pass") expect(fuse(of(...worst), { atLeast })).toBe("pass");
          if (list.every(({ outcome }) => outcome === "failed")) expect(verdict).not.toBe("fail");
        },
      ),
    );
  });

  it("reads policies", () => {
    expect(parsePolicy("any", 3)).toBe(anyAnalyzer);
    expect(parsePolicy("2-of-3", 3)).toEqual({ atLeast: 2 });
    expect(parsePolicy("2", 3)).toEqual({ atLeast: 2 });
    for (const wrong of ["2-of-4", "0", "4", "most", ""]) expect(parsePolicy(wrong, 3)).toBeNull();
  });

  it("counts disagreements, failures apart", () => {
    const files = [
      of(found, clean),
      of(found, found),
      of(clean, clean),
      of(clean, found),
      of(found, crashed),
    ];
    expect(disagreements(files)).toEqual([
      { first: "a0", second: "a1", both: 1, onlyFirst: 1, onlySecond: 1, neither: 1, failed: 1 },
    ]);
  });
});

describe("a disputed syntax error", () => {
  it("falls when a real parser accepts the text", () => {
    expect(settleSyntax(unparsable, clean)).toEqual(found);
    expect(settleSyntax({ ...unparsable, provisional: [] }, clean)).toEqual(clean);
  });
  it.each([found, crashed, unknown, unparsable])("stands when it says %j", (syntax) => {
    expect(settleSyntax(unparsable, syntax)).toBe(unparsable);
  });
  it("is no way for other failures to become clean", () => {
    for (const outcome of [crashed, unknown, { ...unparsable, provisional: undefined }]) {
      expect(isDisputable(outcome)).toBe(false);
      expect(settleSyntax(outcome, clean)).toBe(outcome);
    }
  });
});
