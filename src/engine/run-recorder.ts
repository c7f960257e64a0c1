import { appendFileSync, mkdirSync } from "node:fs";
import type { Emit, RunEvent, RunEventBody } from "../core/event.ts";
import type { RunRecord, StepRecord } from "../core/run.ts";
import { writeFileAtomic } from "../util/atomic-file.ts";
import { CallTrace } from "./call-trace.ts";
import { storeError } from "./store-errors.ts";
import type { StoreLayout } from "./store-layout.ts";

const PROGRESS_EVERY_MS = 1000;

/**
 * Keeps what is in `runs/<id>/`: `run.json`, the append-only `events.ndjson` and `calls.ndjson`; passes events on to whoever
 * shows them.
 */
export class RunRecorder {
  readonly directory: string;
  readonly record: RunRecord;
  readonly calls: CallTrace;
  readonly #layout: StoreLayout;
  readonly #listener: (event: RunEvent) => void;
  readonly #lastProgress = new Map<string, number>();
  #writing: Promise<void> = Promise.resolve();

  constructor(layout: StoreLayout, record: RunRecord, listener: (event: RunEvent) => void) {
    this.directory = layout.run(record.id);
    this.record = record;
    this.#listener = listener;
    this.#layout = layout;
    this.calls = new CallTrace(layout.runCalls(record.id), layout.root);
    try {
      mkdirSync(this.directory, { recursive: true });
    } catch (error) {
      throw storeError(error, layout.root);
    }
  }

  readonly emit: Emit = (body: RunEventBody) => {
    const event = { at: Date.now(), ...body } as RunEvent;
    if (this.#worthKeeping(event)) {
      try {
        appendFileSync(this.#layout.runEvents(this.record.id), `${JSON.stringify(event)}\n`);
      } catch (error) {
        throw storeError(error, this.#layout.root);
      }
    }
    this.#listener(event);
  };

  step(id: string): StepRecord {
    return this.record.steps.find((step) => step.id === id)!;
  }

  updateStep(id: string, change: Partial<StepRecord>): void {
    Object.assign(this.step(id), change);
  }

  /** Writes run.json, whose writes are chained, so that the last state wins, and the calls so far. */
  async save(): Promise<void> {
    const text = `${JSON.stringify(this.record, null, 2)}\n`;
    this.#writing = this.#writing
      .catch(() => {})
      .then(() => writeFileAtomic(this.#layout.runRecord(this.record.id), text));
    try {
      await this.#writing;
    } catch (error) {
      throw storeError(error, this.#layout.root);
    }
    this.calls.flush();
  }

  /** Frees the file of the calls. */
  close(): void {
    this.calls.close();
  }

  /** Progress is for watching; the file keeps one a second and step. */
  #worthKeeping(event: RunEvent): boolean {
    if (event.type !== "step-progress") return true;
    const last = this.#lastProgress.get(event.step) ?? 0;
    if (event.at - last < PROGRESS_EVERY_MS && event.done !== event.total) return false;
    this.#lastProgress.set(event.step, event.at);
    return true;
  }
}
