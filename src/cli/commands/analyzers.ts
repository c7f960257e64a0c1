import { type ArgsDef, defineCommand } from "citty";
import { writeCalibration } from "../../app/calibration/calibration-file.ts";
import { runCalibration, type SourceChoice } from "../../app/calibration/open-calibration.ts";
import { listAnalyzers } from "../../app/list-analyzers.ts";
import { type Severity, severities } from "../../core/finding.ts";
import { calibrationTables } from "../analyzers/calibration-table.ts";
import { jsonOption, repeated, restArguments, usage, wholeNumber } from "../arguments.ts";
import { catchInterrupts } from "../interrupt.ts";
import { print, printJson, say } from "../output.ts";
import { watchProgress } from "../progress.ts";
import { spentLines } from "../scan/summary.ts";
import { table } from "../table.ts";

const name = "sectune analyzers calibrate";

const args = {
  pairs: {
    type: "positional",
    required: false,
    valueHint: "PAIRS...",
    description:
      "functions before and after the commit that repaired them: .jsonl files in SVEN's and SafeCoder's formats, or folders of them",
  },
  benchmark: {
    type: "string",
    valueHint: "NAME",
    description: "a benchmark's reference answers, whose exploits are executed now: tinytasks",
  },
  run: {
    type: "string",
    valueHint: "RUN",
    description: "a run's answers, whose exploits were executed: its id, a part of it, or latest",
  },
  analyzers: {
    type: "string",
    valueHint: "LIST",
    description:
      "as in a recipe file: 'sectune-rules, icd, {adapter: sarif-command, tool: bandit}'; default: sectune-rules",
  },
  config: {
    type: "string",
    valueHint: "FILE",
    description:
      "YAML with analyzers, models that they ask, sandbox, budget, as for `sectune scan`; its `minSeverity` and `policy` are not used",
  },
  "min-severity": {
    type: "string",
    default: "info",
    valueHint: "LEVEL",
    description: `findings below it do not count (${severities.join(", ")}); recipes count all`,
  },
  out: {
    type: "string",
    valueHint: "FILE",
    description: "write the calibration file that `run --calibration` reads",
  },
  limit: {
    type: "string",
    valueHint: "N",
    description: "benchmark: tasks of each structure, with all references of each; default 3",
  },
  split: { type: "string", valueHint: "NAME", description: "benchmark: only this split; may be repeated" },
  seed: { type: "string", valueHint: "N", description: "benchmark: which tasks" },
  "benchmark-config": {
    type: "string",
    valueHint: "JSON",
    description: `benchmark: its settings, such as '{"languages": ["c"]}'`,
  },
  store: {
    type: "string",
    valueHint: "DIR",
    description:
      "where replies of models are kept, and the store of --run; default: SECTUNE_HOME, ./.sectune",
  },
  sandbox: {
    type: "string",
    valueHint: "NAME",
    description: "where answers are executed and external tools run; default: bubblewrap",
  },
  json: { type: "boolean", description: "one JSON line on stdout instead of tables" },
} satisfies ArgsDef;

const calibrate = defineCommand({
  meta: {
    name: "calibrate",
    description:
      "Measure analyzers on code whose truth is known: sensitivity and specificity by analyzer, language and CWE, with intervals. " +
      "Name one source: files of pairs, --benchmark or --run.",
  },
  args,
  run: async ({ args: given, rawArgs }) => {
    const minSeverity = given["min-severity"] as Severity;
    if (!severities.includes(minSeverity)) {
      throw usage(`${name}: --min-severity ${minSeverity}: expected ${severities.join(", ")}`, name);
    }
    const from = chooseSource(given, rawArgs);
    using interrupt = catchInterrupts(say, "nothing was written");
    using progress = watchProgress();
    let executed = 0;
    const { calibration, scores, leftOut, ledger } = await runCalibration({
      from,
      config: given.config,
      analyzers: given.analyzers,
      minSeverity,
      sandbox: given.sandbox,
      store: given.store,
      signal: interrupt.signal,
      log: say,
      onProgress: ({ executed: count, analyzer, done }) => {
        executed = count ?? executed;
        const ran = executed === 0 ? "" : `${executed} references executed, `;
        progress.update(
          `${ran}${done ?? 0} pieces of code done${analyzer === undefined ? "" : `, ${analyzer} at work`}`,
        );
      },
    });
    progress.end();
    if (given.out !== undefined) await writeCalibration(given.out, calibration);
    for (const [why, count] of Object.entries(leftOut)) say(`left out: ${count} × ${why}`);
    for (const line of spentLines(ledger)) say(line);
    const { source, analyzers } = calibration;
    if (given.json) printJson({ source, analyzers, leftOut, scores, models: ledger, out: given.out ?? null });
    else print(calibrationTables({ calibration, scores }));
    if (given.out !== undefined) say(`calibration: ${given.out}`);
    return 0;
  },
});

/** Tasks of each structure: further ones change nothing but names. */
const LIMIT = 3;

function chooseSource(
  given: Readonly<
    Record<"benchmark" | "run" | "limit" | "seed" | "benchmark-config" | "store", string | undefined>
  >,
  rawArgs: readonly string[],
): SourceChoice {
  const paths = restArguments(rawArgs, args);
  const { benchmark, run, store, "benchmark-config": config } = given;
  const named = [paths.length > 0, benchmark !== undefined, run !== undefined].filter(Boolean).length;
  if (named !== 1) {
    const what = named === 0 ? "calibrate on what?" : "more than one source, which no calibration can mix:";
    throw usage(`${name}: ${what} Files of pairs, --benchmark NAME or --run RUN`, name);
  }
  const splits = repeated(rawArgs, "split");
  const limit = wholeNumber(given.limit, "limit", 1);
  const seed = wholeNumber(given.seed, "seed");
  if (benchmark !== undefined) {
    return {
      kind: "benchmark",
      name: benchmark,
      config: config === undefined ? undefined : jsonOption(config, "benchmark-config", name),
      filter: { splits: splits.length > 0 ? splits : undefined, seed: seed ?? 0 },
      perCluster: limit ?? LIMIT,
    };
  }
  if (splits.length > 0 || [limit, seed, config].some((option) => option !== undefined)) {
    throw usage(`${name}: --limit, --split, --seed and --benchmark-config go with --benchmark`, name);
  }
  return run === undefined ? { kind: "pairs", paths } : { kind: "run", run, store };
}

const list = defineCommand({
  meta: {
    name: "list",
    description: "All analyzers: whether each can run here, its version, languages and rules.",
  },
  args: { json: { type: "boolean", description: "one JSON line on stdout instead of a table" } },
  run: async ({ args: given }) => {
    const analyzers = await listAnalyzers();
    if (given.json) return printJson(analyzers);
    const rows = analyzers.map(({ name: analyzer, available, version, rules, languages }) => [
      analyzer,
      rules === undefined ? "" : String(rules),
      languages.join(" "),
      [available ? "" : version === undefined ? "ABSENT" : "partly:", version ?? ""].join(" ").trim(),
    ]);
    print(table([["analyzer", "rules", "languages", "version"], ...rows]));
    for (const { name: missing, hint, available } of analyzers) {
      if (!available && hint !== undefined) print(`\nto get ${missing}:\n  ${hint}`);
    }
  },
});

export const command = defineCommand({
  meta: { name: "analyzers", description: "Analyzers: list them, and measure how far they can be believed." },
  subCommands: { list: () => Promise.resolve(list), calibrate: () => Promise.resolve(calibrate) },
});
