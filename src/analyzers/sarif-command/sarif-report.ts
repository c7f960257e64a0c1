import { readFileSync } from "node:fs";
import { spanInCode } from "../../algorithms/generation-spans.ts";
import { readSarif, type SarifFindings } from "../../algorithms/sarif/read-sarif.ts";
import type { SourceFile } from "../../core/analyzer.ts";
import { AppError, messageOf } from "../../core/error.ts";
import type { FileSpan, Finding } from "../../core/finding.ts";
import { notificationTrouble } from "./notification-trouble.ts";
import { reportPaths } from "./report-paths.ts";
import type { FileReport } from "./run-tool.ts";
import type { Trouble } from "./tool-output.ts";

export interface ReportOptions {
  /** The report covers every file. */
  readonly complete: boolean;
  /** What the report calls the folder that is the current one here. */
  readonly root?: string | undefined;
}

/**
 * What a finished SARIF report says of files, by path. Silence about one counts only where the report names it in the list of
 * artifacts (or covers all, `complete`), has results at all, and notes no error that concerns it. Throws AppError `data-invalid`.
 */
export function readReport(
  path: string,
  { complete, root }: ReportOptions,
): (file: SourceFile) => FileReport {
  const { log, runs } = openReport(path);
  const paths = reportPaths(root);
  const named = new Set(
    runs
      .flatMap((run) => [
        ...run.findings.map(({ span }) => span.file),
        ...run.artifacts,
        ...run.notifications.flatMap(({ file }) => file ?? []),
      ])
      .map(paths.ofReport),
  );
  const listed = new Set(runs.flatMap((run) => run.artifacts).map(paths.ofReport));
  return (file) => {
    const own = paths.ofFile(file.path);
    const findings = named.has(own) ? findingsIn(log, file, (other) => paths.ofReport(other) === own) : [];
    const trouble =
      troubleOf(runs, (other) => paths.ofReport(other) === own, file.path) ??
      (complete || findings.length > 0 || listed.has(own) ? undefined : notNamed);
    return trouble === undefined ? { findings } : { findings, trouble };
  };
}

const notNamed: Trouble = {
  reason: "crashed",
  message: "the report does not say that this file was looked at (`complete: true` if it covers all)",
};

function openReport(path: string): { log: unknown; runs: SarifFindings[] } {
  try {
    const log: unknown = JSON.parse(readFileSync(path, "utf8").replace(/^\ufeff/, ""));
    const runs = readSarif(log, () => undefined);
    if (runs.length === 0) throw new Error("it holds no run");
    return { log, runs };
  } catch (error) {
    throw new AppError("data-invalid", `${path} is no SARIF 2.1.0 report: ${messageOf(error)}`, {
      boundary: "analyzer",
      cause: error,
    });
  }
}

/** Reports tell places in the text that has the file's name: for code out of an answer, in the whole answer. */
function findingsIn(log: unknown, file: SourceFile, isFile: (other: string) => boolean): Finding[] {
  const { path, text, within } = file;
  const whole = within?.text ?? text;
  const found = readSarif(log, (other) => (isFile(other) ? whole : undefined))
    .flatMap((run) => run.findings)
    .filter(({ span }) => isFile(span.file));
  return found.flatMap((one) => {
    const place = <T extends FileSpan>(span: T): T | undefined => {
      if (!isFile(span.file)) return span;
      const moved = within === undefined ? span : spanInCode(whole, within.block, span);
      return moved && { ...span, ...moved, file: path };
    };
    const span = place(one.span);
    if (span === undefined) return [];
    const flows = one.flows?.map((flow) => flow.flatMap((step) => place(step) ?? []));
    return [{ ...one, span, ...(flows && { flows: flows.filter((flow) => flow.length > 0) }) }];
  });
}

/** Why silence about a file means nothing, by what the report says of it or of all files. */
function troubleOf(
  runs: readonly SarifFindings[],
  isFile: (other: string) => boolean,
  path: string,
): Trouble | undefined {
  if (runs.some(({ successful }) => !successful)) {
    const own = notes(runs, isFile, path)[0];
    return own ?? { reason: "crashed", message: "the report's tool did not run to its end" };
  }
  if (!runs.some(({ scanned }) => scanned))
    return {
      reason: "crashed",
      message: "the report has no list of results: its tool has looked at nothing",
    };
  return notes(runs, isFile, path)[0];
}

/** Notifications about the file, and those about none: what went wrong without a place may have gone wrong here. */
function notes(runs: readonly SarifFindings[], isFile: (other: string) => boolean, path: string): Trouble[] {
  const all = runs.flatMap(({ notifications }) => notifications);
  return all.flatMap((note) => {
    const concerns =
      note.file === undefined ? note.level === "error" || note.message.includes(path) : isFile(note.file);
    return concerns ? (notificationTrouble(note) ?? []) : [];
  });
}
