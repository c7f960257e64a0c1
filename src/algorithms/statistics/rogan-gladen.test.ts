import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Estimate } from "./bootstrap.ts";
import { seededRandom } from "./random.ts";
import type { ClusterSums } from "./ratio.ts";
import { correctedEstimate, roganGladen } from "./rogan-gladen.ts";

/** Made by scripts/golden-rogan-gladen.py with numpy and scipy. */
const golden = JSON.parse(
  readFileSync(new URL("../../../test/fixtures/statistics/rogan-gladen.json", import.meta.url), "utf8"),
) as Golden;

const sums = (numerator: readonly number[], denominator: readonly number[]): ClusterSums => ({
  numerator: Float64Array.from(numerator),
  denominator: Float64Array.from(denominator),
});

/** `hits` of `of` items, each a cluster of its own; `before` and `after` clusters hold items of another kind. */
function singles(hits: number, of: number, before = 0, after = 0): ClusterSums {
  const total = before + of + after;
  const at = (index: number) => index - before;
  return sums(
    Array.from({ length: total }, (_, index) => (at(index) >= 0 && at(index) < hits ? 1 : 0)),
    Array.from({ length: total }, (_, index) => (at(index) >= 0 && at(index) < of ? 1 : 0)),
  );
}

const trials = (found: number, weak: number, clean: number, secure: number) => ({
  sensitivity: singles(found, weak, 0, secure),
  specificity: singles(clean, secure, weak, 0),
});

const estimated = (result: ReturnType<typeof correctedEstimate>): Estimate => {
  if ("reason" in result) throw new Error(result.reason);
  return result;
};

describe("Rogan–Gladen", () => {
  // epi.prev of the R package epiR: 23 of 150 cows, sensitivity 96 %, specificity 89 %: 5.1; 6 of 151 children, 96.4 %, 92.7 %: 0.
  it.each([
    [23 / 1.5, 96, 89, 5.098],
    [600 / 151, 96.4, 92.7, 0],
    [30, 100, 100, 30],
    [100, 80, 90, 100],
  ])("%d of which sensitivity %d and specificity %d make %d", (apparent, sensitivity, specificity, value) => {
    expect(roganGladen(apparent, sensitivity, specificity)).toBeCloseTo(value, 3);
  });

  it("gives nothing for a test that tells nothing", () => {
    expect(roganGladen(30, 40, 60)).toBeNull();
    expect(roganGladen(30, 20, 50)).toBeNull();
    expect(roganGladen(30, Number.NaN, 90)).toBeNull();
  });

  // Bendavid et al. 2021, Int. J. Epidemiol. 50, 410: 50 of 3,330 positive, 130 of 157 and 3,308 of 3,324: 1.2 % (0.7–1.8 %).
  it("is checked against an oracle that gives the published estimate of the Santa Clara study, interval and all", () => {
    const { positive, value, bootstrap } = golden.independent[0]!;
    expect([positive, ...[value, ...bootstrap].map((it) => it.toFixed(1))]).toEqual([
      50,
      "1.2",
      "0.7",
      "1.8",
    ]);
  });

  it.each(golden.independent)("$positive of $tested, $found of $weak, $clean of $secure", (one) => {
    const accuracy = trials(one.found, one.weak, one.clean, one.secure);
    const { value, interval } = estimated(
      correctedEstimate(singles(one.positive, one.tested), accuracy, seededRandom("independent"), 8_000),
    );
    expect(value).toBeCloseTo(one.value, 9);
    // The number of weak items among drawn ones varies here, which it does not for the oracle: a few percent of the width.
    const width = one.bootstrap[1] - one.bootstrap[0];
    expect(Math.abs(interval!.low - one.bootstrap[0])).toBeLessThan(0.05 * width);
    expect(Math.abs(interval!.high - one.bootstrap[1])).toBeLessThan(0.05 * width);
    // And the closed form of Lang & Reiczigel is near.
    expect(Math.abs(interval!.low - one.langReiczigel[0])).toBeLessThan(0.12 * width);
    expect(Math.abs(interval!.high - one.langReiczigel[1])).toBeLessThan(0.12 * width);
  });

  it.each(golden.clustered)("$name", ({ apparent, sensitivity, specificity, value, bootstrap }) => {
    const accuracy = { sensitivity: sums(...sensitivity), specificity: sums(...specificity) };
    const ours = estimated(
      correctedEstimate(sums(...apparent), accuracy, seededRandom("clustered"), 100_000),
    );
    expect(ours.value).toBeCloseTo(value, 9);
    const slack = 0.02 * (bootstrap[1] - bootstrap[0]);
    expect(Math.abs(ours.interval!.low - bootstrap[0])).toBeLessThan(slack);
    expect(Math.abs(ours.interval!.high - bootstrap[1])).toBeLessThan(slack);
  });
});

