import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { differenceEstimate, RESAMPLES, ratioEstimate } from "./bootstrap.ts";
import { holmAdjust } from "./holm.ts";
import { wilsonInterval } from "./interval.ts";
import { clusterPermutationTest, mcnemarExact } from "./paired-tests.ts";
import { passAtK } from "./pass-at-k.ts";
import { seededRandom } from "./random.ts";
import type { ClusterSums } from "./ratio.ts";

const cluster = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 }))
  .map(([n, a, b]) => ({ n, before: Math.min(a, n), after: Math.min(b, n) }));
const clusters = fc.array(cluster, { minLength: 1, maxLength: 30 });

describe("seededRandom", () => {
  it("is the same for a seed and another for another", () => {
    const take = (seed: string) => Array.from({ length: 5 }, seededRandom(seed).next);
    expect(take("a")).toEqual(take("a"));
    expect(take("a")).not.toEqual(take("b"));
    // Pinned: keys and intervals of stored runs depend on this stream.
    expect(take("sectune")).toMatchInlineSnapshot(`
      [
        1664841345,
        1514771644,
        1309844338,
        686597806,
        2424827272,
      ]
    `);
  });

  it("draws evenly below a bound", () => {
    const random = seededRandom(7);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i++) counts[random.below(10)]! += 1;
    // Chi-square with 9 degrees of freedom: 33.7 is its 0.9999 quantile.
    expect(counts.reduce((sum, n) => sum + (n - 10_000) ** 2 / 10_000, 0)).toBeLessThan(33.7);
  });
});

describe("ratioEstimate", () => {
  it("brackets the value and stays in 0–100", () => {
    fc.assert(
      fc.property(clusters, (list) => {
        const { value, interval } = ratioEstimate(side(list, "before"), seededRandom(1), 400);
        expect(interval!.low).toBeLessThanOrEqual(value! + 1e-9);
        expect(interval!.high).toBeGreaterThanOrEqual(value! - 1e-9);
        expect(interval!.low).toBeGreaterThanOrEqual(0);
        expect(interval!.high).toBeLessThanOrEqual(100);
      }),
      { numRuns: 60 },
    );
  });

  it("has no value when nothing was judged", () => {
    expect(ratioEstimate(sums([], []), seededRandom(1))).toMatchObject({ value: null, interval: null });
  });

  it("never claims certainty: clusters that agree get Wilson's bound", () => {
    const all = ratioEstimate(sums([2, 3, 1], [2, 3, 1]), seededRandom(1));
    expect(all.value).toBe(100);
    expect(all.interval!.low).toBeCloseTo(wilsonInterval(3, 3)!.low, 9);
    expect(ratioEstimate(sums([5], [10]), seededRandom(1)).interval).toMatchObject({ level: 0.95 });
  });

  it("gives no interval where the ratio is often undefined", () => {
    const rare = ratioEstimate(sums([1, 0, 0, 0], [2, 0, 0, 0]), seededRandom(1));
    expect(rare).toMatchObject({ value: 50, interval: null });
  });

  it("covers the truth about as often as it says", () => {
    let covered = 0;
    const random = seededRandom("coverage");
    const studies = 400;
    for (let study = 0; study < studies; study++) {
      const tops: number[] = [];
      const bottoms: number[] = [];
      for (let i = 0; i < 60; i++) {
        // Half the clusters are easy (0.9), half hard (0.3): the truth is 60 %.
        const chance = random.below(2) ? 0.9 : 0.3;
        let hits = 0;
        for (let j = 0; j < 4; j++) if (random.below(1000) < 1000 * chance) hits++;
        tops.push(hits);
        bottoms.push(4);
      }
      const { low, high } = ratioEstimate(sums(tops, bottoms), random, 500).interval!;
      if (low <= 60 && 60 <= high) covered++;
    }
    expect(covered / studies).toBeGreaterThan(0.91);
    expect(covered / studies).toBeLessThan(0.985);
  });

  it("takes well under a second for 1,000 items × 10,000 resamples", () => {
    const list = Array.from({ length: 1000 }, (_, i) => i % 3);
    // Processor time, and the fastest of three: other processes may hold the cores.
    const durations = [1, 2, 3].map((seed) => {
      const before = process.cpuUsage();
      ratioEstimate(sums(list, new Array<number>(1000).fill(2)), seededRandom(seed), RESAMPLES);
      return process.cpuUsage(before).user / 1000;
    });
    expect(Math.min(...durations)).toBeLessThan(1000);
  });
});

