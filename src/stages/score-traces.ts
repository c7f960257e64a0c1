import { z } from "zod";
import { samplesPerTask, unanswered } from "../algorithms/scoring/unanswered.ts";
import { concordance, MAX_GRADE, MIN_AUC, tooManyMissing } from "../algorithms/trace-grade.ts";
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
 * FuncSec. Inputs `arm NAME` are answers, `judged NAME` their judgements. G is shown only from a judge that proved itself and whose
 * replies can be read. Answers that are missing, and the few grades that such a judge owed, are errors of the scores.
 */
export const stage = defineStage({
  name: "score-traces",
  version: 5,
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
    const { withheld, grades, calibration } = await readGrades(context);
    const output = context.output("traces", traceMetricRows);
    const arms = new Map<string, Answer[]>();
    let unlistedMentions = 0;
    const owed = { answers: 0, missing: 0 };
    for (const input of context.inputNames("arm ")) {
      const arm = input.slice("arm ".length);
      const verdicts = await funcSecOf(context, `judged ${arm}`);
      const answers: Answer[] = [];
      for await (const generation of context.rows(input, generationRows)) {
        const { id, taskId, sampleIndex } = generation;
        const task = tasks.get(taskId)!;
        const trace = generation.reasoning ?? "";
        const { coverage, unlisted } = keywordCoverage(trace, task.cwes, match);
        unlistedMentions += unlisted.length;
        const metrics = {
          mentionsSecurity: mentionsSecurity(trace, match),
          keywordCoverage: coverage,
          grade: grades.get(id) ?? null,
          outputTokens: generation.usage.output,
        };
        if (task.cwes.length > 0) {
          owed.answers++;
          if (metrics.grade === null) owed.missing++;
        }
        await output.write({ generationId: id, taskId, arm, unlisted: [...unlisted], ...metrics });
        const sample = answered(task, arm, metrics, verdicts.get(id) ?? "error");
        answers.push({ taskId, sampleIndex, sample });
      }
      arms.set(arm, answers);
    }
    const present = [...arms.values()].flat().map(({ sample }) => sample);
    const perTask = samplesPerTask([...arms.values()]);
    const absent = [...arms].flatMap(([arm, answers]) =>
      unanswered(answers, tasks.keys(), perTask).map(({ taskId }) => missing(tasks.get(taskId)!, arm, match)),
    );
    context.stat("answers", present.length);
    context.stat("answers that are missing", absent.length);
    context.stat("CWEs without keywords, left out of K", unlistedMentions);
    const scores = context.output("scores", scoreRows);
    for (const score of traceScores([...present, ...absent], {
      gradesWithheld: withheld ?? tooManyMissing(owed.missing, owed.answers, grades.size + calibration),
      seed: context.seed,
    }))
      await scores.write(score);
  },
});

interface Answer {
  readonly taskId: string;
  readonly sampleIndex: number;
  readonly sample: TraceSample;
}

type Metrics = Pick<
  z.infer<typeof MetricSchema>,
  "mentionsSecurity" | "keywordCoverage" | "grade" | "outputTokens"
>;

function answered(task: Task, arm: string, metrics: Metrics, funcSec: Verdict): TraceSample {
  return {
    ...placeOf(task, arm),
    securityMentioned: metrics.mentionsSecurity ? 100 : 0,
    keywordCoverage: metrics.keywordCoverage === null ? "skip" : 100 * metrics.keywordCoverage,
    traceGrade: metrics.grade === null ? ungraded(task) : (100 * metrics.grade) / MAX_GRADE,
    tokensPerAnswer: metrics.outputTokens,
    funcSec: task.cwes.length === 0 ? "skip" : funcSec,
  };
}

/** An answer that there is not: unknown in every metric that its task has. */
function missing(task: Task, arm: string, match: z.infer<typeof KeywordMatch>): TraceSample {
  return {
    ...placeOf(task, arm),
    securityMentioned: "error",
    keywordCoverage: keywordCoverage("", task.cwes, match).coverage === null ? "skip" : "error",
    traceGrade: ungraded(task),
    tokensPerAnswer: "error",
    funcSec: task.cwes.length === 0 ? "skip" : "error",
  };
}

/** The judge is asked about tasks with CWEs alone: there, no grade is a fault. */
function ungraded(task: Task): "skip" | "error" {
  return task.cwes.length === 0 ? "skip" : "error";
}

function placeOf(task: Task, arm: string) {
  return { arm, split: task.split ?? "all", cluster: task.cluster };
}

interface Grades {
  readonly grades: ReadonlyMap<string, number>;
  /** Traces of known quality that the judge was asked about. */
  readonly calibration: number;
  /** Why they may not be shown. */
  readonly withheld?: string | undefined;
}

async function readGrades(context: StageContext<unknown>): Promise<Grades> {
  const grades = new Map<string, number>();
  if (!context.has("grades") || !context.has("calibration"))
    return { grades, calibration: 0, withheld: "no model is bound to the role judge" };
  const calibration = await Array.fromAsync(context.rows("calibration", calibrationRows));
  const auc = concordance(calibration);
  context.stat("judge's AUC on traces of known quality", auc);
  if (auc < MIN_AUC) {
    const unread = calibration.filter(({ grade }) => grade === null).length;
    const owing =
      unread === 0
        ? ""
        : `; of its ${calibration.length} replies ${unread} had no grade (a judge that reasons first needs a larger \`params.replyTokens\`)`;
    const withheld = `the judge ranks traces of known quality with AUC ${auc.toFixed(2)}, ${MIN_AUC} is needed${owing}`;
    return { grades, calibration: calibration.length, withheld };
  }
  for await (const { generationId, grade } of context.rows("grades", gradeRows))
    grades.set(generationId, grade);
  return { grades, calibration: calibration.length };
}

async function funcSecOf(context: StageContext<unknown>, input: string): Promise<Map<string, Verdict>> {
  const verdicts = new Map<string, Verdict>();
  for await (const row of context.rows(input, judgementRows))
    verdicts.set(row.generationId, functionalAndSecure(row));
  return verdicts;
}
