import { describe, expect, test } from "vitest";
import { runStage } from "../../test/fixtures/stages/memory-context.ts";
import { task } from "../../test/fixtures/stages/rows.ts";
import { stage as loadItems } from "./load-items.ts";

describe("load-items", () => {
  const fake = (splits: readonly string[]) => ({
    async *items({ splits: wanted = splits }) {
      for (const split of splits) if (wanted.includes(split)) yield { ...task(split), split };
    },
  });
  const run = (has: readonly string[], splits?: string[]) =>
    runStage(loadItems, { params: { benchmark: "fake", splits }, benchmarks: { fake: fake(has) } });

  test("takes what is there and counts it by split", async () => {
    const { outputs, stats } = await run(["seen", "utility"], ["seen"]);
    expect([outputs.tasks!.length, stats]).toEqual([1, { "items seen": 1 }]);
    expect((await run(["seen", "utility"])).stats).toEqual({ "items seen": 1, "items utility": 1 });
  });

  test.each([
    [["seen"], ["seen", "decoys"], "the benchmark fake gave no item in decoys (items: seen 1)"],
    [["seen"], ["decoys"], "the benchmark fake gave no item in decoys"],
    [[], undefined, "the benchmark fake gave no item"],
  ])("of a benchmark with items in %j, %j is no evaluation", async (has, splits, message) => {
    await expect(run(has, splits)).rejects.toMatchObject({ code: "data-invalid", message });
  });
});
