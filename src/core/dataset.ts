import type { Task } from "./task.ts";

/** A source of tasks: a file, a hub dataset, a generator. */
export interface Dataset {
  /** Name, pin (revision or sha256) and licence: part of keys and of the report's provenance. */
  readonly pin: { readonly name: string; readonly revision: string; readonly licence: string };
  /** Rows in a fixed order. A bad row throws AppError `data-invalid` that names file, line and column. */
  rows(options: { readonly seed: number; readonly limit?: number | undefined }): AsyncIterable<Task>;
}
