import { expect, test } from "vitest";
import { CWE_KEYWORDS } from "../../src/algorithms/cwe-keywords.ts";
import { keywordCoverage } from "../../src/algorithms/trace-metrics.ts";
import { FAMILIES } from "../../src/benchmarks/tinytasks/registry.ts";
import { CWE_CLUSTERS } from "../../src/recipes/steps/cwe-clusters.ts";

const weaknesses = FAMILIES.flatMap(({ name, cwe, reasoning }) =>
  cwe === null ? [] : [{ name, cwe, reasoning }],
);

test.each(weaknesses)(
  "$name: $cwe has keywords for metric K, and the suite's own reasoning uses them",
  ({ cwe, reasoning }) => {
    expect(CWE_KEYWORDS.has(cwe)).toBe(true);
    const covered = reasoning.filter((text) => keywordCoverage(text, [cwe], "word").coverage === 1);
    expect(covered.length).toBeGreaterThan(0);
  },
);

test.each(weaknesses)("$name: $cwe belongs to one cluster of the transfer ablation", ({ cwe }) => {
  expect(Object.values(CWE_CLUSTERS).filter((cwes) => cwes.includes(cwe))).toHaveLength(1);
});
