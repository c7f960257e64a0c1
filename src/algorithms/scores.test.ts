import { describe, expect, it } from "vitest";
import type { Verdict } from "../core/judgement.ts";
import { type Score, ScoreSchema } from "../core/score.ts";
import { armScore, differenceOf, headline } from "./headline.ts";
import { type ScoreInput, scoreArms } from "./scores.ts";
import type { ArmJudgement } from "./scoring/metric.ts";
import { mcnemarExact } from "./statistics/paired-tests.ts";

const splits = [
  { name: "seen", security: true },
  { name: "utility", security: false },
];

describe("scoreArms", () => {
  it("gives rates, CWE rows and paired differences", () => {
    const scores = score({
      base: [
        ...judge("seen", 12, "PP", 2),
        ...judge("seen", 68, "PF", 2, 12),
        ...judge("seen", 20, "FF", 2, 80),
      ],
      tuned: [...judge("seen", 90, "PP", 2), ...judge("seen", 10, "FF", 2, 90)],
    });
    for (const row of scores) ScoreSchema.parse(row);
    expect(armScore(scores, "base", "seen", "func")).toMatchObject({ value: 80, n: 100, clusters: 50 });
    expect(armScore(scores, "base", "seen", "funcSec")?.value).toBe(12);
    expect(armScore(scores, "base", "seen", "secRatio")).toMatchObject({ value: 15, n: 80 });
    expect(armScore(scores, "tuned", "seen", "secRatio", "CWE-89")?.value).toBe(100);
    const gain = differenceOf(scores, "base", "tuned", "seen", "funcSec")!;
    expect(gain).toMatchObject({ value: 78, n: 100, clusters: 50 });
    expect(gain.pValue).toBeLessThan(0.001);
    expect(gain.interval!.low).toBeGreaterThan(60);
    expect(gain.method).toBe("paired difference, cluster bootstrap 10000; paired cluster permutation");
  });

  it("uses exact McNemar where every cluster has one task", () => {
    const scores = score({
      base: [...judge("seen", 9, "PF", 1), ...judge("seen", 11, "PP", 1, 9)],
      tuned: [...judge("seen", 19, "PP", 1), ...judge("seen", 1, "PF", 1, 19)],
    });
    const difference = differenceOf(scores, "base", "tuned", "seen", "funcSec")!;
    expect(difference.method).toContain("exact McNemar");
    expect(difference.pValue).toBe(mcnemarExact(9, 1));
  });

  it("does not take a loss of function for evidence about secRatio", () => {
    // Function falls from 100 to 60 of 100; two of the answers that still work are secure now.
    const scores = score({
      base: judge("seen", 100, "PF", 2),
      tuned: [
        ...judge("seen", 2, "PP", 2),
        ...judge("seen", 58, "PF", 2, 2),
        ...judge("seen", 40, "FF", 2, 60),
      ],
    });
    const difference = differenceOf(scores, "base", "tuned", "seen", "secRatio")!;
    expect(difference.value).toBeCloseTo(100 / 30, 9);
    expect(difference.pValue).toBe(1);
    expect(difference.method).toContain("on pairs right in both");
    expect(differenceOf(scores, "base", "tuned", "seen", "func")!.pValue).toBeLessThan(0.001);
  });

  it("gives decoy splits the share that was over-hardened, errors left out", () => {
    const decoys = (hardened: number): ArmJudgement[] =>
      judge("decoys", 100, "F-", 2).map((it, i) => ({
        ...it,
        ...(i < 60 ? { functional: "pass" as const } : { overHardened: i < 60 + hardened }),
      }));
    const scores = scoreArms({
      arms: { base: decoys(10), tuned: decoys(40), broken: judge("decoys", 10, "E-", 2) },
      splits: [...splits, { name: "decoys", security: false, decoys: true }],
      compare: [{ from: "base", to: "tuned" }],
      resamples: 500,
    });
    expect(armScore(scores, "base", "decoys", "overHardening")).toMatchObject({ value: 10, n: 100 });
    expect(armScore(scores, "broken", "decoys", "overHardening")?.value).toBeNull();
    expect(differenceOf(scores, "base", "tuned", "decoys", "overHardening")?.value).toBe(30);
    expect(armScore(scores, "base", "decoys", "func")?.value).toBe(60);
    expect(armScore(scores, "base", "decoys", "funcSec")).toBeUndefined();
    expect(armScore(scores, "base", "seen", "overHardening")).toBeUndefined();
  });

  it("gives utility splits a functional side only", () => {
    const scores = score({ base: judge("utility", 10, "P-", 1), tuned: judge("utility", 10, "P-", 1) });
    expect(scores.filter((it) => it.breakdown.split === "utility").map((it) => it.name)).toEqual([
      "func",
      "func",
      "func",
    ]);
  });

  it("excludes errors and skips, counts them, and withholds above 1 % errors", () => {
    const base = [
      ...judge("seen", 99, "PP", 1),
      ...judge("seen", 1, "PE", 1, 99),
      ...judge("seen", 5, "PS", 1, 100),
    ];
    const tuned = [
      ...judge("seen", 97, "PP", 1),
      ...judge("seen", 2, "EE", 1, 97),
      ...judge("seen", 6, "PP", 1, 99),
    ];
    const scores = score({ base, tuned });
    const given = armScore(scores, "base", "seen", "funcSec")!;
    expect(given).toMatchObject({ value: 100, n: 99, excluded: { error: 1, skip: 5 } });
    expect(given.withheld).toBeUndefined();
    const withheld = armScore(scores, "tuned", "seen", "func")!;
    expect(withheld).toMatchObject({ value: null, interval: null, n: 103, excluded: { error: 2, skip: 0 } });
    expect(withheld.withheld).toMatch(/2 of 105/);
    expect(differenceOf(scores, "base", "tuned", "seen", "funcSec")).toMatchObject({
      value: null,
      pValue: null,
    });
  });

  it("treats a sample that the other arm lacks as without verdict, never as a pass", () => {
    const scores = score({ base: judge("seen", 30, "PP", 1), tuned: judge("seen", 20, "PP", 1) });
    expect(differenceOf(scores, "base", "tuned", "seen", "func")).toMatchObject({
      value: null,
      n: 20,
      excluded: { error: 10, skip: 0 },
    });
  });

  it("pairs several samples of a task by their index", () => {
    const sample = (index: number, verdict: Verdict): ArmJudgement => ({
      ...judge("seen", 1, "PP", 1)[0]!,
      sampleIndex: index,
      functional: verdict,
    });
    const base = [sample(0, "pass"), sample(1, "fail")];
    const scores = score({ base, tuned: [...base].reverse() });
    expect(differenceOf(scores, "base", "tuned", "seen", "func")).toMatchObject({
      value: 0,
      n: 2,
      clusters: 1,
    });
    expect(() => score({ base: [base[0]!, base[0]!], tuned: [] })).toThrow(/sample 0 twice/);
  });

  it("has value null where nothing was judged", () => {
    const scores = score({ base: [], tuned: [] });
    expect(armScore(scores, "base", "seen", "func")).toMatchObject({ value: null, n: 0, interval: null });
  });

  it("changes no number when an arm is added, and repeats exactly", () => {
    const arms = {
      base: judge("seen", 30, "PF", 3),
      tuned: [...judge("seen", 9, "PF", 3), ...judge("seen", 21, "PP", 3, 9)],
    };
    const alone = score(arms);
    expect(score(arms)).toEqual(alone);
    const more = score({ prompted: judge("seen", 30, "PP", 3), ...arms });
    for (const row of alone) expect(more).toContainEqual(row);
  });

  it("refuses unknown arms", () => {
    expect(() => scoreArms({ arms: {}, splits, compare: [{ from: "a", to: "b" }] })).toThrow(/no arm "a"/);
  });
});

