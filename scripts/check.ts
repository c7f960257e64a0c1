// npm run check [-- NAME…]: every check, or the named ones. All run even when one fails; failures are shown whole.
// The last line is `N passed, N failed`: tests of vitest and pytest, plus one for each other check. Exit 1 if any failed.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Check, type Outcome, runChecks } from "./check/check.ts";
import { node, tool, workerPython } from "./check/command.ts";
import { readPytestReport } from "./check/pytest-report.ts";
import { readVitestReport } from "./check/vitest-report.ts";

const reports = await mkdtemp(join(tmpdir(), "sectune-check-"));
const vitestReport = join(reports, "vitest.json");
const pytestReport = join(reports, "pytest.xml");

const checks: Check[] = [
  { name: "format-and-lint", command: tool("biome", "check", "--error-on-warnings", ".") },
  { name: "types", command: tool("tsc", "-p", ".") },
  { name: "generated-files", command: node("scripts/generate.ts", "--check") },
  { name: "unused-code", command: tool("knip", "--no-progress") },
  {
    name: "vitest",
    command: tool(
      "vitest",
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${vitestReport}`,
    ),
    count: () => readVitestReport(vitestReport),
  },
  {
    name: "pytest",
    command: workerPython("-m", "pytest", "-p", "no:cacheprovider", `--junitxml=${pytestReport}`),
    count: () => readPytestReport(pytestReport),
  },
];

try {
  const outcomes = await runChecks(select(checks, process.argv.slice(2)));
  process.exitCode = report(outcomes);
} finally {
  await rm(reports, { recursive: true, force: true });
}

function select(all: readonly Check[], names: readonly string[]): readonly Check[] {
  const unknown = names.filter((name) => !all.some((check) => check.name === name));
  if (unknown.length > 0) {
    const known = all.map((check) => check.name).join(", ");
    process.stderr.write(`no check is called ${unknown.join(", ")}; there are ${known}\n`);
    process.exit(2);
  }
  return names.length === 0 ? all : all.filter((check) => names.includes(check.name));
}

function report(outcomes: readonly Outcome[]): number {
  const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
  const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0);
  // Once more at the end: the end is what people and services that keep a part of the output see.
  for (const name of outcomes.flatMap(({ names = [] }) => names)) process.stdout.write(`FAILED ${name}\n`);
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}
