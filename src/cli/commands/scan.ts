import { type ArgsDef, defineCommand, type ParsedArgs } from "citty";
import { type OpenScan, openScan } from "../../app/open-scan.ts";
import { isAppError } from "../../core/error.ts";
import { type Severity, severities } from "../../core/finding.ts";
import { keepHeapSmall } from "../../util/small-heap.ts";
import { restArguments, usage, wholeNumber } from "../arguments.ts";
import { exitCodeOf, exitCodes } from "../exit-code.ts";
import { catchInterrupts } from "../interrupt.ts";
import { print, printError, say } from "../output.ts";
import { printableLine } from "../printable.ts";
import { watchProgress } from "../progress.ts";
import { openScanOutput, progressLine, type ScanFormat } from "../scan/output.ts";
import { ruleTable } from "../scan/rule-table.ts";

const args = {
  paths: {
    type: "positional",
    required: false,
    valueHint: "PATH...",
    description: "files, folders, .jsonl files of generations, or - for standard input (code or JSON lines)",
  },
  config: {
    type: "string",
    valueHint: "FILE",
    description: "YAML with analyzers and their settings, models that they ask, policy …; flags win over it",
  },
  analyzers: {
    type: "string",
    valueHint: "A,B",
    description: "which analyzers look at it; NAME:KIND for those with kinds (sarif-command:bandit)",
  },
  policy: {
    type: "string",
    valueHint: "default|any|all|K-of-N",
    description: "how many of them must have findings for a file to count as weak",
  },
  "min-severity": {
    type: "string",
    valueHint: "LEVEL",
    description: `${severities.join(", ")}; default: low`,
  },
  language: {
    type: "string",
    valueHint: "NAME",
    description: "for standard input and rows that do not say theirs",
  },
  jobs: {
    type: "string",
    valueHint: "N",
    description:
      "processes of sectune-rules (default: one per core, at most 8) and of icd; other tools run as they are",
  },
  sandbox: {
    type: "string",
    valueHint: "NAME",
    description: "where external tools run; default: bubblewrap",
  },
  store: { type: "string", valueHint: "DIR", description: "where replies of models are kept" },
  syntax: {
    type: "boolean",
    default: true,
    description:
      "ask real parsers, in the sandbox, about files that do not parse (--no-syntax: such files just fail)",
  },
  json: {
    type: "boolean",
    description: "a JSON line per file that is not clean, and the summary as the last one",
  },
  sarif: { type: "boolean", description: "one SARIF 2.1.0 log on stdout, a run per analyzer" },
  rules: { type: "boolean", description: "list the rules of the analyzers and stop" },
} satisfies ArgsDef;

/** An analyzer failed on a file, and could have changed the outcome; or the scan broke off. */
const nothingKnown = 5;

export const command = defineCommand({
  meta: {
    name: "scan",
    description:
      "Find weaknesses in code: lists them with place, severity and CWE. Exit code: 0 clean, 1 findings, 5 an analyzer failed on " +
      "a file, or the scan broke off, so that nothing is known about it; 2 usage, or input that cannot be read (3, 4, 130 as everywhere).",
  },
  args,
  run: async ({ args: given, rawArgs }) => {
    using interrupt = catchInterrupts(say);
    try {
      return await runScan(given, restArguments(rawArgs, args), interrupt.signal);
    } catch (error) {
      printError(error, { json: given.json === true });
      return brokenOff(error);
    }
  },
});

async function runScan(
  given: ParsedArgs<typeof args>,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const severity = given["min-severity"] as Severity | undefined;
  if (severity !== undefined && !severities.includes(severity)) {
    throw usage(
      `sectune scan: --min-severity ${severity}: expected ${severities.join(", ")}`,
      "sectune scan",
    );
  }
  if (given.json && given.sarif) throw usage("sectune scan: --json or --sarif, not both", "sectune scan");
  // A million rows pass through it.
  keepHeapSmall();
  await using scan = await openScan({
    config: given.config,
    analyzers: given.analyzers,
    policy: given.policy,
    minSeverity: severity,
    store: given.store,
    jobs: wholeNumber(given.jobs, "jobs", 1),
    sandbox: given.sandbox,
    syntax: given.syntax,
    language: given.language,
    stdin: process.stdin,
    signal,
    onWarning: (line) => say(printableLine(line)),
  });
  if (given.rules) {
    print(ruleTable(scan.analyzers));
    return exitCodes.done;
  }
  if (paths.length === 0)
    throw usage("sectune scan: what? Files, folders, or - for standard input", "sectune scan");
  // Awaited here: the scan is closed when this function ends.
  return await readAll(scan, paths, given.json ? "json" : given.sarif ? "sarif" : "lines");
}

/** What stops a scan is told with what was found before it: the last line of `--json` holds both. */
async function readAll(scan: OpenScan, paths: readonly string[], format: ScanFormat): Promise<number> {
  const output = openScanOutput(format, scan.analyzers);
  using progress = watchProgress();
  let stopped: { error: unknown } | undefined;
  try {
    for await (const file of scan.files(paths)) {
      output.write(file);
      progress.update(progressLine(output.summary));
    }
  } catch (error) {
    stopped = { error };
  }
  progress.end();
  output.end({ skipped: scan.skipped, ledger: scan.ledger(), ...stopped });
  if (stopped !== undefined) {
    printError(stopped.error, { json: false });
    return brokenOff(stopped.error);
  }
  if (output.summary.failed > 0) return nothingKnown;
  return output.summary.weak > 0 ? 1 : exitCodes.done;
}

/** 1 says that there are findings, and nothing else: input that cannot be read is a mistake of usage, all the rest is unknown. */
function brokenOff(error: unknown): number {
  if (isAppError(error) && error.code === "data-invalid") return exitCodes.usage;
  const code = exitCodeOf(error);
  return code === exitCodes.failed ? nothingKnown : code;
}
