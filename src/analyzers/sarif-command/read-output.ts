import { z } from "zod";
import { readSarif } from "../../algorithms/sarif/read-sarif.ts";
import type { Finding } from "../../core/finding.ts";
import type { Description, OutputDescription } from "./description.ts";
import { notificationTrouble } from "./notification-trouble.ts";
import { type ResultRecord, toFinding, tokenEnd } from "./result-records.ts";
import { type ToolOutput, type Trouble, UnreadableOutputError } from "./tool-output.ts";

type TextOf = (file: string) => string | undefined;
type Sarif = Extract<OutputDescription, { format: "sarif" }>;
type Json = Extract<OutputDescription, { format: "json" }>;
type Lines = Extract<OutputDescription, { format: "lines" }>;

const LogSchema = z.looseObject({ runs: z.array(z.looseObject({})) });

/** Reads what a tool wrote. `textOf` knows the files of the batch. Throws UnreadableOutputError unless it can be read whole. */
export function readOutput(raw: string, description: Description, textOf: TextOf): ToolOutput {
  const { output } = description;
  const read =
    output.format === "sarif"
      ? readSarifOutput(raw, output, description, textOf)
      : output.format === "json"
        ? readJson(raw, output, description, textOf)
        : readLines(raw, output, description, textOf);
  return settle(read, description);
}

function readSarifOutput(raw: string, output: Sarif, { name }: Description, textOf: TextOf): ToolOutput {
  const { columns, unscored, notifications } = output;
  let runs: ReturnType<typeof readSarif>;
  try {
    const log = LogSchema.parse(JSON.parse(raw));
    const columnKind = columns === "code-points" ? "unicodeCodePoints" : "utf16CodeUnits";
    const corrected =
      columns === "as-declared" ? log : { ...log, runs: log.runs.map((run) => ({ ...run, columnKind })) };
    runs = readSarif(corrected, textOf, { unscored, commentsSuppressNothing: true });
  } catch (error) {
    throw new UnreadableOutputError(`no SARIF 2.1.0: ${error}`);
  }
  if (runs.length === 0) throw new UnreadableOutputError("a SARIF log without a run");
  if (runs.some(({ successful }) => !successful))
    throw new UnreadableOutputError("the tool says that it did not run to its end");
  // SARIF: no list says that the tool did not look, an empty one that it found nothing.
  if (!runs.some(({ scanned }) => scanned))
    throw new UnreadableOutputError("no list of results: the tool has looked at nothing");
  const findings = runs.flatMap((run) => run.findings);
  const told = runs.flatMap((run) => run.notifications);
  const troubles = new Map<string, Trouble>();
  // A description that knows the tool's kinds of notifications goes before the words in them.
  for (const note of told) {
    const trouble = notificationTrouble(note);
    if (trouble === undefined) continue;
    const files = note.file === undefined ? filesIn(note.message, textOf) : [note.file];
    if (files.length === 0 || (note.file === undefined && note.level === "error")) {
      // Where the tool tells which files it read, a warning about none of them says nothing of that.
      if (note.level !== "error" && notifications.scanned !== undefined) continue;
      throw new UnreadableOutputError(trouble.message);
    }
    for (const file of files) troubles.set(file, { ...trouble, message: `${name}: ${trouble.message}` });
  }
  for (const [reason, pattern] of Object.entries(notifications.failures))
    for (const { id, file, message } of told)
      if (file !== undefined && new RegExp(pattern, "u").test(id))
        troubles.set(file, { reason: reason as Trouble["reason"], message: `${name}: ${message || id}` });
  const scanned =
    notifications.scanned === undefined
      ? undefined
      : new Set(
          told
            .filter(({ id }) => new RegExp(notifications.scanned!, "u").test(id))
            .flatMap(({ file }) => file ?? []),
        );
  return { findings: findings.map((one) => notEmpty(one, textOf)), troubles, scanned };
}

/** Files of the batch that a message names. */
function filesIn(message: string, textOf: TextOf): string[] {
  return (message.match(/[\w./-]+/g) ?? []).filter((word) => textOf(word) !== undefined);
}

/** Some tools tell a point where a region is meant. */
function notEmpty(one: Finding, textOf: TextOf): Finding {
  const { file, start, end } = one.span;
  const text = textOf(file);
  if (end > start || text === undefined) return one;
  return { ...one, span: { file, start, end: tokenEnd(text, start) } };
}

