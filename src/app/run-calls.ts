import { existsSync } from "node:fs";
import { CallSummaries, type CallSummary } from "../algorithms/call-summary.ts";
import type { RunEvent } from "../core/event.ts";
import type { RunRecord } from "../core/run.ts";
import { readCallTrace } from "../engine/call-trace.ts";
import { StoreLayout } from "../engine/store-layout.ts";
import { chromeTrace } from "../report/chrome-trace.ts";
import { readLines } from "../util/read-lines.ts";

export interface RunCalls {
  /** Per step, role and operation. */
  readonly calls: readonly CallSummary[];
  /** Lines of the file that are no records: half a line where the run was killed. */
  readonly unreadableLines: number;
}

/** What the calls of a run were, how long they took and what they cost. Nothing for a run whose steps were all cached. */
export async function summariseCalls(store: string, record: RunRecord): Promise<RunCalls> {
  const summaries = new CallSummaries();
  let unreadableLines = 0;
  const onUnreadable = () => {
    unreadableLines++;
  };
  for await (const call of readCallTrace(new StoreLayout(store).runCalls(record.id), onUnreadable))
    summaries.add(call);
  return { calls: summaries.summaries(), unreadableLines };
}

/** The run's steps and calls as the text of a trace file for Perfetto, in pieces. */
export async function* runTrace(store: string, record: RunRecord): AsyncGenerator<string> {
  const layout = new StoreLayout(store);
  const events = await readEvents(layout.runEvents(record.id));
  yield* chromeTrace({ events, calls: () => readCallTrace(layout.runCalls(record.id)) });
}

async function readEvents(path: string): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  if (!existsSync(path)) return events;
  for await (const line of readLines(path, { lenient: true })) {
    try {
      events.push(JSON.parse(line) as RunEvent);
    } catch {
      // The last line of a run that was killed.
    }
  }
  return events;
}
