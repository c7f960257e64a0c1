import { randomBytes } from "node:crypto";
import { AppError } from "../../../core/error.ts";
import type { ExecResult, Limits, Sandbox } from "../../../core/sandbox.ts";
import type { Instance } from "../generate.ts";
import { NONCE_CHARACTERS, orderCases } from "../job.ts";
import { seededRandom } from "../random.ts";
import { type Attempt, anyTimedOut } from "../time-outs.ts";
import { failed, graderFault, verdicts } from "../verdicts.ts";
import { bsdFunctions, COMPILE_AND_RUN, EXIT, SANITIZER_ENVIRONMENT } from "./build.ts";
import { INSTALL_GCC } from "./compiler.ts";
import { driverSource } from "./driver.ts";
import { type CReport, readCReport, splitOutput } from "./report.ts";
import { findCTampering, findReplaced } from "./tampering.ts";

const MIB = 1024 * 1024;
const LIMITS: Limits = {
  wallMs: 15_000,
  cpuSeconds: 10,
  memoryBytes: 512 * MIB,
  // AddressSanitizer reserves terabytes that it never touches; what is used counts for `memoryBytes`.
  mappedBytes: Number.POSITIVE_INFINITY,
  processes: 32,
  diskBytes: 16 * MIB,
  files: 500,
  outputBytes: 4 * MIB,
};

/** Starts of a program that never got ready; the sanitizer's runtime fails now and then where address layouts are very random. */
const STARTS = 3;

/**
 * Compiles one C answer under AddressSanitizer and UndefinedBehaviorSanitizer, makes its calls and gives its verdicts.
 * Expected values stay on this side. Throws AppError `prerequisite-missing` without gcc, `sandbox-failed` when the sandbox
 * is lost; everything the answer does is a verdict.
 */
export async function runC(
  instance: Instance,
  code: string,
  sandbox: Sandbox,
  signal: AbortSignal | undefined,
): Promise<Attempt> {
  const utility = instance.key.family.cwe === null;
  const forbidden = findCTampering(code);
  if (forbidden !== null)
    return { verdicts: failed(utility, "tampering", `the answer names ${forbidden}`), timedOut: false };
  const cases = orderCases(instance.plan(), seededRandom(`order/${instance.item}`));
  const prototype = instance.slots.sig!;
  const nonce = randomBytes(NONCE_CHARACTERS / 2).toString("hex");
  const files = {
    // The prototype behind the answer: another signature is an error of the compiler.
    "answer.c": `${bsdFunctions(code)}${code}\n${prototype};\n`,
    "driver.c": driverSource(
      prototype,
      cases.map(({ call }) => call),
      NONCE_CHARACTERS,
    ),
  };
  for (let start = 1; ; start++) {
    const ran = await compileAndRun(files, nonce, sandbox, signal);
    const { durationMs } = ran;
    const { symbols, driver } = splitOutput(ran.stdout);
    const replaced = findReplaced(symbols);
    if (replaced !== null) {
      const why = failed(utility, "tampering", `the answer defines ${replaced}`);
      return { verdicts: { ...why, durationMs }, timedOut: false };
    }
    const report = readCReport(driver, nonce, cases.length);
    if (report.kind === "observed") {
      const { observations } = report;
      return {
        verdicts: { ...verdicts(code, cases, observations, utility), durationMs },
        timedOut: anyTimedOut(observations),
      };
    }
    const [reason, evidence] = explain(report, ran);
    if (reason !== "grader") {
      const why = failed(utility, reason, evidence);
      return { verdicts: { ...why, durationMs }, timedOut: reason === "timeout" };
    }
    if (start === STARTS)
      return { verdicts: { ...graderFault(utility, evidence), durationMs }, timedOut: false };
  }
}

async function compileAndRun(
  files: Readonly<Record<string, string>>,
  nonce: string,
  sandbox: Sandbox,
  signal: AbortSignal | undefined,
): Promise<ExecResult> {
  await using session = await sandbox.open({ limits: LIMITS });
  for (const [name, text] of Object.entries(files)) await session.put(name, text);
  const ran = await session.exec({
    argv: ["/bin/sh", "-c", COMPILE_AND_RUN],
    stdin: nonce,
    env: SANITIZER_ENVIRONMENT,
    limits: LIMITS,
    signal,
  });
  if (ran.exitCode === EXIT.noCompiler && ran.stdout.length === 0)
    throw new AppError(
      "prerequisite-missing",
      "there is no gcc in the sandbox: C answers cannot be compiled",
      {
        boundary: "sandbox",
        hint: INSTALL_GCC,
      },
    );
  return ran;
}

/** Exit codes of the driver where a pipe, a process or the nonce was refused it: no answer can do that. */
const HOST_FAULTS = [95, 96, 97, 98];

/** Why there are no observations. `grader`: not the answer's doing. */
function explain(
  report: Exclude<CReport, { kind: "observed" }>,
  ran: ExecResult,
): [reason: string, evidence: string] {
  const said = Buffer.from(ran.stderr).toString("utf8");
  if (report.kind === "tampering")
    return ["tampering", `the answer tampered with the driver: ${report.what}`];
  if (ran.timedOut) return ["timeout", "compiling and running the answer did not end in time"];
  if (ran.outOfMemory) return ["out-of-memory", "the answer used more memory than allowed"];
  if (report.kind === "no-frame" && ran.signal === null && HOST_FAULTS.includes(ran.exitCode ?? 0))
    return ["grader", `the driver could not go on (exit code ${ran.exitCode}): ${said.slice(-500)}`];
  if (report.kind === "no-frame")
    return ["crash", `the answer ended the driver (${ran.signal ?? `exit code ${ran.exitCode}`})`];
  if (ran.exitCode === EXIT.answer) return ["compile-error", firstError(said)];
  if (ran.exitCode === EXIT.link && /undefined reference|multiple definition/.test(said))
    return ["compile-error", firstError(said)];
  return ["grader", `the driver did not start: ${said.slice(-500)}`];
}

function firstError(said: string): string {
  const line = said.split("\n").find((text) => /error|undefined reference|multiple definition/.test(text));
  return (line ?? said).slice(0, 300);
}
