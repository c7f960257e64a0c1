import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { differenceEstimate, RESAMPLES, ratioEstimate } from "./bootstrap.ts";
import { holmAdjust } from "./holm.ts";
import { type Interval, wilsonInterval } from "./interval.ts";
import { clusterPermutationTest, mcnemarExact } from "./paired-tests.ts";
import { passAtK } from "./pass-at-k.ts";
import { seededRandom } from "./random.ts";
import { type ClusterSums, clusterSums } from "./ratio.ts";

/** Made by scripts/golden-statistics.py with scipy and statsmodels. */
const golden = JSON.parse(
  readFileSync(new URL("../../../test/fixtures/statistics/golden.json", import.meta.url), "utf8"),
) as Golden;

describe("statistics against scipy and statsmodels", () => {
  it.each(golden.wilson)("Wilson interval of $hits of $n", ({ hits, n, interval }) => {
    const ours = wilsonInterval(hits, n)!;
    expect(ours.low).toBeCloseTo(interval[0], 9);
    expect(ours.high).toBeCloseTo(interval[1], 9);
  });

  it.each(golden.mcnemar)("exact McNemar of +$gained −$lost", ({ gained, lost, pValue }) => {
    expect(Math.abs(mcnemarExact(gained, lost) - pValue)).toBeLessThan(1e-10 + 1e-7 * pValue);
  });

  it.each(golden.holm)("Holm of $pValues", ({ pValues, adjusted }) => {
    holmAdjust(pValues).forEach((p, i) => {
      expect(p).toBeCloseTo(adjusted[i]!, 12);
    });
  });

  it.each(golden.passAtK)("pass@$k of $passes in $n", ({ n, passes, k, value }) => {
    expect(passAtK(n, passes, k)).toBeCloseTo(value, 12);
  });

  describe.each(golden.scenarios)("$name", ({ items, metrics }) => {
    it.each(Object.entries(metrics))("%s", (metric, expected) => {
      const [before, after] = [sums(items, 0, metric), sums(items, 1, metric)];
      const wanted = [
        [ratioEstimate(before, seededRandom(1), 100_000), expected.before],
        [ratioEstimate(after, seededRandom(2), 100_000), expected.after],
        [differenceEstimate(before, after, seededRandom(3), 100_000), expected.difference],
      ] as const;
      for (const [estimate, reference] of wanted) {
        expect(estimate.value).toBeCloseTo(reference.value, 9);
        expectInterval(estimate.interval!, reference.interval);
      }
      const { pValue } = expected.permutation;
      const both = items.filter(({ func }) => metric !== "secRatio" || (func[0] && func[1]));
      const passes = sums(both, 0, metric).numerator;
      const gains = sums(both, 1, metric).numerator.map((hits, i) => hits - passes[i]!);
      const ours = clusterPermutationTest(gains, seededRandom(4));
      // Five standard errors of our 10,000 permutations (scipy's 200,000 add little).
      const slack = expected.permutation.exact ? 1e-12 : 2 / RESAMPLES;
      const deviation = 5 * Math.sqrt((pValue * (1 - pValue)) / RESAMPLES);
      expect(Math.abs(ours - pValue)).toBeLessThan(slack + (expected.permutation.exact ? 0 : deviation));
    });
  });
});

/** Resampling noise of a limit with 100,000 and 200,000 draws is about 0.3 % of the width; 2 % where values are coarse. */
function expectInterval(ours: Interval, [low, high]: [number, number]): void {
  const slack = 0.02 * (high - low);
  expect(Math.abs(ours.low - low)).toBeLessThan(slack);
  expect(Math.abs(ours.high - high)).toBeLessThan(slack);
}

function sums(items: readonly Item[], arm: 0 | 1, metric: string): ClusterSums {
  // Clusters stay paired for secRatio too: a cluster without a working answer keeps its place with zeros.
  const names = [...new Set(items.map(({ cluster }) => cluster))];
  const numerator = new Float64Array(names.length);
  const denominator = new Float64Array(names.length);
  for (const item of items) {
    const at = names.indexOf(item.cluster);
    const [func, secure] = [item.func[arm], item.secure[arm]];
    if (metric === "func" ? func : func && secure) numerator[at]! += 1;
    if (metric !== "secRatio" || func) denominator[at]! += 1;
  }
  if (metric === "func") {
    const grouped = clusterSums(
      items.map((item) => ({ cluster: item.cluster, hit: item.func[arm], counted: true })),
    );
    expect(grouped).toEqual({ numerator, denominator });
  }
  return { numerator, denominator };
}

interface Item {
  cluster: string;
  func: [boolean, boolean];
  secure: [boolean, boolean];
}
interface Reference {
  value: number;
  interval: [number, number];
}
interface Golden {
  wilson: { hits: number; n: number; interval: [number, number] }[];
  mcnemar: { gained: number; lost: number; pValue: number }[];
  holm: { pValues: number[]; adjusted: number[] }[];
  passAtK: { n: number; passes: number; k: number; value: number }[];
  scenarios: {
    name: string;
    items: Item[];
    metrics: Record<
      string,
      {
        before: Reference;
        after: Reference;
        difference: Reference;
        permutation: { exact: boolean; pValue: number };
      }
    >;
  }[];
}
