import { type ArgsDef, defineCommand } from "citty";
import { openScan } from "../../app/open-scan.ts";
import { type Severity, severities } from "../../core/finding.ts";
import { restArguments, usage, wholeNumber } from "../arguments.ts";
import { catchInterrupts } from "../interrupt.ts";
import { print, say } from "../output.ts";
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
  jobs: { type: "string", valueHint: "N", description: "threads; default: one per core" },
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

/** An analyzer failed on a file, and could have changed the outcome. */
const analyzerFailed = 5;

export const command = defineCommand({
  meta: {
    name: "scan",
    description:
      "Find weaknesses in code: lists them with place, severity and CWE. Exit code: 0 clean, 1 findings, 5 an analyzer failed on " +
      "a file, so that nothing is known about it (2, 3, 130 as everywhere).",
  },
  args,
  run: async ({ args: given, rawArgs }) => {
    const severity = given["min-severity"] as Severity | undefined;
    if (severity !== undefined && !severities.includes(severity)) {
      throw usage(
        `sectune scan: --min-severity ${severity}: expected ${severities.join(", ")}`,
        "sectune scan",
      );
    }
    if (given.json && given.sarif) throw usage("sectune scan: --json or --sarif, not both", "sectune scan");
    using interrupt = catchInterrupts(say);
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
      signal: interrupt.signal,
    });
    if (given.rules) {
      print(ruleTable(scan.analyzers));
      return 0;
    }
    const paths = restArguments(rawArgs, args);
    if (paths.length === 0)
      throw usage("sectune scan: what? Files, folders, or - for standard input", "sectune scan");
    const format: ScanFormat = given.json ? "json" : given.sarif ? "sarif" : "lines";
    const output = openScanOutput(format, scan.analyzers);
    using progress = watchProgress();
    for await (const file of scan.files(paths)) {
      output.write(file);
      progress.update(progressLine(output.summary));
    }
    progress.end();
    output.end({ skipped: scan.skipped, ledger: scan.ledger() });
    if (output.summary.failed > 0) return analyzerFailed;
    return output.summary.weak > 0 ? 1 : 0;
  },
});
