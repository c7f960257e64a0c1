import type { RunEvent } from "../../core/event.ts";
import { printable } from "../printable.ts";
import { countsText, dollars, duration, quantity } from "./figures.ts";
import type { Renderer, Screen } from "./renderer.ts";
import { applyEvent, emptyView, rate, remainingMs, type StepView } from "./run-view.ts";

/** A step says how far it is at most this often. */
const progressEveryMs = 15_000;

/** One line when a step starts and ends, and now and then between: for logs and CI. */
export function plainRenderer(screen: Screen): Renderer {
  const view = emptyView();
  const saidAt = new Map<string, number>();
  const line = (text: string) => screen.write(`${printable(text)}\n`);
  const prefix = (step: StepView) => {
    const total = String(view.steps.length);
    return `[${String(view.steps.indexOf(step) + 1).padStart(total.length)}/${total}] ${step.id}`;
  };

  const event = (event: RunEvent) => {
    applyEvent(view, event);
    if (event.type === "run-start")
      return line(`run ${event.run}: ${event.recipe}, ${event.steps.length} steps`);
    if (event.type === "run-end") {
      const spent = view.tokens > 0 ? `, ${quantity(view.tokens)} tokens, ${dollars(view.usd)}` : "";
      return line(`run ${view.run}: ${event.status} in ${duration(event.durationMs)}${spent}`);
    }
    if (event.type === "log")
      return line(event.step === undefined ? event.message : `${event.step}: ${event.message}`);
    if (event.type === "spend") return;
    const step = view.steps.find(({ id }) => id === event.step);
    if (step === undefined) return;
    if (event.type === "step-start") {
      saidAt.set(step.id, event.at);
      return line(`${prefix(step)}: ${step.title}`);
    }
    if (event.type === "step-end") return line(`${prefix(step)}: ${endText(step)}`);
    if (event.at - (saidAt.get(step.id) ?? 0) < progressEveryMs) return;
    saidAt.set(step.id, event.at);
    line(`${prefix(step)}: ${progressText(step)}`);
  };
  return { event, close: () => {} };
}

/** `done in 3.2 s, 40 tasks`. */
export function endText(step: StepView): string {
  const counts = countsText(step.counts, step.failures);
  const took = step.status === "cached" ? "" : ` in ${duration(step.durationMs ?? 0)}`;
  const message = step.message === step.status ? "" : (step.message ?? "");
  return [`${step.status}${took}`, counts, message].filter((part) => part !== "").join(", ");
}

/** `12/40 (30 %), 2.5/s, 11.2 s left, loss 0.41, note`. */
export function progressText(step: StepView): string {
  const { progress } = step;
  if (progress === null) return "";
  const { done, total, metrics, note } = progress;
  const share = total === null || total === 0 ? "" : ` (${Math.floor((done / total) * 100)} %)`;
  const perSecond = rate(step);
  const left = remainingMs(step);
  const parts = [
    total === null ? quantity(done) : `${quantity(done)}/${quantity(total)}${share}`,
    perSecond === null ? "" : `${quantity(perSecond)}/s`,
    left === null ? "" : `${duration(left)} left`,
    ...Object.entries(metrics ?? {}).map(([name, value]) => `${name} ${Number(value.toPrecision(3))}`),
    note ?? "",
  ];
  return parts.filter((part) => part !== "").join(", ");
}
