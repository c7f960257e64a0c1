import type { RunEvent } from "../../core/event.ts";

/** Shows the events of a run. `close` is called once, also after a failure, and leaves the terminal as it was. */
export interface Renderer {
  event(event: RunEvent): void;
  close(): void;
}

export const progressNames = ["auto", "tty", "plain", "json", "none"] as const;
export type ProgressName = (typeof progressNames)[number];

/** The part of a terminal stream that renderers use. */
export interface Screen {
  write(text: string): void;
  /** Undefined where it is no terminal. */
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}