describe("headline", () => {
  it("has the shape that quickstart --json promises", () => {
    const scores = score({
      base: [...judge("seen", 10, "PF", 2), ...judge("utility", 10, "P-", 2)],
      tuned: [...judge("seen", 10, "PP", 2), ...judge("utility", 10, "P-", 2)],
    });
    const result = headline(scores, { before: "base", after: "tuned", prompted: "base prompted" });
    expect(result.before.seen).toEqual({ func: 100, funcSec: 0, secRatio: 0, n: 10, keys: 5 });
    expect(result.after.utility).toEqual({ func: 100, funcSec: null, secRatio: null, n: 10, keys: 5 });
    expect(result.delta.seen!.funcSec.value).toBe(100);
    expect(result.delta.utility!.secRatio).toEqual({ value: null, low: null, high: null });
    expect(result.delta.utility!.func.low).toBeLessThan(0);
    expect(Object.keys(result)).toEqual(["before", "after", "delta"]);
  });

  it("also has the prompted base and the paired difference from it, where the run has that arm", () => {
    const arms = {
      base: judge("seen", 10, "PF", 2),
      prompted: [...judge("seen", 8, "PP", 2), ...judge("seen", 2, "PF", 2, 8)],
      tuned: judge("seen", 10, "PP", 2),
    };
    const compare = ["base", "prompted"].map((from) => ({ from, to: "tuned" }));
    const scores = scoreArms({ arms, splits, compare });
    const result = headline(scores, { before: "base", after: "tuned", prompted: "prompted" });
    expect(result.prompted!.seen).toMatchObject({ func: 100, funcSec: 80, n: 10, keys: 5 });
    expect(result.deltaFromPrompted!.seen!.funcSec).toMatchObject({ value: 20, low: 0 });
    expect(result.delta.seen!.funcSec.value).toBe(100);
  });
});

function score(arms: ScoreInput["arms"]): Score[] {
  return scoreArms({ arms, splits, compare: [{ from: "base", to: "tuned" }] });
}

const VERDICTS: Record<string, Verdict> = { P: "pass", F: "fail", E: "error", S: "skip", "-": "skip" };

/** `count` judgements with the two verdicts of `letters`, `size` tasks to a cluster, task numbers from `first`. */
function judge(split: string, count: number, letters: string, size: number, first = 0): ArmJudgement[] {
  return Array.from({ length: count }, (_, i) => ({
    taskId: `${split}-${first + i}`,
    cluster: `${split}-${Math.floor((first + i) / size)}`,
    split,
    cwes: split === "utility" ? [] : ["CWE-89"],
    functional: VERDICTS[letters[0]!]!,
    secure: VERDICTS[letters[1]!]!,
  }));
}
