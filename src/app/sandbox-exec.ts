import type { Services } from "../core/adapter.ts";
import { AppError, isAppError } from "../core/error.ts";
import type { ExecResult, ExecSpec, Limits, Sandbox } from "../core/sandbox.ts";
import { signalNumber } from "../util/spawn.ts";
import { findAdapter } from "./registry.ts";

export interface SandboxExecOptions extends Pick<ExecSpec, "argv" | "stdin" | "onOutput" | "signal"> {
  /** Adapter name. */
  readonly sandbox: string;
  /** Written out by the user for the adapter without isolation. */
  readonly unsafe: boolean;
  readonly limits: Limits;
  readonly readOnly: readonly string[];
}

export interface SandboxExecOutcome {
  /** The command's own, 128 + n after signal n, 124 after the wall clock, 125 when the sandbox failed. */
  readonly exitCode: number;
  /** What the sandbox did to the command, in words for people; empty when nothing. */
  readonly notes: readonly string[];
}

export const TIMED_OUT = 124;
export const SANDBOX_FAILED = 125;

/** Runs one command in a fresh session, passing input and output through. Throws AppError; `isSandboxFailure` tells the 125 ones. */
export async function sandboxExec(options: SandboxExecOptions): Promise<SandboxExecOutcome> {
  const adapter = await findAdapter("sandbox", options.sandbox);
  const config = adapter.config.safeParse(options.unsafe ? { unsafe: true } : {});
  if (!config.success) {
    throw new AppError("usage", `the sandbox ${options.sandbox} does not run with these flags`, {
      boundary: "config",
      hint: options.unsafe
        ? "--unsafe is for an adapter without isolation only"
        : "an adapter without isolation needs --unsafe",
    });
  }
  const sandbox: Sandbox = await adapter.create(config.data, noServices);
  await using session = await sandbox.open({ limits: options.limits, readOnly: options.readOnly });
  const { argv, stdin, onOutput, signal } = options;
  return outcome(await session.exec({ argv, stdin, onOutput, signal }));
}

/** Whether an error means "the sandbox", as opposed to a wrong flag or an interrupt. */
export function isSandboxFailure(error: unknown): boolean {
  return isAppError(error) && error.boundary === "sandbox" && error.code !== "config-invalid";
}

function outcome(result: ExecResult): SandboxExecOutcome {
  const notes: string[] = [];
  if (result.truncated) notes.push("output reached its limit and was cut (--limit output=…)");
  if (result.outOfMemory)
    notes.push("memory or files reached their limit (--limit memory=…, --limit files=…)");
  if (result.timedOut) {
    notes.push(
      result.signal === "SIGXCPU"
        ? "processor time reached its limit (--limit cpu=…)"
        : "time is up (--limit wall=…)",
    );
  }
  const wallClock = result.timedOut && result.signal === "SIGKILL";
  const own =
    result.signal === null ? (result.exitCode ?? SANDBOX_FAILED) : 128 + signalNumber(result.signal);
  return { exitCode: wallClock ? TIMED_OUT : own, notes };
}

const refuse = () => Promise.reject(new Error("a sandbox adapter asked for a service of a run"));
const noServices: Services = {
  env: process.env,
  worker: refuse,
  sandbox: refuse,
  checkpoint: refuse,
  log: () => {},
};
