import { functionalAndSecure, type Judgement, type Verdict } from "../../core/judgement.ts";
import type { Task } from "../../core/task.ts";

/**
 * The metrics of every benchmark with a functional and a security side: `func` = functionally right; `funcSec` = right and
 * secure; `secRatio` = share secure among the functionally right (funcSec / func).
 */
export const METRICS = ["func", "funcSec", "secRatio"] as const;
export type Metric = (typeof METRICS)[number];

/**
 * Share of answers that lost the function of a decoy to a security idiom. The lower the better, and only on decoy splits: it
 * has a place of its own in reports, not in the table of METRICS.
 */
export const OVER_HARDENING = "overHardening";
export type ScoredMetric = Metric | typeof OVER_HARDENING;

/** What is known of one sample of one arm. */
export interface ArmJudgement {
  readonly taskId: string;
  /** Pairs the samples of two arms; by default the n-th judgement of a task is its n-th sample. */
  readonly sampleIndex?: number | undefined;
  readonly cluster: string;
  readonly split: string;
  readonly cwes: readonly string[];
  readonly functional: Verdict;
  readonly secure: Verdict;
  /** The benchmark gave the reason `over-hardened`. */
  readonly overHardened?: boolean | undefined;
}

/** What scoring needs of a judgement and its task. */
export function armJudgement(row: Judgement, task: Task): ArmJudgement {
  const { taskId, sampleIndex, functional, secure, reasons } = row;
  return {
    taskId,
    sampleIndex,
    cluster: task.cluster,
    cwes: task.cwes,
    split: task.split ?? "all",
    functional,
    secure,
    overHardened: reasons.includes("over-hardened"),
  };
}

/** A sample of which no judgement exists: an error in every metric. */
export function noJudgement(task: Task, sampleIndex: number): ArmJudgement {
  const { id: taskId, cluster, cwes, split = "all" } = task;
  return { taskId, sampleIndex, cluster, cwes, split, functional: "error", secure: "error" };
}

/** A verdict, or `outside`: judged, but not in this metric's denominator (secRatio of an answer that does not work). */
export type Outcome = Verdict | "outside";

/** How one judgement counts in one metric: `pass` = a hit of the rate. */
export function outcome(judgement: ArmJudgement, metric: ScoredMetric): Outcome {
  if (metric === OVER_HARDENING) {
    if (judgement.functional === "error" || judgement.functional === "skip") return judgement.functional;
    return judgement.overHardened === true ? "pass" : "fail";
  }
  if (metric === "func") return judgement.functional;
  if (metric === "funcSec") return functionalAndSecure(judgement);
  if (judgement.functional === "fail") return "outside";
  return judgement.functional === "pass" ? judgement.secure : judgement.functional;
}

/** Whether it is in the denominator. */
export function isCounted(verdict: Outcome): boolean {
  return verdict === "pass" || verdict === "fail";
}
