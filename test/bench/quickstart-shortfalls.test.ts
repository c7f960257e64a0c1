import { expect, test } from "vitest";
import { type QuickstartRecord, shortfalls } from "../../bench/support/quickstart-shortfalls.ts";
import { EVALUATION_SPLITS } from "../../src/benchmarks/tinytasks/splits.ts";

const row = { func: 98, funcSec: 95, secRatio: 97, n: 70, keys: 60 };
const nothing = { value: null, low: null, high: null };

/** A record that meets everything just so, but for the given values. */
function record({
  seconds = 180,
  tasks = {},
  gain = {},
  beside = {},
  high = {},
}: {
  seconds?: number;
  tasks?: Partial<typeof row>;
  gain?: Record<string, number | null>;
  beside?: Record<string, number>;
  high?: Record<string, number | null>;
} = {}): QuickstartRecord {
  const perSplit = <Value>(value: (split: string) => Value) =>
    Object.fromEntries(EVALUATION_SPLITS.map((split) => [split, value(split)]));
  const rows = perSplit(() => ({ ...row, ...tasks }));
  const change = (value: number | null, top: number | null) => ({
    ...{ func: nothing, secRatio: nothing },
    funcSec: { value, low: -20, high: top },
  });
  const gains: typeof gain = { seen: 50, heldOutCwe: 40, ...gain };
  const highs: typeof high = { seen: 0, heldOutCwe: 0, ...high };
  return {
    ...{ setUpSeconds: 40, firstSeconds: seconds, againSeconds: 1 },
    ...{ before: rows, after: rows, prompted: rows },
    delta: perSplit((split) => change(gains[split] ?? null, 90)),
    deltaFromPrompted: perSplit((split) => change(beside[split] ?? -3, highs[split] ?? null)),
  };
}

test("what meets every number just so falls short of none", () => {
  expect(shortfalls(record())).toEqual([]);
});

test.each<[string, QuickstartRecord, string]>([
  ["time", record({ seconds: 180.1 }), "the run took 180.1 s, 180 s are allowed"],
  ["tasks", record({ tasks: { n: 66 } }), "396 held-out tasks are judged, 400 are needed"],
  ["keys", record({ tasks: { keys: 33 } }), "they have 198 keys, 200 are needed"],
  ["seen", record({ gain: { seen: 49.9 } }), "FuncSec on seen changed by 49.9 points, +50 are needed"],
  [
    "held out",
    record({ gain: { heldOutCwe: 39.9 } }),
    "FuncSec on heldOutCwe changed by 39.9 points, +40 are needed",
  ],
  [
    "below the prompted base, seen",
    record({ high: { seen: -0.1 } }),
    "FuncSec on seen is below the prompted base: by 3.0 points, at best by 0.1 points",
  ],
  [
    "below the prompted base, held out",
    record({ high: { heldOutCwe: -0.1 } }),
    "FuncSec on heldOutCwe is below the prompted base: by 3.0 points, at best by 0.1 points",
  ],
  [
    "well below the prompted base, whatever the interval",
    record({ beside: { seen: -4.3 } }),
    "FuncSec on seen is below the prompted base: by 4.3 points, at best by 0.0 points",
  ],
])("falls short: %s", (_, measured, sentence) => {
  expect(shortfalls(measured)).toEqual([sentence]);
});

test("a number that is withheld or missing is no pass", () => {
  const { deltaFromPrompted: _, ...unprompted } = record();
  const sentences = ["seen", "heldOutCwe"].map(
    (split) => `FuncSec on ${split} cannot be compared with the prompted base`,
  );
  expect(shortfalls(unprompted)).toEqual(sentences);
  expect(shortfalls(record({ high: { seen: null, heldOutCwe: null } }))).toEqual(sentences);
  expect(shortfalls(record({ gain: { seen: null } }))).toHaveLength(1);
  const empty = { ...record(), before: {}, after: {}, delta: {} };
  expect(shortfalls(empty)).toHaveLength(4);
});
