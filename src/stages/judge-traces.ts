import { z } from "zod";
import { describeCwes } from "../algorithms/cwe-keywords.ts";
import { CALIBRATION_LEVELS, concordance, MIN_AUC, parseGrade } from "../algorithms/trace-grade.ts";
import { rowSchema } from "../core/artifact.ts";
import type { GenerateRequest } from "../core/model.ts";
import { generationRows, taskRows } from "../core/row-schemas.ts";
import { defineStage, type StageContext } from "../core/stage.ts";
import { CALIBRATION_TRACES } from "../prompts/calibration-traces.ts";
import { unreadableReply } from "./unreadable-reply.ts";

const Params = z.strictObject({
  /** Prompt with places `{{trace}}` and `{{cwes}}` whose reply holds a grade. */
  prompt: z.string().default("judge-trace"),
  /** The paper's temperature is lost ("for reproducibility"). */
  temperature: z.number().min(0).default(0),
  maxTokens: z.number().int().positive().default(64),
});
type Params = z.infer<typeof Params>;

/** The judge's grade of one answer's reasoning. */
export const gradeRows = rowSchema(
  "trace-grade",
  1,
  z.strictObject({ generationId: z.string(), grade: z.number().int().nonnegative() }),
);

/** The judge's grade of a trace whose quality is known; null where its reply could not be read. */
export const calibrationRows = rowSchema(
  "trace-calibration",
  1,
  z.strictObject({
    trace: z.string(),
    level: z.enum(CALIBRATION_LEVELS),
    grade: z.number().int().nullable(),
    reply: z.string(),
  }),
);

/**
 * Grades reasoning by an LLM judge (SecPI's metric G, appendix B.3), after the judge has shown on traces of known quality that it
 * can: below AUC 0.9 nothing is graded. An answer without reasoning gets the lowest grade unasked; tasks without CWEs get none. However
 * many of its replies cannot be read, the step goes on: `score-traces` then shows no grades. A judge that cannot be asked is a failure.
 */
export const stage = defineStage({
  name: "judge-traces",
  version: 1,
  summary: "grade reasoning by an LLM judge that proves itself on traces of known quality",
  params: Params,
  inputs: { tasks: "task", "arm *": "generation" },
  outputs: {
    grades: { kind: "rows", schema: gradeRows },
    calibration: { kind: "rows", schema: calibrationRows },
  },
  uses: { models: ["judge"] },
  prompts: ({ prompt }) => [prompt],
  promptPlaces: { trace: "needed", cwes: "needed" },
  async run(context: StageContext<Params>) {
    const auc = await calibrate(context);
    context.stat("AUC on traces of known quality", auc);
    if (auc < MIN_AUC) return;
    const grades = context.output("grades", gradeRows);
    for await (const id of withoutReasoning(context)) await grades.write({ generationId: id, grade: 0 });
    const outcomes = context
      .model("judge")
      .generate(withReasoning(context), ({ trace, cwes }) => request(context, trace, cwes));
    let done = 0;
    let unreadable = 0;
    let unasked = 0;
    for await (const { item, ...outcome } of outcomes) {
      context.progress({ done: ++done, total: null });
      if (!outcome.ok) {
        unasked++;
        await context.fail(item.id, outcome.error);
        continue;
      }
      const sample = outcome.value.samples[0]!;
      const grade = parseGrade(sample.text);
      if (grade === null) {
        unreadable++;
        const error = unreadableReply("the judge gave no grade", sample, context.params.maxTokens);
        await context.fail(item.id, error, { tolerated: true });
      } else await grades.write({ generationId: item.id, grade });
    }
    context.stat("graded", done - unreadable - unasked);
    context.stat("replies without a grade", unreadable);
  },
  tolerance: 0.05,
});

async function calibrate(context: StageContext<Params>): Promise<number> {
  const output = context.output("calibration", calibrationRows);
  const items = CALIBRATION_TRACES.flatMap(({ name, cwe, traces }) =>
    CALIBRATION_LEVELS.map((level) => ({ name, level, trace: traces[level], cwes: [cwe] })),
  );
  const graded: { level: (typeof items)[number]["level"]; grade: number | null }[] = [];
  const outcomes = context
    .model("judge")
    .generate(items, ({ trace, cwes }) => request(context, trace, cwes), items.length);
  for await (const outcome of outcomes) {
    const { name, level } = outcome.item;
    // A judge that cannot be asked says nothing about this trace, exactly like one that cannot be understood.
    const reply = outcome.ok ? outcome.value.samples[0]!.text : outcome.error.message;
    if (!outcome.ok && outcome.error.retryable) context.markProvisional();
    const grade = outcome.ok ? parseGrade(reply) : null;
    graded.push({ level, grade });
    await output.write({ trace: name, level, grade, reply });
  }
  return concordance(graded);
}

function request(context: StageContext<Params>, trace: string, cwes: readonly string[]): GenerateRequest {
  const { prompt, temperature, maxTokens } = context.params;
  const content = context.prompt(prompt).render({ trace, cwes: describeCwes(cwes) });
  const sampling = { temperature, topP: 1, maxTokens, seed: context.seed };
  return { messages: [{ role: "user", content }], sampling, n: 1, sampleIndex: 0 };
}

interface Trace {
  readonly id: string;
  readonly trace: string;
  readonly cwes: readonly string[];
}

async function* withReasoning(context: StageContext<Params>): AsyncGenerator<Trace> {
  for await (const one of traces(context)) if (one.trace !== "") yield one;
}

async function* withoutReasoning(context: StageContext<Params>): AsyncGenerator<string> {
  for await (const { id, trace } of traces(context)) if (trace === "") yield id;
}

async function* traces(context: StageContext<Params>): AsyncGenerator<Trace> {
  const cwes = new Map<string, readonly string[]>();
  for await (const task of context.rows("tasks", taskRows)) cwes.set(task.id, task.cwes);
  for (const input of context.inputNames("arm ")) {
    for await (const { id, taskId, reasoning } of context.rows(input, generationRows)) {
      const own = cwes.get(taskId) ?? [];
      if (own.length > 0) yield { id, trace: (reasoning ?? "").trim(), cwes: own };
    }
  }
}
