import { z } from "zod";
import { generationRows } from "../core/row-schemas.ts";
import { defineStage, type StageContext } from "../core/stage.ts";
import { contentHash } from "../util/hash.ts";

/**
 * Cuts answers down to the number of the smallest of the inputs `size NAME`, drawn by the seed: data sources are compared at equal
 * size (SecPI, appendix D.3).
 */
export const stage = defineStage({
  name: "equal-size",
  version: 1,
  summary: "cut answers down to the size of the smallest of several sets",
  params: z.strictObject({}),
  inputs: { generations: "generation", "size *": "generation" },
  outputs: { kept: { kind: "rows", schema: generationRows } },
  async run(context: StageContext<Record<string, never>>) {
    const generations = context.rows("generations", generationRows);
    const sizes = context.inputNames("size ").map((name) => context.rows(name, generationRows).count);
    const wanted = Math.min(generations.count, ...sizes);
    const draws: { id: string; drawn: string }[] = [];
    for await (const { id } of generations) draws.push({ id, drawn: contentHash([context.seed, id]) });
    const lowest = draws.sort((a, b) => (a.drawn < b.drawn ? -1 : 1)).slice(0, wanted);
    const chosen = new Set(lowest.map(({ id }) => id));
    const output = context.output("kept", generationRows);
    for await (const generation of generations) if (chosen.has(generation.id)) await output.write(generation);
    context.stat("kept", wanted);
    context.stat("dropped: larger than the smallest set", draws.length - wanted);
  },
});
