import { describe, expect, it } from "vitest";
import { cweCatalogue, cweEntry, cweWarning } from "./catalogue.ts";
import { cweAncestors, matchesCwe } from "./match-cwe.ts";
import { normalizeCwe } from "./normalize-cwe.ts";

describe("the CWE list", () => {
  it("is whole: every parent exists, and no weakness is its own ancestor", () => {
    const { entries } = cweCatalogue();
    expect(entries.size).toBeGreaterThan(1300);
    for (const { id, parents } of entries.values()) {
      for (const parent of parents) expect(entries.has(parent), `${id} → ${parent}`).toBe(true);
      expect(cweAncestors(id).has(id)).toBe(false);
    }
  });

  it("knows names, abstraction and parents", () => {
    expect(cweEntry("cwe-089")).toMatchObject({
      id: "CWE-89",
      abstraction: "Base",
      parents: ["CWE-943"],
      usage: "Allowed",
    });
    expect(cweEntry(78)?.name).toContain("OS Command Injection");
    expect(cweEntry("CWE-99999")).toBeUndefined();
  });

  it.each([
    ["CWE-79", "CWE-79"],
    ["cwe-079", "CWE-79"],
    ["79", "CWE-79"],
    [" CWE_0079 ", "CWE-79"],
    ["cwe 79", "CWE-79"],
    [1333, "CWE-1333"],
    ["CWE-", undefined],
    ["CWE-0", undefined],
    ["CVE-2024-1", undefined],
    ["79a", undefined],
    ["-79", undefined],
  ])("normalises %j to %j", (given, expected) => expect(normalizeCwe(given)).toBe(expected));

  it.each([
    ["CWE-89", "CWE-89", true],
    ["CWE-943", "CWE-89", true],
    ["CWE-564", "89", true], // Hibernate: a variant of 89
    ["CWE-74", "cwe-89", true],
    ["CWE-707", "CWE-89", false], // pillar
    ["CWE-78", "CWE-89", false], // sibling
    ["CWE-330", "CWE-338", true],
    ["CWE-787", "CWE-119", true],
    ["CWE-787", "CWE-125", false],
    ["CWE-99999", "CWE-99999", true],
    ["nonsense", "nonsense", false],
  ])("%s answers an expected %s: %s", (found, expected, answer) => {
    expect(matchesCwe(found, expected)).toBe(answer);
    expect(matchesCwe(expected, found)).toBe(answer);
  });

  it("warns of ids that should not be named", () => {
    expect(cweWarning("CWE-79")).toBeUndefined();
    expect(cweWarning("CWE-20")).toContain("discouraged");
    expect(cweWarning("CWE-310")).toContain("category");
    expect(cweWarning("CWE-99999")).toContain("not in the CWE list");
  });
});
