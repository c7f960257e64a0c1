import { jsonRows } from "../../algorithms/json-rows.ts";
import { RowsHeaderSchema } from "../../core/artifact.ts";
import {
  type CalibratedAnalyzer,
  type Calibration,
  type CalibrationCell,
  type CalibrationSource,
  calibrationRows,
} from "../../core/calibration.ts";
import { AppError } from "../../core/error.ts";
import { writeFileAtomic } from "../../util/atomic-file.ts";
import { canonicalJson } from "../../util/hash.ts";
import { readLines } from "../../util/read-lines.ts";

const { name: schema, version } = calibrationRows;

/** Writes a calibration file, all or nothing. Equal calibrations give equal bytes. */
export async function writeCalibration(path: string, calibration: Calibration): Promise<void> {
  const { source, analyzers, cells } = calibration;
  const rows = [{ schema, version }, source, ...analyzers, ...cells];
  try {
    await writeFileAtomic(path, `${rows.map(canonicalJson).join("\n")}\n`);
  } catch (cause) {
    throw new AppError("usage", `${path} cannot be written: ${String(cause)}`, { boundary: "config", cause });
  }
}

/** Reads a calibration file. Throws AppError `data-invalid` with the place of what is wrong, or for a file of something else. */
export async function readCalibration(path: string): Promise<Calibration> {
  let source: CalibrationSource | undefined;
  const analyzers: CalibratedAnalyzer[] = [];
  const cells: CalibrationCell[] = [];
  let first = true;
  const wrong = (line: number, problem: string, hint = remake) =>
    new AppError("data-invalid", `${path}:${line}:1: ${problem}`, { boundary: "dataset", hint });
  const rows = jsonRows(openLines(path), path, `{"schema": "${schema}", "version": ${version}}`);
  for await (const { row, place } of rows) {
    if (first) {
      const header = RowsHeaderSchema.safeParse(row);
      if (header.data?.schema !== schema) throw wrong(place.line, "this is no calibration file");
      if (header.data.version !== version) {
        throw wrong(
          place.line,
          `a calibration file of version ${header.data.version}; this SecTune reads ${version}`,
        );
      }
      first = false;
      continue;
    }
    const parsed = calibrationRows.row.safeParse(row);
    if (!parsed.success) {
      const { path: at, message } = parsed.error.issues[0]!;
      throw wrong(place.line, `${at.join(".") || "row"}: ${message}`);
    }
    if (parsed.data.kind === "source") source = parsed.data;
    else if (parsed.data.kind === "analyzer") analyzers.push(parsed.data);
    else cells.push(parsed.data);
  }
  if (source === undefined)
    throw wrong(1, "the file has no source row: it is cut short or no calibration file");
  return { source, analyzers, cells };
}

const remake = "`sectune analyzers calibrate --out FILE` writes such a file";

async function* openLines(path: string): AsyncGenerator<string> {
  try {
    yield* readLines(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === undefined) throw cause;
    throw new AppError("usage", `the calibration file ${path} cannot be read: ${String(cause)}`, {
      boundary: "config",
      hint: remake,
      cause,
    });
  }
}
