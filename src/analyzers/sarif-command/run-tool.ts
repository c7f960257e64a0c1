import { mapSpans } from "../../algorithms/generation-spans.ts";
import { extensionOf } from "../../algorithms/syntax/languages.ts";
import type { SourceFile } from "../../core/analyzer.ts";
import type { ExecResult, Sandbox, Session } from "../../core/sandbox.ts";
import type { BatchResult } from "../../util/by-halves.ts";
import type { Description } from "./description.ts";
import { fill, fillIn } from "./fill-in.ts";
import { readOutput } from "./read-output.ts";
import { type ToolOutput, type Trouble, UnreadableOutputError } from "./tool-output.ts";
import type { UserRules } from "./user-rules.ts";

export interface ToolRun {
  readonly description: Description;
  readonly sandbox: Sandbox;
  readonly tools: string;
  /** Shown read-only inside. */
  readonly readOnly: readonly string[];
  readonly rules: UserRules | undefined;
  readonly parameters: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** What is known of one file: findings whose `span.file` is the file's own path, and why silence would mean nothing. */
export interface FileReport {
  readonly findings: ToolOutput["findings"];
  readonly trouble?: Trouble | undefined;
}

/** Name of the folder that holds the files, and in it each by its number: a path may say nothing that the tool could act on. */
const source = "/box/source";

/** Runs the tool once over files of one language (of a `perFile` tool: over one file). */
export async function runTool(
  run: ToolRun,
  files: readonly SourceFile[],
): Promise<BatchResult<FileReport, Trouble>> {
  const { description, sandbox, rules, signal } = run;
  const { limits } = description;
  await using session = await sandbox.open({
    readOnly: run.readOnly,
    limits: {
      wallMs: 1000 * (limits.seconds + limits.secondsPerFile * files.length),
      cpuSeconds: 4 * (limits.seconds + limits.secondsPerFile * files.length),
      memoryBytes: limits.memoryMb * 1024 ** 2,
      // Analyzers reserve far more than they use.
      mappedBytes: Number.POSITIVE_INFINITY,
      processes: limits.processes,
      diskBytes: 1024 ** 3,
      files: 100_000,
      outputBytes: 256 * 1024 ** 2,
    },
  });
  const names = files.map(({ language }, index) => `${source}/${index}${extensionOf(language)}`);
  for (const [index, { text }] of files.entries())
    await session.put(names[index]!.slice("/box/".length), text);
  for (const { name, data } of rules?.files ?? []) await session.put(name, data);
  const outcome = await runSteps(run, session, names, files[0]!.language);
  signal.throwIfAborted();
  if ("trouble" in outcome) return { failure: outcome.trouble };
  try {
    const texts = new Map(names.map((name, index) => [name, files[index]!.text]));
    // SARIF names files below the source root as well.
    const nameOf = (file: string) => (texts.has(file) ? file : `${source}/${file}`);
    const output = readOutput(outcome.raw, description, (file) => texts.get(nameOf(file)));
    return { results: sortOut(output, names, files, nameOf) };
  } catch (error) {
    if (!(error instanceof UnreadableOutputError)) throw error;
    return { failure: { reason: "crashed", message: `${description.name}: ${error.message}` } };
  }
}

async function runSteps(
  { description, tools, rules, parameters, signal }: ToolRun,
  session: Session,
  names: readonly string[],
  language: string,
): Promise<{ raw: string } | { trouble: Trouble }> {
  const values = {
    ...parameters,
    tools,
    source,
    language: description.languageNames[language] ?? language,
    output: "/box/output",
    rules: rules?.path ?? "",
  };
  let last: ExecResult | undefined;
  for (const { argv, good, unparsable } of description.steps) {
    const [program, ...rest] = fillIn(argv, { values, files: names });
    last = await session.exec({ argv: [program!, ...rest], env: description.env, signal });
    const trouble = troubleOf(last, description, good, description.perFile ? unparsable : []);
    if (trouble !== undefined) return { trouble };
  }
  const { from } = description.output;
  if (typeof from === "string") return { raw: decode(last![from]) };
  const path = fill(from.file, values).replace(/^\/box\//, "");
  const bytes = await session.get(path, { maxBytes: 256 * 1024 ** 2 });
  if (bytes !== null) return { raw: decode(bytes) };
  return { trouble: { reason: "crashed", message: `${description.name} wrote no output` } };
}

function troubleOf(
  result: ExecResult,
  { name }: Description,
  good: readonly number[],
  unparsable: readonly number[],
): Trouble | undefined {
  const tail = decode(result.stderr).trim().split("\n").slice(-3).join(" ").slice(-400);
  const told = (what: string) => `${name} ${what}${tail === "" ? "" : `: ${tail}`}`;
  if (result.timedOut) return { reason: "timed-out", message: `${name} was stopped after its time` };
  if (result.outOfMemory) return { reason: "crashed", message: `${name} ran out of memory` };
  if (result.truncated) return { reason: "crashed", message: `${name} wrote too much` };
  if (result.signal !== null) return { reason: "crashed", message: told(`ended by ${result.signal}`) };
  if (good.includes(result.exitCode!)) return undefined;
  if (unparsable.includes(result.exitCode!))
    return { reason: "unparsable", message: told("could not read it") };
  return { reason: "crashed", message: told(`ended with exit code ${result.exitCode}`) };
}

function sortOut(
  { findings, troubles, scanned }: ToolOutput,
  names: readonly string[],
  files: readonly SourceFile[],
  nameOf: (file: string) => string,
): FileReport[] {
  const byName = Map.groupBy(findings, ({ span }) => nameOf(span.file));
  const trouble = new Map([...troubles].map(([file, one]) => [nameOf(file), one]));
  const looked = scanned === undefined ? undefined : new Set([...scanned].map(nameOf));
  return names.map((name, index) => ({
    findings: (byName.get(name) ?? []).map((one) =>
      mapSpans(one, (span) => ({ ...span, file: files[index]!.path })),
    ),
    trouble: ownWords(trouble.get(name), name) ?? unscanned(name, looked),
  }));
}

/** Messages name the file as the sandbox knows it, which differs from batch to batch. */
function ownWords(trouble: Trouble | undefined, name: string): Trouble | undefined {
  if (trouble === undefined) return undefined;
  const message = trouble.message.replaceAll(`${name}:`, "").replaceAll(name, "it");
  return { ...trouble, message: message.replace(/\s+/g, " ").trim() };
}

function unscanned(name: string, scanned: ReadonlySet<string> | undefined): Trouble | undefined {
  if (scanned === undefined || scanned.has(name)) return undefined;
  return { reason: "crashed", message: "the tool did not look at the file" };
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}