describe("the uncertainty of the calibration", () => {
  const wide = (accuracy: Parameters<typeof correctedEstimate>[1]) => {
    const { interval } = estimated(
      correctedEstimate(singles(60, 200), accuracy, seededRandom("width"), 4_000),
    );
    return interval!.high - interval!.low;
  };

  it("is carried: fewer calibrated items, a wider interval", () => {
    const [few, many] = [wide(trials(16, 20, 19, 20)), wide(trials(1600, 2000, 1900, 2000))];
    expect(few).toBeGreaterThan(1.3 * many);
    // Without any, the interval would be that of the apparent rate alone, stretched by 1 / (Se + Sp − 1).
    expect(many).toBeCloseTo((2 * 1.96 * 100 * Math.sqrt((0.3 * 0.7) / 200)) / 0.75, -1);
  });

  it("does not vanish where all clusters agree", () => {
    const [few, many] = [wide(trials(10, 10, 10, 10)), wide(trials(1000, 1000, 1000, 1000))];
    expect(few).toBeGreaterThan(1.2 * many);
    const none = correctedEstimate(singles(0, 70), trials(900, 1000, 1000, 1000), seededRandom("none"));
    expect(estimated(none)).toMatchObject({ value: 0, interval: { low: 0 } });
    // Wilson's bound of 0 of 70 is 5.2 %.
    expect(estimated(none).interval!.high).toBeCloseTo(5.2 / 0.9, 0);
  });

  it("withholds what may rest on nothing", () => {
    const result = correctedEstimate(singles(60, 200), trials(8, 20, 14, 20), seededRandom("weak"), 2_000);
    expect(result).toEqual({ reason: expect.stringContaining("% of resamples of the calibration") });
    const useless = correctedEstimate(singles(60, 200), trials(4, 20, 14, 20), seededRandom("useless"));
    expect(useless).toEqual({
      reason: "sensitivity 20.0 + specificity 70.0 is at most 100: it tells nothing",
    });
    const onlyWeak = {
      sensitivity: singles(4, 20),
      specificity: sums(new Array(20).fill(0), new Array(20).fill(0)),
    };
    expect(correctedEstimate(singles(60, 200), onlyWeak, seededRandom("one"))).toEqual({
      reason: "no secure items were calibrated on",
    });
    expect(correctedEstimate(sums([], []), trials(9, 10, 9, 10), seededRandom("empty"))).toMatchObject({
      value: null,
    });
  });

  it("gives intervals that hold the truth about as often as they say, with clusters on both sides", () => {
    const random = seededRandom("coverage");
    const uniform = () => random.next() / 2 ** 32;
    const rounds = 300;
    let held = 0;
    for (let round = 0; round < rounds; round++) {
      const cluster = (rate: number) => {
        // Beta-binomial-like: a cluster of four goes one way more often than by chance.
        const own = uniform() < 0.3 ? (uniform() < rate ? 1 : 0) : rate;
        return Array.from({ length: 4 }, () => (uniform() < own ? 1 : 0)).reduce<number>((a, b) => a + b, 0);
      };
      const draw = (count: number, rate: number) =>
        sums(
          Array.from({ length: count }, () => cluster(rate)),
          new Array(count).fill(4),
        );
      const [truth, se, sp] = [0.3, 0.75, 0.9];
      const result = correctedEstimate(
        draw(80, truth * se + (1 - truth) * (1 - sp)),
        { sensitivity: draw(60, se), specificity: draw(60, sp) },
        seededRandom(round),
        800,
      );
      const { low, high } = estimated(result).interval!;
      if (low <= 100 * truth && 100 * truth <= high) held++;
    }
    expect(held / rounds).toBeGreaterThan(0.91);
    expect(held / rounds).toBeLessThan(0.985);
  });
});

type Columns = [number[], number[]];
interface Golden {
  independent: {
    positive: number;
    tested: number;
    found: number;
    weak: number;
    clean: number;
    secure: number;
    value: number;
    bootstrap: [number, number];
    langReiczigel: [number, number];
  }[];
  clustered: {
    name: string;
    apparent: Columns;
    sensitivity: Columns;
    specificity: Columns;
    value: number;
    bootstrap: [number, number];
  }[];
}
