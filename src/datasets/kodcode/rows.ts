import { type AsyncBuffer, parquetMetadataAsync, parquetReadObjects, parquetSchema } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { type BadRow, isBadRow } from "../../core/dataset.ts";
import { AppError, isAppError, messageOf } from "../../core/error.ts";
import { makeTask, type Task } from "../../core/task.ts";
import type { KodCodeConfig } from "./config.ts";

/** Licence of KodCode-V1: not for commercial use. Every task carries it into whatever is made of it. */
export const LICENCE = "CC-BY-NC-4.0";

/** The columns that are read; others (solutions, tests, other models' answers: most of the bytes) are not even downloaded. */
const COLUMNS = ["style", "subset", "question_id", "question", "gpt_difficulty"] as const;

export interface ParquetFile {
  /** For messages. */
  readonly name: string;
  open(): Promise<AsyncBuffer>;
}

/** Where rows come from, as their origin says it. */
export interface Source {
  readonly name: string;
  readonly revision: string;
  files(): Promise<readonly ParquetFile[]>;
}

/** Tasks of the chosen rows, file by file, row group by row group. */
export async function* tasksOf(
  source: Source,
  config: KodCodeConfig,
  limit = Infinity,
): AsyncGenerator<Task | BadRow> {
  let given = 0;
  for (const file of await source.files()) {
    for await (const { row, number } of rowsOf(file)) {
      if (given >= limit) return;
      const task = toTask(row, { file: file.name, number }, source, config);
      if (task === null) continue;
      if (!isBadRow(task)) given++;
      yield task;
    }
  }
}

interface Place {
  readonly file: string;
  /** From 1. */
  readonly number: number;
}

async function* rowsOf({
  name,
  open,
}: ParquetFile): AsyncGenerator<{ row: Record<string, unknown>; number: number }> {
  try {
    const file = await open();
    const metadata = await parquetMetadataAsync(file);
    const present = new Set(parquetSchema(metadata).children.map(({ element }) => element.name));
    const missing = COLUMNS.filter((column) => !present.has(column));
    if (missing.length > 0) {
      throw new AppError("data-invalid", `${name} has no column ${missing.join(", ")}`, {
        boundary: "dataset",
        hint: `it has ${[...present].join(", ")}; KodCode-V1 has ${COLUMNS.join(", ")}`,
      });
    }
    let rowStart = 0;
    for (const group of metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows);
      const range = { file, metadata, columns: [...COLUMNS], rowStart, rowEnd, compressors };
      for (const [index, row] of (await parquetReadObjects(range)).entries())
        yield { row, number: rowStart + index + 1 };
      rowStart = rowEnd;
    }
  } catch (cause) {
    if (isAppError(cause)) throw cause;
    throw new AppError("data-invalid", `${name} is not a readable parquet file: ${messageOf(cause)}`, {
      boundary: "dataset",
      hint: "download it again, or check that `path` names KodCode's parquet files",
      cause,
    });
  }
}

function toTask(
  row: Record<string, unknown>,
  place: Place,
  source: Source,
  config: KodCodeConfig,
): Task | BadRow | null {
  try {
    return readTask(row, place, source, config);
  } catch (error) {
    if (!isAppError(error)) throw error;
    return { row: `${place.file}:${place.number}`, bad: error };
  }
}

function readTask(
  row: Record<string, unknown>,
  place: Place,
  { name, revision }: Source,
  { subsets, styles, difficulties }: KodCodeConfig,
): Task | null {
  const text = (column: (typeof COLUMNS)[number]) => readText(row, column, place);
  const chosen = (wanted: readonly string[] | undefined, column: (typeof COLUMNS)[number]) =>
    wanted === undefined || wanted.includes(String(row[column] ?? ""));
  if (!chosen(subsets, "subset") || !chosen(styles, "style") || !chosen(difficulties, "gpt_difficulty"))
    return null;
  return makeTask({
    prompt: text("question"),
    language: "python",
    cwes: [],
    origin: { dataset: name, revision, row: text("question_id"), licence: LICENCE },
  });
}

function readText(row: Record<string, unknown>, column: string, { file, number }: Place): string {
  const value = row[column];
  if (typeof value === "string" && value.trim() !== "") return value;
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  throw new AppError(
    "data-invalid",
    `${file}: row ${number}: column ${column} must be a text that is not empty`,
    {
      boundary: "dataset",
    },
  );
}
