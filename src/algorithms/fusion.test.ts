import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AnalysisOutcome } from "../core/analyzer.ts";
import type { Finding } from "../core/finding.ts";
import { DisagreementMatrix, saidOf } from "./disagreement.ts";
import { allAnalyzers, anyAnalyzer, fuse } from "./fusion.ts";
import { fusionPolicies } from "./fusion-policies.ts";
import { isDisputable, needsParser, settleSyntax } from "./settle-syntax.ts";

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
const abstained: AnalysisOutcome = { outcome: "failed", reason: "abstained", message: "" };
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
    [of(clean, abstained), anyAnalyzer, "skip"],
    [of(abstained), allAnalyzers, "skip"],
    [of(abstained, crashed), anyAnalyzer, "error"],
    [of(found, abstained), anyAnalyzer, "fail"],
    [of(clean, clean, abstained), { atLeast: 2 }, "pass"],
    [of(found, unknown, unknown), { atLeast: 2 }, "fail"],
    [of(clean, unknown, unknown), { atLeast: 2 }, "pass"],
    [of(found, unknown), { atLeast: 1, weights: { a0: 0.5 } }, "fail"],
    [of(found, clean), { atLeast: 1, weights: { a0: 0.5 } }, "pass"],
    [of(found, crashed), { atLeast: 1, weights: { a0: 0.5 } }, "error"],
    [of(found, found), { atLeast: 1, weights: { a0: 0.5, a1: 0.5 } }, "fail"],
    // 0.7 + 0.2 + 0.1 is less than 1 in this order of additions, and 1 in another one.
    [of(found, found, found, clean), { atLeast: 1, weights: { a0: 0.7, a1: 0.2, a2: 0.1 } }, "fail"],
    [of(found, found, found, clean), { atLeast: 1, weights: { a0: 0.1, a1: 0.2, a2: 0.7 } }, "fail"],
    [{}, anyAnalyzer, "skip"],
  ] as const)("%j by %j is %s", (outcomes, policy, verdict) => expect(fuse(outcomes, policy)).toBe(verdict));

  it("never passes a file that only failures or abstentions kept from failing", () => {
    const outcome = fc.constantFrom(found, clean, crashed, abstained, unknown, unparsable);
    const weight = fc.constantFrom(0.25, 0.5, 1, 2);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(outcome, weight), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 5 }),
        (list, atLeast) => {
          const weights = Object.fromEntries(list.map(([, own], index) => [`a${index}`, own]));
          const outcomes = list.map(([one]) => one);
          const verdict = fuse(of(...outcomes), { atLeast, weights });
          const worst = outcomes.map((one) => (one.outcome === "failed" && one !== unknown ? found : one));
          if (verdict === "pass") expect(fuse(of(...worst), { atLeast, weights })).toBe("pass");
          if (verdict === "skip") expect(outcomes).toContain(abstained);
          if (outcomes.every((one) => one.outcome === "failed")) expect(verdict).not.toBe("fail");
          // Findings of everybody who reads the language are never clean, whatever is asked for.
          if (outcomes.includes(found) && outcomes.every((one) => one === found || one === unknown))
            expect(verdict).toBe("fail");
        },
      ),
    );
  });
});

