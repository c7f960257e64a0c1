import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, readdir, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { AppError } from "../core/error.ts";
import { type TrainParams, TrainParamsSchema } from "../core/trainer.ts";
import type { DeviceLayout, ExportFile, ExportJob } from "../export/export-job.ts";
import { EXPORT_FORMATS, EXPORTERS, type ExportFormat } from "../export/formats.ts";
import { thinkStyleOf } from "../export/inline-reasoning.ts";
import { summariseRows } from "../export/summarise-rows.ts";
import { EMBEDDED_FOLDER } from "./checkpoints.ts";
import { applyOverride, parseOverride } from "./config-overrides.ts";
import { chatTemplate, type ExportSource, fileSource, namedBase, runSource } from "./export-sources.ts";
import { readRun } from "./runs.ts";

/** Names of the formats, for the command line. */
export const exportFormats: readonly ExportFormat[] = EXPORT_FORMATS;

export interface ExportOptions {
  /** Run id (or a part, or `latest`), or a file of training rows. */
  readonly source: string;
  readonly store: string;
  readonly format: ExportFormat;
  /** Folder that does not exist yet, or is empty. */
  readonly out: string;
  /** Step that made the rows, or a training. */
  readonly step?: string | undefined;
  readonly licence?: string | undefined;
  /** Model to train instead of the run's own: a folder, `owner/name` with or without `@revision`, or `tiny-coder`. */
  readonly base?: string | undefined;
  readonly template?: string | undefined;
  /** Overrides of training settings: `batchRows=48`. */
  readonly set: readonly string[];
  readonly layout: DeviceLayout;
}

export interface ExportResult {
  readonly out: string;
  readonly format: ExportFormat;
  readonly rows: number;
  readonly files: readonly string[];
  readonly licences: readonly string[];
}

/**
 * Writes training rows in a format of another tool. Throws AppError `config-invalid` with everything that the tool would get wrong
 * without saying so; then nothing is written.
 */
export async function exportRows(options: ExportOptions): Promise<ExportResult> {
  const { format, layout, template } = options;
  const out = resolve(options.out);
  await requireEmpty(out);
  const source = await openSource(options);
  const job = await makeJob(source, options, layout, template);
  const rows = await summariseRows(job.rows());
  const exporter = EXPORTERS[format];
  const problems = exporter.problems(job, rows);
  if (problems.length > 0) {
    throw new AppError(
      "config-invalid",
      `not exported to ${format}:\n${problems.map((it) => `- ${it}`).join("\n")}`,
      {
        boundary: "config",
      },
    );
  }
  const files = exporter.files(job, rows);
  await writeAll(files, out);
  const licences = [...new Set(source.sources.map(({ licence }) => licence))];
  return { out, format, rows: rows.count, files: files.map(({ path }) => path), licences };
}

async function openSource({ source, store, step, licence }: ExportOptions): Promise<ExportSource> {
  const isFile = await stat(source).then(
    (info) => info.isFile(),
    () => false,
  );
  if (isFile) return fileSource(source, licence);
  return runSource(store, await readRun(store, source), step);
}

async function makeJob(
  source: ExportSource,
  { base, set }: ExportOptions,
  layout: DeviceLayout,
  template: string | undefined,
): Promise<ExportJob> {
  const model = base === undefined ? source.base : await namedBase(base);
  const own = model && (await chatTemplate(model.model));
  // That of tiny-coder, which later trainings keep, thinks where there is something to write; others are not read that closely.
  const bareAnswersKept =
    own !== undefined && (!own.includes("<think>") || own === (await chatTemplate(EMBEDDED_FOLDER)));
  const train = trainParams(source.train, set);
  const counted = source.tooLong !== undefined && base === undefined;
  const lengthsKnown = counted && train?.maxLength === source.train?.maxLength;
  return {
    ...source,
    base: model,
    train,
    lengthsKnown,
    layout,
    template,
    think: thinkStyleOf(own),
    bareAnswersKept,
  };
}

function trainParams(own: ExportSource["train"], set: readonly string[]): TrainParams | undefined {
  if (own === undefined && set.length === 0) return undefined;
  const merged = set.map(parseOverride).reduce<unknown>(applyOverride, own ?? {});
  const parsed = TrainParamsSchema.safeParse(merged);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${path.join(".") || "settings"}: ${message}`,
  );
  throw new AppError("usage", `training settings: ${problems.join("; ")}`, {
    boundary: "config",
    hint: "--set takes settings of the trainer: learningRate, epochs, batchRows, maxLength …",
  });
}

async function requireEmpty(out: string): Promise<void> {
  const entries = await readdir(out).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new AppError("usage", `--out ${out}: ${error.message}`, { boundary: "config" });
  });
  if (entries.length === 0) return;
  throw new AppError("usage", `--out ${out} is not empty`, {
    boundary: "config",
    hint: "name a folder that does not exist yet",
  });
}

/** Writes beside the place and renames, so that a folder that is there is whole. */
async function writeAll(files: readonly ExportFile[], out: string): Promise<void> {
  const partial = `${out}.partial-${process.pid}`;
  try {
    for (const file of files) {
      const path = join(partial, file.path);
      await mkdir(dirname(path), { recursive: true });
      if ("text" in file) await writeFile(path, file.text);
      else await writeLines(path, file.lines);
    }
    await rmdir(out).catch(() => {});
    await rename(partial, out);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

async function writeLines(path: string, lines: AsyncIterable<string>): Promise<void> {
  const stream = createWriteStream(path);
  const closed = once(stream, "close");
  for await (const line of lines) if (!stream.write(`${line}\n`)) await once(stream, "drain");
  stream.end();
  await closed;
}
