import { AppError } from "../../core/error.ts";
import type { JsonObject } from "../../core/json.ts";
import { jsonErrorOffset } from "../../util/json-error-offset.ts";

/** Line of a file; both counted from 1. */
export interface Place {
  readonly path: string;
  readonly line: number;
}

/** One line as an object. Throws AppError `data-invalid` with file, line and column (counted from 1, in UTF-16 units). */
export function parseRow(text: string, place: Place): JsonObject {
  const offset = jsonErrorOffset(text);
  if (offset !== null) {
    const near = text.slice(offset, offset + 20);
    throw badRow(place, offset, near === "" ? "the JSON ends too early" : `not JSON from here: ${near}`);
  }
  const row: unknown = JSON.parse(text);
  if (typeof row !== "object" || row === null || Array.isArray(row))
    throw badRow(place, 0, 'expected an object with fields such as {"prompt": …}');
  return row as JsonObject;
}

export function badRow({ path, line }: Place, offset: number, problem: string, hint?: string): AppError {
  return new AppError("data-invalid", `${path}:${line}:${offset + 1}: ${problem}`, {
    boundary: "dataset",
    hint,
  });
}
