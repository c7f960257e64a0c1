import { expect, test } from "vitest";
import { ratioEstimate } from "./bootstrap.ts";
import { pearson, spearman } from "./correlation.ts";
import { seededRandom } from "./random.ts";
import { clusterSums } from "./ratio.ts";
import { sumByCluster, sumsEstimate } from "./sums.ts";

const random = seededRandom("items");
const items = Array.from({ length: 300 }, (_, index) => ({
  cluster: `c${index % 40}`,
  hit: random.below(100) < (index % 40 < 20 ? 80 : 30),
}));

test("a rate has the very interval that the rates' own bootstrap gives it", () => {
  const own = ratioEstimate(
    clusterSums(items.map((item) => ({ ...item, counted: true }))),
    seededRandom("same"),
    2_000,
  );
  const sums = sumByCluster(items.map(({ cluster, hit }) => ({ cluster, values: [hit ? 1 : 0, 1] })));
  const general = sumsEstimate(sums, {
    columns: 2,
    statistic: ([hits, n]) => (100 * hits!) / n!,
    random: seededRandom("same"),
    resamples: 2_000,
  });
  expect(general).toEqual(own);
});

test("what does not vary has no interval, or the bound of its range", () => {
  const sums = sumByCluster(Array.from({ length: 20 }, (_, i) => ({ cluster: `c${i}`, values: [7, 1] })));
  const options = {
    columns: 2,
    statistic: ([total, n]: Float64Array) => total! / n!,
    random: seededRandom(1),
    resamples: 100,
  };
  expect(sumsEstimate(sums, options)).toMatchObject({ value: 7, interval: null });
  expect(sumsEstimate(sums, { ...options, bounds: [0, 100] }).interval!.high).toBeGreaterThan(7);
  expect(sumsEstimate([], { ...options, statistic: () => null }).value).toBeNull();
});

test("correlations: against values worked out by hand, ties sharing their rank, clusters as the unit", () => {
  const at = (x: number, y: number, cluster = `${x} ${y}`) => ({ cluster, x, y });
  const line = [at(1, 2), at(2, 4), at(3, 6), at(4, 8)];
  expect(pearson(line, seededRandom(1), 200).value).toBeCloseTo(1, 12);
  // Monotone but not linear: ranks agree, values do not.
  const curve = [at(1, 1), at(2, 4), at(3, 9), at(10, 1000)];
  expect(spearman(curve, seededRandom(1), 200).value).toBeCloseTo(1, 12);
  expect(pearson(curve, seededRandom(1), 200).value!).toBeLessThan(0.999);
  // Ranks 1.5, 1.5, 3, 4 against 1, 2, 3, 4: 4.5 / sqrt(4.5 * 5).
  const tied = [at(5, 1), at(5, 2), at(6, 3), at(7, 4)];
  expect(spearman(tied, seededRandom(1), 200).value).toBeCloseTo(4.5 / Math.sqrt(22.5), 12);
  expect(pearson([at(1, 1), at(1, 2)], seededRandom(1), 50).value).toBeNull();
  // The same answers 25 times are no more evidence than once: the interval is that of the clusters.
  const few = Array.from({ length: 12 }, (_, i) => at(i, (i * 7) % 12, `c${i}`));
  const repeated = Array.from({ length: 25 }, () => few).flat();
  const width = (pairs: typeof few) => {
    const { interval } = pearson(pairs, seededRandom(3), 2_000);
    return interval!.high - interval!.low;
  };
  expect(width(repeated)).toBeCloseTo(width(few), 6);
});
