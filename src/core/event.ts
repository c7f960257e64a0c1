import type { CallProgress } from "./call.ts";
import type { StepStatus } from "./run.ts";

/**
 * What happens during a run, in order: the one stream that renderers, `events.ndjson` and later the viewer read.
 * `at` is milliseconds since the epoch.
 */
export type RunEvent = { readonly at: number } & (
  | {
      readonly type: "run-start";
      readonly run: string;
      readonly recipe: string;
      readonly steps: readonly StepOutline[];
    }
  | { readonly type: "step-start"; readonly step: string }
  | ({ readonly type: "step-progress"; readonly step: string } & CallProgress)
  | {
      readonly type: "step-end";
      readonly step: string;
      readonly status: StepStatus;
      readonly durationMs: number;
      readonly failures: number;
      /** Rows (files) per output. */
      readonly counts: Readonly<Record<string, number>>;
      readonly message?: string | undefined;
    }
  | {
      readonly type: "spend";
      readonly step: string;
      readonly inputTokens: number;
      readonly outputTokens: number;
      readonly usd: number;
      /** Totals of the run so far. */
      readonly totalUsd: number;
      readonly totalTokens: number;
    }
  | { readonly type: "log"; readonly step?: string | undefined; readonly message: string }
  | {
      readonly type: "run-end";
      readonly status: "done" | "failed" | "interrupted" | "budget";
      readonly durationMs: number;
    }
);

export interface StepOutline {
  readonly id: string;
  readonly title: string;
  readonly stage: string;
  /** Ids of the steps it waits for. */
  readonly after: readonly string[];
}

type WithoutTime<E> = E extends unknown ? Omit<E, "at"> : never;
export type RunEventBody = WithoutTime<RunEvent>;
/** Emits an event; the time is added by the engine. */
export type Emit = (event: RunEventBody) => void;
