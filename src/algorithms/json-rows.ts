import { AppError } from "../core/error.ts";
import type { JsonObject } from "../core/json.ts";
import { jsonErrorOffset } from "../util/json-error-offset.ts";
import { NotUtf8 } from "../util/read-lines.ts";

/** Line of a file; both counted from 1. */
export interface Place {
  readonly path: string;
  readonly line: number;
}

export interface JsonRow {
  readonly row: JsonObject;
  /** The line as it stands in the file. */
  readonly text: string;
  readonly place: Place;
}

/**
 * Objects of JSON lines; blank lines give nothing, a byte-order mark is no part of the first. `example` shows in errors what a row
 * looks like. Throws AppError `data-invalid` with file, line and column (counted from 1, in UTF-16 units).
 */
export async function* jsonRows(
  lines: AsyncIterable<string>,
  path: string,
  example: string,
): AsyncGenerator<JsonRow> {
  let line = 0;
  try {
    for await (const raw of lines) {
      line++;
      const text = line === 1 ? raw.replace(/^\ufeff/, "") : raw;
      if (text.trim() === "") continue;
      const place = { path, line };
      yield { row: parseRow(text, place, example), text, place };
    }
  } catch (cause) {
    if (!(cause instanceof NotUtf8)) throw cause;
    throw new AppError("data-invalid", `${path}:${cause.line}:${cause.column}: not UTF-8 text`, {
      boundary: "dataset",
      hint: "Convert it, for example: iconv -f latin1 -t utf-8 IN > OUT",
      cause,
    });
  }
}

function parseRow(text: string, place: Place, example: string): JsonObject {
  const offset = jsonErrorOffset(text);
  if (offset !== null) {
    const near = text.slice(offset, offset + 20);
    const problem = near === "" ? "the JSON ends too early" : `not JSON from here: ${near}`;
    throw badRow(place, offset, problem, `each line is one JSON object, such as ${example}`);
  }
  const row: unknown = JSON.parse(text);
  if (typeof row !== "object" || row === null || Array.isArray(row))
    throw badRow(place, 0, "expected an object", `each line is one JSON object, such as ${example}`);
  return row as JsonObject;
}

/** What is wrong with a row, and where. `offset` counts from 0. */
export function badRow({ path, line }: Place, offset: number, problem: string, hint?: string): AppError {
  return new AppError("data-invalid", `${path}:${line}:${offset + 1}: ${problem}`, {
    boundary: "dataset",
    hint,
  });
}
