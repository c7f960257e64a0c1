import type { OperationContext } from "./adapter.ts";
import type { Judgement } from "./judgement.ts";
import type { Message } from "./message.ts";
import type { Task } from "./task.ts";

/** The part of a generation that a judge sees. */
export interface Answer {
  readonly text: string;
  readonly language: string;
  /** The code to judge, extracted by the benchmark's rule; null when the answer has none (a `fail`, reason `no-code`). */
  readonly code: string | null;
}

export type Verdicts = Pick<
  Judgement,
  "functional" | "secure" | "findings" | "reasons" | "evidence" | "durationMs"
>;

export interface ItemFilter {
  readonly splits?: readonly string[] | undefined;
  /** Items per split, spread evenly over clusters; the order depends only on the seed. */
  readonly limitPerSplit?: number | undefined;
  readonly seed: number;
}

export interface SelfTestResult {
  readonly checked: number;
  /** One line per item whose references do not behave as promised. Empty = the benchmark may be used. */
  readonly problems: readonly string[];
}

/** An answer that the benchmark's authors wrote: what it is worth is known by judging it. */
export interface ReferenceAnswer {
  readonly code: string;
  /** References of one cluster differ in names and constants only, whatever task they answer. */
  readonly cluster: string;
  /** References of one group share what makes a weakness easy or hard to see (one kind of task). */
  readonly group: string;
}

/** Tasks with executable oracles. */
export interface Benchmark {
  readonly name: string;
  /** Version of items and judging: part of keys. */
  readonly revision: string;
  readonly licence: string;
  /**
   * The splits that `items` can give, in display order. `security: false` marks utility splits, which have no secure side;
   * `decoys` those where a security reflex breaks the function and judgements may have the reason `over-hardened`; `onlyNamed` those
   * that `items` gives only where the filter names them. Settings may leave a split without items.
   */
  readonly splits: readonly {
    readonly name: string;
    readonly title: string;
    readonly security: boolean;
    readonly decoys?: boolean | undefined;
    readonly onlyNamed?: boolean | undefined;
  }[];
  items(filter: ItemFilter): AsyncIterable<Task>;
  /** The plain prompt of an item, as messages. Prompt variants are put around it by stages. */
  prompt(task: Task): Message[];
  /** The code that would be judged. Pure. */
  extract(text: string, task: Task): string | null;
  /**
   * Runs the answer in the sandbox. Expected values never enter it; verdicts are computed outside.
   * A wrong, crashing or endless *answer* is `fail`; a fault of the grader is `error`. Throws only AppError (sandbox lost).
   */
  judge(task: Task, answer: Answer, context: OperationContext): Promise<Verdicts>;
  /** Secure and insecure answers to a task of this benchmark, which analyzers are calibrated on. Pure. */
  references?(task: Task): readonly ReferenceAnswer[];
  /** Runs references: secure ones must pass both sides, insecure ones must pass functional and fail security. */
  selfTest(filter: ItemFilter, context: OperationContext): Promise<SelfTestResult>;
}
