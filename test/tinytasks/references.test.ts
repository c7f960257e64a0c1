import { expect, test } from "vitest";
import { context, openBenchmark } from "./bubblewrap.ts";

// `sectune bench validate` runs every task; here one of each family in the evaluation and training groups.
test.each(["seen", "heldOutCwe", "utility", "train"])(
  "references of %s tasks behave as promised",
  async (split) => {
    const benchmark = await openBenchmark();
    const result = await benchmark.selfTest(
      { splits: [split], limitPerSplit: FAMILIES[split]!, seed: 3 },
      context,
    );
    expect(result.problems).toEqual([]);
    expect(result.checked).toBe(FAMILIES[split]);
  },
  120_000,
);

/** Families per split: selections take families in turn. */
const FAMILIES: Readonly<Record<string, number>> = { seen: 10, heldOutCwe: 4, utility: 4, train: 14 };
