import type { Headline } from "../../src/algorithms/headline.ts";

/** What is measured of the quickstart; times in seconds. */
export interface QuickstartRecord extends Headline {
  readonly setUpSeconds: number;
  readonly firstSeconds: number;
  readonly againSeconds: number;
}

// What the quickstart was asked for: in at most three minutes on two cores, FuncSec up by at least 50 points on `seen` and 40 on
// `heldOutCwe`, and at least equal to the base under the security prompt, on at least 400 held-out tasks with 200 keys.
const MAX_SECONDS = 180;
const MIN_GAIN_POINTS: Readonly<Record<string, number>> = { seen: 50, heldOutCwe: 40 };
/** No evaluated task is in the training data, so all splits count; no key is in two of them. */
const MIN_TASKS = 400;
const MIN_KEYS = 200;
/** FuncSec that a measurement as small as this may show below the prompted base: two tasks of 70. `verify -- secpi` measures it well. */
const MARGIN_POINTS = 3;

/**
 * What a record lacks of that, one sentence each; empty: nothing. A number that cannot be given falls short. "At least equal" is
 * refuted where the paired change from the prompted base lies below zero with its whole interval, or below the margin.
 */
export function shortfalls(record: QuickstartRecord): string[] {
  const { firstSeconds, after, delta, deltaFromPrompted } = record;
  const tasks = sum(Object.values(after).map(({ n }) => n));
  const keys = sum(Object.values(after).map((row) => row.keys));
  return [
    firstSeconds <= MAX_SECONDS ? [] : `the run took ${firstSeconds} s, ${MAX_SECONDS} s are allowed`,
    tasks >= MIN_TASKS ? [] : `${tasks} held-out tasks are judged, ${MIN_TASKS} are needed`,
    keys >= MIN_KEYS ? [] : `they have ${keys} keys, ${MIN_KEYS} are needed`,
    ...Object.entries(MIN_GAIN_POINTS).flatMap(([split, least]) => {
      const gain = delta[split]?.funcSec.value ?? null;
      const { value = null, high = null } = deltaFromPrompted?.[split]?.funcSec ?? {};
      return [
        gain !== null && gain >= least
          ? []
          : `FuncSec on ${split} changed by ${points(gain)}, +${least} are needed`,
        value === null || high === null
          ? `FuncSec on ${split} cannot be compared with the prompted base`
          : value >= -MARGIN_POINTS && high >= 0
            ? []
            : `FuncSec on ${split} is below the prompted base: by ${points(-value)}, at best by ${points(-high)}`,
      ];
    }),
  ].flat();
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

function points(value: number | null): string {
  return value === null ? "no number that can be given" : `${value.toFixed(1)} points`;
}
