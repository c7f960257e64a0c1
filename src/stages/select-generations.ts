import { z } from "zod";
import type { Generation } from "../core/generation.ts";
import { functionalAndSecure, type Judgement } from "../core/judgement.ts";
import { generationRows, judgementRows } from "../core/row-schemas.ts";
import { defineStage, type StageContext } from "../core/stage.ts";

/** Gates a generation must pass, in this order; the first it fails is its counted drop reason. */
const gates = {
  /** It stopped by itself. */
  complete: (generation) => generation.finish === "stop",
  /** It reasoned before it answered. */
  reasoning: (generation) => (generation.reasoning ?? "").trim() !== "",
  functional: (_, judgement) => judgement?.functional === "pass",
  /** Functional and secure in executed tests. */
  secure: (_, judgement) => judgement !== undefined && functionalAndSecure(judgement) === "pass",
  /** Functional, and secure where the tests have a security side: for tasks without a weakness. */
  "not-insecure": (_, judgement) =>
    judgement?.functional === "pass" &&
    (judgement.secure === "pass" || (judgement.secure === "skip" && judgement.oracle === "tests")),
  /** Clean in the eyes of analyzers. One that failed, or had no code to look at, found nothing out. */
  analyzers: (_, __, analysis) => analysis?.secure === "pass",
} satisfies Record<string, Check>;
type Check = (
  generation: Generation,
  judgement: Judgement | undefined,
  analysis: Judgement | undefined,
) => boolean;
type Gate = keyof typeof gates;

const Params = z.strictObject({
  gates: z.array(z.enum(Object.keys(gates) as [Gate, ...Gate[]])),
  /** At most this many are kept, the first in input order. */
  limit: z.number().int().positive().optional(),
});

/** Keeps generations that pass all gates. The paper has none (`gates: []`); ours are options. */
export const stage = defineStage({
  name: "select-generations",
  version: 1,
  summary: "keep the answers that pass the gates",
  params: Params,
  inputs: { generations: "generation", "judgements?": "judgement", "analyses?": "judgement" },
  outputs: { kept: { kind: "rows", schema: generationRows } },
  async run(context: StageContext<z.infer<typeof Params>>) {
    const judgements = await judgementsOf(context, "judgements");
    const analyses = await judgementsOf(context, "analyses");
    const output = context.output("kept", generationRows);
    const dropped: Record<string, number> = {};
    let kept = 0;
    for await (const generation of context.rows("generations", generationRows)) {
      const failed = context.params.gates.find(
        (gate) => !gates[gate](generation, judgements.get(generation.id), analyses.get(generation.id)),
      );
      if (failed !== undefined) {
        const reason = failed === "analyzers" ? unclean(analyses.get(generation.id)) : failed;
        dropped[reason] = (dropped[reason] ?? 0) + 1;
      } else if (kept === context.params.limit)
        dropped["over the limit"] = (dropped["over the limit"] ?? 0) + 1;
      else {
        kept++;
        await output.write(generation);
      }
    }
    context.stat("kept", kept);
    for (const [reason, count] of Object.entries(dropped)) context.stat(`dropped: ${reason}`, count);
  },
});

/** Drop reasons of the gate `analyzers`: a tool's failure must not look like a weakness. */
function unclean(analysis: Judgement | undefined): string {
  if (analysis?.secure === "fail") return "analyzers";
  if (analysis?.secure !== "skip") return "analyzers (error)";
  return analysis.reasons.includes("no-code") ? "analyzers (no code)" : "analyzers (abstained)";
}

async function judgementsOf(
  context: StageContext<z.infer<typeof Params>>,
  input: string,
): Promise<Map<string, Judgement>> {
  const judgements = new Map<string, Judgement>();
  if (!context.has(input)) return judgements;
  for await (const row of context.rows(input, judgementRows)) judgements.set(row.generationId, row);
  return judgements;
}
