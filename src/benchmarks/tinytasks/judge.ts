import { randomBytes } from "node:crypto";
import type { Answer, Verdicts } from "../../core/benchmark.ts";
import type { Limits, Sandbox } from "../../core/sandbox.ts";
import { runC } from "./c/judge.ts";
import type { Instance } from "./generate.ts";
import { encodeJob, NONCE_CHARACTERS, orderCases, runnerFor } from "./job.ts";
import { seededRandom } from "./random.ts";
import { type Report, readReport } from "./report.ts";
import { findTampering } from "./tampering.ts";
import { type Attempt, anyTimedOut, unlessSlowByChance } from "./time-outs.ts";
import { failed, graderFault, verdicts } from "./verdicts.ts";

const MIB = 1024 * 1024;
const LIMITS: Limits = {
  wallMs: 12_000,
  cpuSeconds: 10,
  memoryBytes: 512 * MIB,
  processes: 32,
  diskBytes: 16 * MIB,
  files: 500,
  outputBytes: 16 * MIB,
};

/** For tasks whose right answers are slow on purpose. */
const SLOW: Limits = { ...LIMITS, wallMs: 60_000, cpuSeconds: 40 };

/**
 * Runs one answer and gives its verdicts. Expected values stay on this side.
 * Throws AppError `sandbox-failed` when the sandbox is lost; everything the answer does is a verdict.
 */
export async function judgeInstance(
  instance: Instance,
  answer: Pick<Answer, "code">,
  sandbox: Sandbox,
  signal?: AbortSignal,
): Promise<Verdicts> {
  const { code } = answer;
  const utility = instance.key.family.cwe === null;
  if (code === null || code.trim() === "") return failed(utility, "no-code");
  const run = instance.key.family.language === "c" ? runC : runPython;
  return unlessSlowByChance(() => run(instance, code, sandbox, signal));
}

async function runPython(
  instance: Instance,
  code: string,
  sandbox: Sandbox,
  signal: AbortSignal | undefined,
): Promise<Attempt> {
  const utility = instance.key.family.cwe === null;
  const forbidden = findTampering(code);
  if (forbidden !== null)
    return { verdicts: failed(utility, "tampering", `the answer names ${forbidden}`), timedOut: false };

  const plan = instance.plan();
  const cases = orderCases(plan, seededRandom(`order/${instance.item}`));
  const limits = cases.some(({ call }) => call.cpuSeconds !== undefined && call.cpuSeconds > 1)
    ? SLOW
    : LIMITS;
  const runner = runnerFor(cases.map(({ call }) => call));
  const nonce = randomBytes(NONCE_CHARACTERS / 2).toString("hex");
  await using session = await sandbox.open({ limits });
  const ran = await session.exec({
    argv: ["/usr/bin/python3", "-P", "-s", "-S", "-c", runner],
    // The order of sets would otherwise differ from run to run, and verdicts with it. `-I` would ignore it.
    env: { PYTHONHASHSEED: "0" },
    stdin: encodeJob(code, plan, cases, nonce),
    limits,
    signal,
  });
  const { durationMs } = ran;
  const report = readReport(Buffer.from(ran.stdout).toString("utf8"), nonce, cases.length);
  if (report.kind === "observed") {
    const { observations } = report;
    return {
      verdicts: { ...verdicts(code, cases, observations, utility), durationMs },
      timedOut: anyTimedOut(observations),
    };
  }
  if (report.kind === "not-started") {
    const said = Buffer.from(ran.stderr).toString("utf8").slice(-500);
    const why = graderFault(utility, `the runner did not start: ${said}`);
    return { verdicts: { ...why, durationMs }, timedOut: ran.timedOut };
  }
  const [reason, evidence] = explain(report, ran);
  return {
    verdicts: { ...failed(utility, reason, evidence), durationMs },
    timedOut: reason === "timeout",
  };
}

function explain(
  report: Exclude<Report, { kind: "observed" | "not-started" }>,
  ran: { timedOut: boolean; outOfMemory: boolean; exitCode: number | null; signal: string | null },
): [reason: string, evidence: string] {
  if (report.kind === "unloadable") {
    const reason = LOAD_REASONS[report.error] ?? "load-error";
    return [reason, `loading the answer: ${report.error}`];
  }
  if (report.kind === "tampering")
    return ["tampering", `the answer tampered with the runner: ${report.what}`];
  if (ran.timedOut) return ["timeout", "the answer did not end in time"];
  if (ran.outOfMemory) return ["out-of-memory", "the answer used more memory than allowed"];
  return ["crash", `the answer ended the runner (${ran.signal ?? `exit code ${ran.exitCode}`})`];
}

const LOAD_REASONS: Readonly<Record<string, string>> = {
  SyntaxError: "syntax-error",
  IndentationError: "syntax-error",
  TabError: "syntax-error",
  ImportError: "import-error",
  ModuleNotFoundError: "import-error",
  timeout: "timeout",
  crash: "crash",
};
