import type { AppError } from "./error.ts";
import type { Task } from "./task.ts";

/** A source of tasks: a file, a hub dataset, a generator. */
export interface Dataset {
  /** Name, pin (revision or sha256) and licence: part of keys and of the report's provenance. */
  readonly pin: { readonly name: string; readonly revision: string; readonly licence: string };
  /**
   * Rows in a fixed order. A bad row of a file that is the user's own throws AppError `data-invalid` that names file, line and column;
   * one of public data, which the user cannot mend, comes as BadRow, is counted, and does not count towards `limit`.
   */
  rows(options: { readonly seed: number; readonly limit?: number | undefined }): AsyncIterable<Task | BadRow>;
}

/** A row that is no task, and why. */
export interface BadRow {
  /** What the row is called in messages: its place. */
  readonly row: string;
  readonly bad: AppError;
}

export function isBadRow(row: Task | BadRow): row is BadRow {
  return "bad" in row;
}
