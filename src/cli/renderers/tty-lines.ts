import type { StepStatus } from "../../core/run.ts";
import { fitLine, padLine, printable } from "../printable.ts";
import { dollars, duration, quantity } from "./figures.ts";
import { endText, progressText } from "./plain.ts";
import type { RunView, StepView } from "./run-view.ts";

const marks: Readonly<Record<StepStatus, string>> = {
  pending: "·",
  running: "▸",
  done: "✓",
  cached: "≡",
  failed: "✗",
  interrupted: "■",
  skipped: "-",
};

export interface DrawnLine {
  readonly text: string;
  readonly style: "plain" | "dim" | "good" | "bad" | "bold";
}

/** The screen of a run: one line per step and a foot. At most `rows` lines of at most `columns` columns, whatever the size. */
export function drawRun(view: RunView, now: number, columns: number, rows: number): DrawnLine[] {
  const head = { text: `${view.recipe}  ${view.run}`, style: "bold" } as const;
  const foot = { text: footText(view, now), style: "dim" } as const;
  const steps = fold(view.steps, Math.max(1, rows - 2));
  const titleWidth = Math.min(
    Math.max(8, ...view.steps.map(({ title }) => title.length)),
    Math.floor(columns * 0.45),
  );
  const lines: DrawnLine[] = [head, ...steps.map((step) => draw(step, titleWidth, now)), foot];
  return lines
    .slice(-Math.max(1, rows))
    .map(({ text, style }) => ({ text: fitLine(printable(text), columns), style }));
}

type Shown =
  | StepView
  | { readonly folded: readonly StepView[]; readonly what: string; readonly mark: string };

/** Fits the steps into a number of lines: finished ones are counted first, then waiting ones; what runs stays in sight longest. */
function fold(steps: readonly StepView[], lines: number): Shown[] {
  if (steps.length <= lines) return [...steps];
  const finished = steps.filter(
    ({ status }) => status === "done" || status === "cached" || status === "skipped",
  );
  const waiting = steps.filter(({ status }) => status === "pending");
  const active = steps.filter((step) => !finished.includes(step) && !waiting.includes(step));
  const head: Shown[] = finished.length > 0 ? [{ folded: finished, what: "steps done", mark: "✓" }] : [];
  const room = Math.max(0, lines - head.length - active.length);
  const shownWaiting = waiting.length <= room ? waiting : waiting.slice(0, Math.max(0, room - 1));
  const hidden = waiting.slice(shownWaiting.length);
  const tail: Shown[] = hidden.length > 0 ? [{ folded: hidden, what: "steps waiting", mark: "·" }] : [];
  const all = [...head, ...active, ...shownWaiting, ...tail];
  return all.length <= lines ? all : [...active, ...tail, ...head].slice(0, lines);
}

function draw(shown: Shown, titleWidth: number, now: number): DrawnLine {
  if ("folded" in shown) return { text: `${shown.mark} ${shown.folded.length} ${shown.what}`, style: "dim" };
  const { status } = shown;
  const detail = detailText(shown, now);
  const text = `${marks[status]} ${padLine(printable(shown.title), titleWidth)} ${detail}`.trimEnd();
  return { text, style: styleOf(status) };
}

function detailText(step: StepView, now: number): string {
  if (step.status === "pending") return "";
  if (step.status !== "running") return endText(step);
  const elapsed = duration(Math.max(0, now - (step.startedAt ?? now)));
  const progress = progressText(step);
  return progress === "" ? elapsed : `${progress}, ${elapsed}`;
}

function footText(view: RunView, now: number): string {
  const end = view.endedAt ?? now;
  const parts = [view.startedAt === null ? "" : duration(Math.max(0, end - view.startedAt))];
  if (view.tokens > 0) parts.push(`${quantity(view.tokens)} tokens`, dollars(view.usd));
  if (view.status !== "running") parts.unshift(view.status);
  return parts.filter((part) => part !== "").join("  ");
}

function styleOf(status: StepStatus): DrawnLine["style"] {
  if (status === "failed") return "bad";
  if (status === "done") return "good";
  return status === "running" || status === "interrupted" ? "plain" : "dim";
}
