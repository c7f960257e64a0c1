import { z } from "zod";
import { hasFencedCode } from "../algorithms/answer-code.ts";
import { drawAnswers } from "../algorithms/seeded-draw.ts";
import { AppError } from "../core/error.ts";
import type { Generation } from "../core/generation.ts";
import { functionalAndSecure, type Judgement } from "../core/judgement.ts";
import { generationRows, judgementRows, taskRows } from "../core/row-schemas.ts";
import { defineStage, type StageContext } from "../core/stage.ts";

/** An answer and what is known of it. */
interface Answer {
  readonly generation: Generation;
  readonly judgement: Judgement | undefined;
  readonly analysis: Judgement | undefined;
  /** The task's; known where the step is given tasks. */
  readonly language: string | undefined;
}

/** Gates a generation must pass, in this order; the first it fails is its counted drop reason. */
const gates = {
  /** It stopped by itself and says something: reasoning that was never closed leaves an empty answer. */
  complete: ({ generation }) => generation.finish === "stop" && generation.text.trim() !== "",
  /** It reasoned before it answered. */
  reasoning: ({ generation }) => (generation.reasoning ?? "").trim() !== "",
  /** It holds fenced code, in the task's language where that is known. */
  code: ({ generation, language }) => hasFencedCode(generation, language),
  functional: ({ judgement }) => judgement?.functional === "pass",
  /** Functional and secure in executed tests. */
  secure: ({ judgement }) => judgement !== undefined && functionalAndSecure(judgement) === "pass",
  /** Functional, and secure where the tests have a security side: for tasks without a weakness. */
  "not-insecure": ({ judgement }) =>
    judgement?.functional === "pass" &&
    (judgement.secure === "pass" || (judgement.secure === "skip" && judgement.oracle === "tests")),
  /** Clean in the eyes of analyzers. One that failed, or had no code to look at, found nothing out. */
  analyzers: ({ analysis }) => analysis?.secure === "pass",
} satisfies Record<string, (answer: Answer) => boolean>;
type Gate = keyof typeof gates;

const Params = z.strictObject({
  gates: z.array(z.enum(Object.keys(gates) as [Gate, ...Gate[]])),
  /** At most this many are kept, drawn by the seed: the first could all be of one kind. */
  limit: z.number().int().positive().optional(),
});

/** Keeps generations that pass all gates. The paper has none (`gates: []`); ours are options. */
export const stage = defineStage({
  name: "select-generations",
  version: 3,
  summary: "keep the answers that pass the gates",
  params: Params,
  inputs: {
    generations: "generation",
    "tasks?": "task",
    "judgements?": "judgement",
    "analyses?": "judgement",
  },
  outputs: { kept: { kind: "rows", schema: generationRows } },
  async run(context: StageContext<z.infer<typeof Params>>) {
    const judgements = await judgementsOf(context, "judgements");
    const analyses = await judgementsOf(context, "analyses");
    const languageOf = await languages(context);
    const output = context.output("kept", generationRows);
    const dropped: Record<string, number> = {};
    const passed: Pick<Generation, "id" | "taskId" | "sampleIndex">[] = [];
    for await (const generation of context.rows("generations", generationRows)) {
      const [judgement, analysis] = [judgements, analyses].map((known) => known.get(generation.id));
      const answer: Answer = { generation, judgement, analysis, language: languageOf(generation) };
      const failed = context.params.gates.find((gate) => !gates[gate](answer));
      if (failed !== undefined) {
        const reason = failed === "analyzers" ? unclean(analysis) : failed;
        dropped[reason] = (dropped[reason] ?? 0) + 1;
      } else {
        const { id, taskId, sampleIndex } = generation;
        passed.push({ id, taskId, sampleIndex });
      }
    }
    const { limit = passed.length } = context.params;
    const kept = drawAnswers(passed, limit, context.seed);
    for await (const generation of context.rows("generations", generationRows))
      if (kept.has(generation.id)) await output.write(generation);
    context.stat("kept", kept.size);
    if (passed.length > kept.size) context.stat("dropped: over the limit", passed.length - kept.size);
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

/** The language of an answer's task; unknown where the step is given no tasks. */
async function languages(
  context: StageContext<z.infer<typeof Params>>,
): Promise<(generation: Generation) => string | undefined> {
  if (!context.has("tasks")) return () => undefined;
  const known = new Map<string, string>();
  for await (const { id, language } of context.rows("tasks", taskRows)) known.set(id, language);
  return ({ id, taskId }) => {
    const language = known.get(taskId);
    if (language !== undefined) return language;
    throw new AppError("internal", `generation ${id} belongs to no task of this input`, {
      boundary: "internal",
    });
  };
}