function readJson(raw: string, output: Json, description: Description, textOf: TextOf): ToolOutput {
  const start = raw.indexOf("{");
  let root: unknown;
  try {
    root = JSON.parse(raw.slice(Math.max(0, start)));
  } catch (error) {
    throw new UnreadableOutputError(`no JSON: ${error}`);
  }
  const { fields, errors, scanned } = output;
  const findings = list(root, output.results).map((result) => {
    const number = (path: string | undefined) => {
      const value = path === undefined ? undefined : at(result, path);
      return typeof value === "number" ? value : undefined;
    };
    const word = (path: string | undefined) => textAt(result, path);
    const [file, rule, line] = [word(fields.file), word(fields.rule), number(fields.line)];
    if (file === undefined || rule === undefined || line === undefined)
      throw new UnreadableOutputError(`a result without file, rule or line: ${JSON.stringify(result)}`);
    return finding(
      {
        file,
        rule,
        line,
        column: number(fields.column),
        endLine: number(fields.endLine),
        endColumn: number(fields.endColumn),
        message: word(fields.message) ?? "",
        severity: word(fields.severity),
        cwe: word(fields.cwe),
      },
      output,
      description,
      textOf,
    );
  });
  const troubles = new Map<string, Trouble>();
  for (const error of errors === undefined ? [] : list(root, errors.list)) {
    const message = textAt(error, errors!.message) ?? "error";
    const file = textAt(error, errors!.file);
    // Trouble with no file is trouble with the rules or the tool: it concerns all of them.
    if (file === undefined) throw new UnreadableOutputError(message);
    troubles.set(file, troubleOf(message, description));
  }
  const looked = scanned === undefined ? undefined : new Set(list(root, scanned).map(String));
  return { findings, troubles, scanned: looked };
}

function readLines(raw: string, output: Lines, description: Description, textOf: TextOf): ToolOutput {
  const pattern = new RegExp(output.pattern, "u");
  const findings = raw
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const groups = pattern.exec(line)?.groups;
      if (groups?.file === undefined || groups.rule === undefined)
        throw new UnreadableOutputError(`a line that is no result: ${line.slice(0, 200)}`);
      const { file, rule, message = "", severity, cwe } = groups;
      const number = (digits: string | undefined) => (digits ? Number(digits) : undefined);
      const record: ResultRecord = {
        file,
        rule,
        message,
        severity,
        cwe: cwe === "0" ? undefined : cwe,
        line: number(groups.line) ?? 1,
        column: number(groups.column),
        endLine: number(groups.endLine),
        endColumn: number(groups.endColumn),
      };
      return finding(record, output, description, textOf);
    });
  return { findings, troubles: new Map() };
}

function finding(
  record: ResultRecord,
  { columns }: Json | Lines,
  description: Description,
  textOf: TextOf,
): Finding {
  return toFinding(record, textOf(record.file) ?? "", columns, description);
}

/** Applies what the description says of rules: CWEs, those to leave out, and those that are no weakness but a failure. */
function settle(output: ToolOutput, { ignore, failures, cwe, name }: Description): ToolOutput {
  const troubles = new Map(output.troubles);
  const findings: Finding[] = [];
  for (const one of output.findings) {
    const reason = failures[one.rule];
    if (reason !== undefined) troubles.set(one.span.file, { reason, message: `${name}: ${one.message}` });
    else if (!ignore.includes(one.rule))
      findings.push({ ...one, ...(cwe[one.rule] && { cwe: cwe[one.rule] }) });
  }
  return { ...output, findings, troubles };
}

export function troubleOf(message: string, { troubles, name }: Description): Trouble {
  for (const [reason, pattern] of Object.entries(troubles))
    if (new RegExp(pattern, "u").test(message))
      return { reason: reason as Trouble["reason"], message: `${name}: ${message}` };
  return { reason: "crashed", message: `${name}: ${message}` };
}

function list(root: unknown, path: string): unknown[] {
  const found = z.array(z.unknown()).safeParse(at(root, path));
  if (!found.success) throw new UnreadableOutputError(`there is no list ${path}`);
  return found.data;
}

/** What lies under a path of keys; `last` is the last of a list. */
function at(root: unknown, path: string): unknown {
  let value = root;
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    const own = key === "last" && Array.isArray(value) ? String(value.length - 1) : key;
    value = Object.hasOwn(value, own) ? (value as Record<string, unknown>)[own] : undefined;
  }
  return value;
}

/** A text or number as text, the first of a list. */
function textAt(root: unknown, path: string | undefined): string | undefined {
  const value = path === undefined ? undefined : at(root, path);
  const first = Array.isArray(value) ? value[0] : value;
  return typeof first === "string" || typeof first === "number" ? String(first) : undefined;
}
