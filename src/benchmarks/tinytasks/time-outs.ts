import type { Verdicts } from "../../core/benchmark.ts";
import type { Observation } from "./family.ts";

/** Verdicts of one run of an answer. */
export interface Attempt {
  readonly verdicts: Verdicts;
  /** Whether it, or one of its calls, was stopped for its time. */
  readonly timedOut: boolean;
}

/**
 * Too slow is what is too slow in two runs. On a loaded or virtual machine the time of a process that did not run can count as
 * its own, and a right answer could be judged wrong. The limits stay: more time would weaken the exploits that spend it.
 */
export async function unlessSlowByChance(run: () => Promise<Attempt>): Promise<Verdicts> {
  const first = await run();
  return first.timedOut ? (await run()).verdicts : first.verdicts;
}

export function anyTimedOut(observations: readonly Observation[]): boolean {
  return observations.some(({ stopped }) => stopped === "timeout");
}