describe("policies", () => {
  const three = ["a0", "a1", "a2"].map((name) => ({ name }));

  it("are read by name, with the number of analyzers that they fit", () => {
    expect(fusionPolicies("any", three)("c")).toBe(anyAnalyzer);
    expect(fusionPolicies("all", three)("c")).toBe(allAnalyzers);
    expect(fusionPolicies("2-of-3", three)("c")).toEqual({ atLeast: 2 });
    expect(fusionPolicies("2", three)("c")).toEqual({ atLeast: 2 });
    for (const wrong of ["2-of-4", "0", "4", "most", ""])
      expect(() => fusionPolicies(wrong, three)).toThrow(/does not fit 3 analyzer/);
  });

  it("weigh analyzers by name, and refuse one that is not there with the nearest", () => {
    const weighted = { atLeast: 2, weights: { a0: 2 } };
    expect(fusionPolicies(weighted, three)("python")).toEqual(weighted);
    const wrong = () => fusionPolicies({ atLeast: 1, weights: { "a-0": 1 } }, three);
    expect(wrong).toThrow(expect.objectContaining({ hint: expect.stringContaining("`a0`") }));
  });

  it("differ by language, by any of its names; the others have the default", () => {
    const policies = fusionPolicies({ default: "all", byLanguage: { "c++": "2-of-3", py: "any" } }, three);
    expect([policies("cpp"), policies("python"), policies("java")]).toEqual([
      { atLeast: 2 },
      anyAnalyzer,
      allAnalyzers,
    ]);
    const unknownLanguage = { default: "any", byLanguage: { klingon: "any" } } as const;
    expect(() => fusionPolicies(unknownLanguage, three)).toThrow(/klingon/);
  });

  it("leave analyzers without a vote out, except where they fail", () => {
    for (const policy of ["any", "all", "2-of-2", "default"] as const) {
      const policies = fusionPolicies(policy, [{ name: "a0" }, { name: "a1", findsNothing: true }]);
      const verdict = (...outcomes: AnalysisOutcome[]) => fuse(of(...outcomes), policies("python"));
      expect([policy, verdict(found, clean), verdict(clean, clean)]).toEqual([policy, "fail", "pass"]);
      expect([policy, verdict(found, crashed), verdict(clean, crashed)]).toEqual([policy, "fail", "error"]);
      expect([policy, verdict(clean, unknown), verdict(abstained, clean)]).toEqual([policy, "pass", "skip"]);
      // That it parses says nothing of a file that nobody else reads.
      expect([policy, verdict(unknown, clean)]).toEqual([policy, "error"]);
    }
    const alone = fusionPolicies("all", [{ name: "a0", findsNothing: true }]);
    expect([fuse(of(clean), alone("c")), fuse(of(crashed), alone("c"))]).toEqual(["pass", "error"]);
  });

  it("by default are any of those whose word counts whole in the language", () => {
    const usual = fusionPolicies("default", [{ name: "a0" }, { name: "a1", weights: { c: 0.5 } }]);
    expect(fuse(of(clean, found), usual("c"))).toBe("pass");
    expect(fuse(of(unknown, found), usual("c"))).toBe("fail");
    expect(fuse(of(found, clean), usual("c"))).toBe("fail");
    expect(fuse(of(clean, found), usual("python"))).toBe("fail");
    // What could have tipped it was the other one.
    expect(fuse(of(crashed, found), usual("c"))).toBe("error");
    expect(fuse(of(clean, crashed), usual("c"))).toBe("pass");
  });
});

describe("the disagreement matrix", () => {
  it("counts pair by pair, failures apart and without those that do not read the language", () => {
    const matrix = new DisagreementMatrix();
    expect(matrix.rows()).toEqual([]);
    const files = [
      of(found, clean),
      of(found, found),
      of(clean, clean),
      of(clean, found),
      of(found, crashed),
    ];
    for (const file of [...files, of(found, unknown), of(abstained, found)]) matrix.add(saidOf(file));
    expect(matrix.rows()).toEqual([
      { first: "a0", second: "a1", both: 1, onlyFirst: 1, onlySecond: 1, neither: 1, failed: 2 },
    ]);
  });
});

describe("a clean word that a permissive parser stands behind", () => {
  const unconfirmed: AnalysisOutcome = { outcome: "clean", note: "n", unconfirmed: true };
  it("is confirmed, or falls, by a real parser", () => {
    expect(needsParser(unconfirmed)).toBe(true);
    expect(settleSyntax(unconfirmed, clean)).toEqual({ outcome: "clean", note: "n" });
    const refused: AnalysisOutcome = { outcome: "failed", reason: "unparsable", message: "line 1 (CPython)" };
    expect(settleSyntax(unconfirmed, refused)).toBe(refused);
  });
  it("stays unconfirmed where the parser failed itself, and no other clean word is asked about", () => {
    for (const word of [crashed, unknown]) expect(settleSyntax(unconfirmed, word)).toBe(unconfirmed);
    expect([needsParser(clean), needsParser(found)]).toEqual([false, false]);
  });
});

describe("a disputed syntax error", () => {
  it("falls when a real parser accepts the text", () => {
    expect(settleSyntax(unparsable, clean)).toEqual(found);
  });
  it("stays where nothing was found reading past it: a program that the tool has not read is not clean", () => {
    const silent: AnalysisOutcome = { ...unparsable, provisional: [] };
    expect([isDisputable(silent), settleSyntax(silent, clean)]).toEqual([false, silent]);
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
