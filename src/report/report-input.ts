import type { HeadlineArms } from "../algorithms/headline.ts";
import type { CalibrationSource } from "../core/calibration.ts";
import type { Disagreement } from "../core/disagreement.ts";
import type { Generation } from "../core/generation.ts";
import type { Judgement } from "../core/judgement.ts";
import type { Failure } from "../core/row-schemas.ts";
import type { RunRecord } from "../core/run.ts";
import type { Score } from "../core/score.ts";
import type { Task } from "../core/task.ts";

/** Everything a report shows. All texts in it may come from models, datasets or providers: the report only ever shows them as text. */
export interface ReportInput {
  readonly title: string;
  /** Made with the embedded model: labelled as a demonstration of the pipeline, not a research result. */
  readonly demonstration: boolean;
  readonly run: RunRecord;
  /** Rates and paired differences, as `scoreArms` makes them; other scores (trace metrics …) are shown in a table of their own. */
  readonly scores: readonly Score[];
  /** Scores that other steps made: agreement of the filter with labels, metrics of the reasoning. */
  readonly extraScores?: readonly Score[] | undefined;
  /** What analyzers say of the arms, corrected by a calibration: its scores are among `extraScores`. */
  readonly calibration?: CalibrationSource | undefined;
  /** How far analyzers agreed, by step. */
  readonly disagreements?: readonly StepDisagreements[] | undefined;
  /** Training rows behind an arm's checkpoint, by arm. */
  readonly trainedRows?: Readonly<Record<string, number>> | undefined;
  /** The arms in display order: before, others, after. Arms that only belong to a table of variants are not among them. */
  readonly arms: readonly ReportArm[];
  /** The arms of the headline; `partialPrefix`: how names of arms begin that were trained on a part of the tasks. */
  readonly headline: HeadlineArms & { readonly partialPrefix?: string | undefined };
  /** The splits in display order. */
  readonly splits: readonly ReportSplit[];
  readonly examples: readonly ReportExample[];
  /** How often each reason for not passing occurred. */
  readonly reasons?: readonly ReasonCount[] | undefined;
  /** Items that stages could not process; `count` in the step record may be larger than this sample. */
  readonly failures?: readonly ({ readonly step: string } & Failure)[] | undefined;
  /** Data, models and benchmarks that went in, with licences. */
  readonly sources?: readonly ReportSource[] | undefined;
  readonly prompts?: readonly PromptSource[] | undefined;
  /** Sentences for the reader of the numbers: what was deviated from, what is not covered. */
  readonly notes?: readonly string[] | undefined;
}

export interface StepDisagreements {
  /** The step's title. */
  readonly title: string;
  readonly rows: readonly Disagreement[];
}

export interface ReportArm {
  readonly name: string;
  /** A few words: `before`, `before + security prompt`, `after`. */
  readonly title: string;
  /** Which model under which prompt. */
  readonly description?: string | undefined;
}

export interface ReportSplit {
  readonly name: string;
  readonly title: string;
  /** False: utility split, which has no secure side. */
  readonly security: boolean;
  readonly description?: string | undefined;
}

/** One task with what the arms answered, side by side. */
export interface ReportExample {
  readonly task: Pick<Task, "id" | "prompt" | "language" | "cwes" | "split" | "context">;
  readonly answers: readonly ReportAnswer[];
  /** Why it is shown: `hardened`, `lost function`, … */
  readonly note?: string | undefined;
}

export interface ReportAnswer {
  readonly arm: string;
  readonly generation: Pick<Generation, "text" | "reasoning" | "finish" | "usage">;
  readonly judgement?:
    | Pick<Judgement, "functional" | "secure" | "reasons" | "evidence" | "findings">
    | undefined;
}

export interface ReasonCount {
  readonly arm: string;
  readonly split: string;
  /** `wrong-answer`, `exploited`, `timeout`, `no-code`, `length` … */
  readonly reason: string;
  readonly count: number;
}

export interface ReportSource {
  /** `dataset`, `model`, `benchmark`, `teacher`. */
  readonly kind: string;
  readonly name: string;
  readonly revision: string;
  readonly licence: string;
}

export interface PromptSource {
  readonly name: string;
  readonly version: string;
  readonly hash: string;
}
