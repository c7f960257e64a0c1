import { z } from "zod";
import { concordance, MIN_AUC } from "../algorithms/trace-grade.ts";
import { keywordCoverage, mentionsSecurity } from "../algorithms/trace-metrics.ts";
import { type TraceSample, traceScores } from "../algorithms/trace-scores.ts";
import { rowSchema } from "../core/artifact.ts";
import { functionalAndSecure, type Verdict } from "../core/judgement.ts";
import { generationRows, judgementRows, scoreRows, taskRows } from "../core/row-schemas.ts";
import { defineStage, type StageContext } from "../core/stage.ts";
import type { Task } from "../core/task.ts";
import { calibrationRows, gradeRows } from "./judge-traces.ts";

/** How keywords are looked for: as whole words, or anywhere, which is how the paper can be read; "insecure" then holds "secure". */
export const KeywordMatch = z.enum(["word", "substring"]).default("word");

const Params = z.strictObject({ match: KeywordMatch });

/** The trace metrics of one answer. */
const MetricSchema = z.strictObject({
  generationId: z.string(),
  taskId: z.string(),
  arm: z.string(),
  mentionsSecurity: z.boolean(),
  keywordCoverage: z.number().nullable(),
  /** CWEs of the task that have no keyword list. */
  unlisted: z.array(z.string()),
  grade: z.number().nullable(),
  outputTokens: z.number(),
});
export const traceMetricRows = rowSchema("trace-metric", 1, MetricSchema);

/**
 * SecPI's trace metrics S, K and G per answer, their means per arm and split with tokens per answer, and their correlation with
 * FuncSec. Inputs `arm NAME` are answers, `judged NAME` their judgements. G is shown only from a judge that proved itself.
 */
export const stage = defineStage({
  name: "score-traces",
  version: 2,
  summary: "how far reasoning deals with security: keywords, CWE keywords, a judge's grades",
  params: Params,
  inputs: {
    tasks: "task",
    "arm *": "generation",
    "judged *": "judgement",
    "grades?": "trace-grade",
    "calibration?": "trace-calibration",
  },
  outputs: {
    traces: { kind: "rows", schema: traceMetricRows },
    scores: { kind: "rows", schema: scoreRows },
  },
  async run(context: StageContext<z.infer<typeof Params>>) {
    const { match } = context.params;
    const tasks = new Map<string, Task>();
    for await (const task of context.rows("tasks", taskRows)) tasks.set(task.id, task);
    const { withheld, grades } = await readGrades(context);
    const output = context.output("traces", traceMetricRows);
    const samples: TraceSample[] = [];
    let unlistedMentions = 0;
    for (const input of context.inputNames("arm ")) {
      const arm = input.slice("arm ".length);
      const verdicts = await funcSecOf(context, `judged ${arm}`);
      for await (const generation of context.rows(input, generationRows)) {
        const task = tasks.get(generation.taskId)!;
        const trace = generation.reasoning ?? "";
        const { coverage, unlisted } = keywordCoverage(trace, task.cwes, match);
        unlistedMentions += unlisted.length;
        const metrics = {
          arm,
          mentionsSecurity: mentionsSecurity(trace, match),
          keywordCoverage: coverage,
          grade: grades.get(generation.id) ?? null,
          outputTokens: generation.usage.output,
        };
        await output.write({
          generationId: generation.id,
          taskId: task.id,
          unlisted: [...unlisted],
          ...metrics,
        });
        const funcSec = verdicts.get(generation.id) ?? "error";
        samples.push({ ...metrics, split: task.split ?? "all", cluster: task.cluster, funcSec });
      }
    }
    context.stat("answers", samples.length);
    context.stat("CWEs without keywords, left out of K", unlistedMentions);
    const scores = context.output("scores", scoreRows);
    for (const score of traceScores(samples, { gradesWithheld: withheld, seed: context.seed }))
      await scores.write(score);
  },
});

interface Grades {
  readonly grades: ReadonlyMap<string, number>;
  /** Why they may not be shown. */
  readonly withheld?: string | undefined;
}

async function readGrades(context: StageContext<unknown>): Promise<Grades> {
  const grades = new Map<string, number>();
  if (!context.has("grades") || !context.has("calibration"))
    return { grades, withheld: "no model is bound to the role judge" };
  const calibration = await Array.fromAsync(context.rows("calibration", calibrationRows));
  const auc = concordance(calibration);
  context.stat("judge's AUC on traces of known quality", auc);
  if (auc < MIN_AUC) {
    const withheld = `the judge ranks traces of known quality with AUC ${auc.toFixed(2)}, ${MIN_AUC} is needed`;
    return { grades, withheld };
  }
  for await (const { generationId, grade } of context.rows("grades", gradeRows))
    grades.set(generationId, grade);
  return { grades };
}

async function funcSecOf(context: StageContext<unknown>, input: string): Promise<Map<string, Verdict>> {
  const verdicts = new Map<string, Verdict>();
  for await (const row of context.rows(input, judgementRows))
    verdicts.set(row.generationId, functionalAndSecure(row));
  return verdicts;
}
