import { assignLanes } from "../algorithms/lanes.ts";
import type { CallRecord } from "../core/call-record.ts";
import type { RunEvent } from "../core/event.ts";

export interface TraceSource {
  /** Of steps: start and end. */
  readonly events: readonly RunEvent[];
  /** Read twice: once to place the calls side by side, once to write them. */
  calls(): AsyncIterable<CallRecord>;
}

/**
 * A run in the Trace Event Format, which Perfetto (ui.perfetto.dev) and chrome://tracing show, as pieces of its text: a process
 * per step, its first track the step itself, the calls below it in as few tracks as they need. Times are microseconds since the
 * run's first event. Cached calls have the category `cached`.
 */
export async function* chromeTrace({ events, calls }: TraceSource): AsyncGenerator<string> {
  const steps = new Map<string, number>();
  const processOf = (step: string) => {
    if (!steps.has(step)) steps.set(step, steps.size + 1);
    return steps.get(step)!;
  };
  const lanes = await placeCalls(calls());
  const origin = events[0]?.at ?? lanes.firstAt;
  const micros = (at: number) => Math.round((at - origin) * 1000);

  yield '{"displayTimeUnit":"ms","traceEvents":[\n';
  for (const slice of stepSlices(events)) {
    const pid = processOf(slice.step);
    const times = { ts: micros(slice.from), dur: micros(slice.to) - micros(slice.from) };
    yield line({ name: slice.step, cat: slice.status, ph: "X", pid, tid: 0, ...times });
  }
  let index = 0;
  for await (const call of calls()) {
    const lane = lanes.of(index++);
    if (lane === undefined) break;
    const { step, role, port, op, startedAt, durationMs, cached, queuedAt, usage, ...rest } = call;
    const name = role === undefined ? `${port}.${op}` : `${role}: ${op}`;
    const cat = cached ? "cached" : rest.error === undefined ? "call" : "failed";
    const times = { ts: micros(startedAt), dur: Math.round(durationMs * 1000) };
    const args = { ...rest, waitMs: startedAt - queuedAt, ...usage };
    yield line({ name, cat, ph: "X", pid: processOf(step), tid: lane + 1, ...times, args });
  }
  for (const [name, pid] of steps) {
    yield line({ name: "process_name", ph: "M", pid, args: { name } });
    yield line({ name: "process_sort_index", ph: "M", pid, args: { sort_index: pid } });
    yield line({ name: "thread_name", ph: "M", pid, tid: 0, args: { name: "step" } });
  }
  // JSON allows no comma after the last.
  yield `${JSON.stringify({ name: "end", ph: "M", pid: 0, args: {} })}\n]}\n`;
}

/** Lanes per step, for the calls in file order. Calls that are recorded later, while the run goes on, have none. */
async function placeCalls(calls: AsyncIterable<CallRecord>) {
  const bySteps = new Map<string, { indexes: number[]; starts: number[]; ends: number[] }>();
  let count = 0;
  let firstAt = Number.POSITIVE_INFINITY;
  for await (const { step, startedAt, durationMs } of calls) {
    const group = bySteps.get(step) ?? { indexes: [], starts: [], ends: [] };
    bySteps.set(step, group);
    group.indexes.push(count++);
    group.starts.push(startedAt);
    group.ends.push(startedAt + durationMs);
    firstAt = Math.min(firstAt, startedAt);
  }
  const lanes = new Uint32Array(count);
  for (const { indexes, starts, ends } of bySteps.values()) {
    const placed = assignLanes(Float64Array.from(starts), Float64Array.from(ends));
    for (const [i, index] of indexes.entries()) lanes[index] = placed[i]!;
  }
  return { firstAt, of: (index: number) => lanes[index] };
}

/** A step that did not end reaches to the last event. */
function stepSlices(events: readonly RunEvent[]) {
  const open = new Map<string, { step: string; from: number; to: number; status: string }>();
  const last = events.at(-1)?.at ?? 0;
  for (const event of events) {
    if (event.type === "step-start")
      open.set(event.step, { step: event.step, from: event.at, to: last, status: "running" });
    const slice = event.type === "step-end" ? open.get(event.step) : undefined;
    if (event.type !== "step-end" || slice === undefined) continue;
    slice.to = event.at;
    slice.status = event.status;
  }
  return [...open.values()];
}

function line(event: object): string {
  return `${JSON.stringify(event)},\n`;
}