describe("differenceEstimate and paired tests", () => {
  it("change sign, and nothing else, when the arms change places", () => {
    fc.assert(
      fc.property(clusters, (list) => {
        const [before, after] = [side(list, "before"), side(list, "after")];
        const there = differenceEstimate(before, after, seededRandom(1), 300);
        const back = differenceEstimate(after, before, seededRandom(1), 300);
        expect(there.value).toBeCloseTo(-back.value!, 9);
        expect(there.interval!.low).toBeCloseTo(-back.interval!.high, 9);
        const test = (a: ClusterSums, b: ClusterSums) =>
          clusterPermutationTest(gains(a, b), seededRandom(1), 300);
        expect(test(before, after)).toBe(test(after, before));
      }),
      { numRuns: 60 },
    );
  });

  it("see nothing between an arm and itself, without claiming an interval of width zero", () => {
    const arm = sums([1, 2, 0, 3], [3, 3, 3, 3]);
    const { value, interval } = differenceEstimate(arm, arm, seededRandom(1));
    expect(value).toBe(0);
    expect(interval!.low).toBeLessThan(-10);
    expect(interval!.high).toBeGreaterThan(10);
    expect(clusterPermutationTest(gains(arm, arm), seededRandom(1))).toBe(1);
  });

  it("permutation on single clusters agrees with McNemar", () => {
    const tops = (passes: number[]) =>
      sums(
        passes,
        passes.map(() => 1),
      );
    const before = tops([0, 0, 0, 0, 0, 0, 1, 0, 1, 1]);
    const after = tops([1, 1, 1, 1, 1, 1, 0, 0, 1, 1]);
    expect(clusterPermutationTest(gains(before, after), seededRandom(1))).toBeCloseTo(mcnemarExact(6, 1), 12);
  });

  it("p-values of no effect are below 0.05 at most about 5 % of the time", () => {
    const random = seededRandom("size");
    let rejected = 0;
    for (let study = 0; study < 400; study++) {
      const draws = Float64Array.from({ length: 40 }, () => random.below(4) - random.below(4));
      const p = clusterPermutationTest(draws, random, 400);
      if (p < 0.05) rejected++;
    }
    expect(rejected / 400).toBeLessThan(0.08);
    expect(rejected / 400).toBeGreaterThan(0.02);
  });

  it("refuses arms with other clusters", () => {
    expect(() => differenceEstimate(sums([1], [1]), sums([1, 1], [1, 1]), seededRandom(1))).toThrow(
      RangeError,
    );
  });
});

describe("small tests", () => {
  it("Holm keeps order, never lowers a p-value, passes null through", () => {
    expect(holmAdjust([0.02, null, 0.01])).toEqual([0.02, null, 0.02]);
    const p = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(p, (list) => {
        const adjusted = holmAdjust(list) as number[];
        adjusted.forEach((value, i) => {
          expect(value).toBeGreaterThanOrEqual(list[i]!);
          expect(value).toBeLessThanOrEqual(1);
          adjusted.forEach((other, j) => {
            if (list[i]! < list[j]!) expect(value).toBeLessThanOrEqual(other);
          });
        });
      }),
    );
  });

  it("pass@1 is the pass rate; pass@k grows with k; nonsense is refused", () => {
    expect(passAtK(8, 2, 1)).toBeCloseTo(0.25, 12);
    for (let k = 1; k < 7; k++) expect(passAtK(8, 2, k + 1)).toBeGreaterThan(passAtK(8, 2, k));
    expect(() => passAtK(3, 1, 4)).toThrow(RangeError);
    expect(() => passAtK(3, 4, 1)).toThrow(RangeError);
  });
});

function sums(numerator: number[], denominator: number[]): ClusterSums {
  return { numerator: Float64Array.from(numerator), denominator: Float64Array.from(denominator) };
}

function gains(from: ClusterSums, to: ClusterSums): Float64Array {
  return to.numerator.map((hits, i) => hits - from.numerator[i]!);
}

function side(list: { n: number; before: number; after: number }[], arm: "before" | "after"): ClusterSums {
  return sums(
    list.map((it) => it[arm]),
    list.map((it) => it.n),
  );
}
