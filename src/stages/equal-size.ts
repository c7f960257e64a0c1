import { z } from "zod";
import { drawAnswers } from "../algorithms/seeded-draw.ts";
import type { Generation } from "../core/generation.ts";
import { generationRows } from "../core/row-schemas.ts";
import { defineStage, type StageContext } from "../core/stage.ts";

/**
 * Cuts answers down to the number of the smallest of the inputs `size NAME`, drawn by the seed: data sources (SecPI, appendix D.3) and
 * prompts are compared at equal size.
 */
export const stage = defineStage({
  name: "equal-size",
  version: 2,
  summary: "cut answers down to the size of the smallest of several sets",
  params: z.strictObject({}),
  inputs: { generations: "generation", "size *": "generation" },
  outputs: { kept: { kind: "rows", schema: generationRows } },
  async run(context: StageContext<Record<string, never>>) {
    const generations = context.rows("generations", generationRows);
    const sizes = context.inputNames("size ").map((name) => context.rows(name, generationRows).count);
    const wanted = Math.min(generations.count, ...sizes);
    const answers: Pick<Generation, "id" | "taskId" | "sampleIndex">[] = [];
    for await (const { id, taskId, sampleIndex } of generations) answers.push({ id, taskId, sampleIndex });
    const chosen = drawAnswers(answers, wanted, context.seed);
    const output = context.output("kept", generationRows);
    for await (const generation of generations) if (chosen.has(generation.id)) await output.write(generation);
    context.stat("kept", wanted);
    context.stat("dropped: larger than the smallest set", answers.length - wanted);
  },
});
