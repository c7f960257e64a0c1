import { spawn } from "node:child_process";
import type { Command } from "./command.ts";

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** Words for the check's line: skipped tests, files that could not be loaded. */
  readonly note?: string | undefined;
  /** What failed, by name, where the runner does not say so last. */
  readonly names?: readonly string[];
}

export interface Check {
  readonly name: string;
  readonly command: Command;
  /** Reads the machine-readable report of a test runner. Null: there is none, so the run counts as one failure. */
  readonly count?: () => Promise<Counts | null>;
}

export interface Outcome extends Counts {
  readonly name: string;
}

const stillRunningEveryMs = 60_000;

/** Runs the checks one after another (tests measure time, so nothing runs beside them) and prints a line for each. */
export async function runChecks(checks: readonly Check[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const check of checks) {
    const startedAt = Date.now();
    const { exitCode, output } = await runCommand(check.name, check.command);
    const counts = tally(exitCode, check.count ? await check.count() : undefined);
    if (counts.failed > 0) process.stdout.write(`${output.trimEnd()}\n`);
    process.stdout.write(`${describe(check.name, counts, exitCode, Date.now() - startedAt)}\n`);
    outcomes.push({ name: check.name, ...counts });
  }
  return outcomes;
}

/** A runner that ends badly although every test passed (a crash, an unhandled error, no tests at all) is one failure. */
export function tally(exitCode: number | null, report: Counts | null | undefined): Counts {
  if (report === undefined) return exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  if (report === null) return { passed: 0, failed: 1, note: "no report" };
  if (exitCode !== 0 && report.failed === 0) {
    return { ...report, failed: 1, note: [report.note, `exit code ${exitCode}`].filter(Boolean).join(", ") };
  }
  return report;
}

function describe(name: string, counts: Counts, exitCode: number | null, durationMs: number): string {
  const state = counts.failed === 0 ? "ok    " : "FAILED";
  const tests = counts.passed + counts.failed > 1 ? `${counts.passed} passed, ${counts.failed} failed` : "";
  const exit = exitCode === 0 || counts.note !== undefined ? "" : `exit code ${exitCode}`;
  const details = [tests, counts.note, exit].filter((part) => part !== undefined && part !== "").join(", ");
  return `${state} ${name.padEnd(16)} ${(durationMs / 1000).toFixed(1).padStart(6)} s  ${details}`.trimEnd();
}

function runCommand(name: string, command: Command): Promise<{ exitCode: number | null; output: string }> {
  const startedAt = Date.now();
  return new Promise((resolve) => {
    const child = spawn(command.file, command.argv, {
      cwd: command.cwd,
      env: { ...process.env, ...command.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const keep = (chunk: string) => {
      output += chunk;
    };
    child.stdout.setEncoding("utf8").on("data", keep);
    child.stderr.setEncoding("utf8").on("data", keep);
    const timer = setInterval(() => {
      process.stderr.write(`${name}: still running (${Math.round((Date.now() - startedAt) / 1000)} s)\n`);
    }, stillRunningEveryMs);
    const finish = (exitCode: number | null) => {
      clearInterval(timer);
      resolve({ exitCode, output });
    };
    child.on("error", (error) => {
      output += `${error.message}\n`;
      finish(127);
    });
    child.on("close", finish);
  });
}
