import type { CallProgress } from "../../core/call.ts";
import type { RunEvent } from "../../core/event.ts";
import type { StepStatus } from "../../core/run.ts";

export interface StepView {
  readonly id: string;
  readonly title: string;
  status: StepStatus;
  startedAt: number | null;
  durationMs: number | null;
  progress: CallProgress | null;
  /** Done counts of the last seconds, oldest first: the rate is that of now, not of the whole step. */
  samples: { at: number; done: number }[];
  counts: Readonly<Record<string, number>>;
  failures: number;
  message: string | null;
}

/** What is known of a run from its events so far. Renderers draw it. */
export interface RunView {
  run: string;
  recipe: string;
  steps: StepView[];
  startedAt: number | null;
  endedAt: number | null;
  status: "running" | "done" | "failed" | "interrupted" | "budget";
  usd: number;
  tokens: number;
}

/** The window in which the rate is measured. */
const rateWindowMs = 15_000;

export function emptyView(): RunView {
  return {
    run: "",
    recipe: "",
    steps: [],
    startedAt: null,
    endedAt: null,
    status: "running",
    usd: 0,
    tokens: 0,
  };
}

/** Takes an event in. Events of unknown steps are ignored: a renderer must not fail a run. */
export function applyEvent(view: RunView, event: RunEvent): void {
  if (event.type === "run-start") {
    view.run = event.run;
    view.recipe = event.recipe;
    view.startedAt = event.at;
    view.steps = event.steps.map(({ id, title }) => newStep(id, title));
    return;
  }
  if (event.type === "run-end") {
    view.status = event.status;
    view.endedAt = event.at;
    return;
  }
  if (event.type === "spend") {
    view.usd = event.totalUsd;
    view.tokens = event.totalTokens;
    return;
  }
  if (event.type === "log") return;
  const step = view.steps.find(({ id }) => id === event.step);
  if (step === undefined) return;
  if (event.type === "step-start") {
    step.status = "running";
    step.startedAt = event.at;
  } else if (event.type === "step-progress") {
    const { at, type: _, step: __, ...progress } = event;
    step.progress = progress;
    step.samples = [
      ...step.samples.filter((sample) => at - sample.at <= rateWindowMs),
      { at, done: progress.done },
    ];
  } else {
    step.status = event.status;
    step.durationMs = event.durationMs;
    step.counts = event.counts;
    step.failures = event.failures;
    step.message = event.message ?? null;
    step.progress = null;
    step.samples = [];
  }
}

/** Items per second over the last seconds; null until there is enough to tell. */
export function rate(step: StepView): number | null {
  const first = step.samples[0];
  const last = step.samples.at(-1);
  if (first === undefined || last === undefined || last.at - first.at < 500) return null;
  const perSecond = ((last.done - first.done) / (last.at - first.at)) * 1000;
  return perSecond > 0 ? perSecond : null;
}

/** Milliseconds until the step is through at its present rate; null where total or rate are unknown. */
export function remainingMs(step: StepView): number | null {
  const perSecond = rate(step);
  const total = step.progress?.total;
  if (perSecond === null || total === null || total === undefined) return null;
  return (Math.max(0, total - step.progress!.done) / perSecond) * 1000;
}

function newStep(id: string, title: string): StepView {
  return {
    id,
    title,
    status: "pending",
    startedAt: null,
    durationMs: null,
    progress: null,
    samples: [],
    counts: {},
    failures: 0,
    message: null,
  };
}
