import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Emit, RunEvent, RunEventBody } from "../core/event.ts";
import type { RunRecord, StepRecord } from "../core/run.ts";
import { writeFileAtomic } from "../util/atomic-file.ts";
import { storeError } from "./store-errors.ts";
import type { StoreLayout } from "./store-layout.ts";

const PROGRESS_EVERY_MS = 1000;

/** Keeps `runs/<id>/run.json` and the append-only `events.ndjson`, and passes events on to whoever shows them. */
export class RunRecorder {
  readonly directory: string;
  readonly record: RunRecord;
  readonly #listener: (event: RunEvent) => void;
  readonly #root: string;
  readonly #lastProgress = new Map<string, number>();
  #writing: Promise<void> = Promise.resolve();

  constructor(layout: StoreLayout, record: RunRecord, listener: (event: RunEvent) => void) {
    this.directory = layout.run(record.id);
    this.record = record;
    this.#listener = listener;
    this.#root = layout.root;
    mkdirSync(this.directory, { recursive: true });
  }

  readonly emit: Emit = (body: RunEventBody) => {
    const event = { at: Date.now(), ...body } as RunEvent;
    if (this.#worthKeeping(event)) {
      try {
        appendFileSync(join(this.directory, "events.ndjson"), `${JSON.stringify(event)}\n`);
      } catch (error) {
        throw storeError(error, this.#root);
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

  /** Writes run.json; calls are chained, so the last state wins. */
  async save(): Promise<void> {
    const text = `${JSON.stringify(this.record, null, 2)}\n`;
    this.#writing = this.#writing
      .catch(() => {})
      .then(() => writeFileAtomic(join(this.directory, "run.json"), text));
    try {
      await this.#writing;
    } catch (error) {
      throw storeError(error, this.#root);
    }
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
