import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { AppError } from "../../core/error.ts";
import type { ExecResult, ExecSpec, Limits } from "../../core/sandbox.ts";
import { capture, feed } from "../../util/spawn.ts";

export interface PlainRun {
  readonly ended: Promise<ExecResult>;
  kill(): void;
}

/** A child in a process group of its own. Only wall clock and output are limited; a child that leaves the group survives. */
export function runPlain(exec: ExecSpec, limits: Limits, cwd: string): PlainRun {
  const [command, ...args] = exec.argv;
  const startedAt = performance.now();
  const child = spawn(command, args, {
    cwd,
    detached: true,
    env: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: cwd, LANG: "C.UTF-8", ...exec.env },
    stdio: [exec.stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  let stopped: "time" | "output" | "kill" | "abort" | undefined;
  const stop = (reason: typeof stopped) => {
    stopped ??= reason;
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {} // it has ended
  };
  const take = (name: "stdout" | "stderr") =>
    capture(child[name]!, {
      maxBytes: limits.outputBytes ?? 1024 * 1024,
      onOverflow: () => stop("output"),
      sink: exec.onOutput && ((chunk) => exec.onOutput?.(name, chunk)),
    });
  const stdout = take("stdout");
  const stderr = take("stderr");
  if (exec.stdin !== undefined) feed(child.stdin, exec.stdin);
  const timer = setTimeout(() => stop("time"), limits.wallMs ?? 10_000);
  const abort = () => stop("abort");
  exec.signal?.addEventListener("abort", abort, { once: true });

  const finish = async (): Promise<ExecResult> => {
    try {
      const [code, signal] = await exit(child, command, () => stop("kill"));
      const killed = stopped !== undefined && stopped !== "kill";
      if (stopped === "abort") throw exec.signal?.reason;
      return {
        exitCode: killed ? null : code,
        signal: killed ? "SIGKILL" : signal,
        timedOut: stopped === "time",
        outOfMemory: false,
        truncated: stdout.truncated || stderr.truncated,
        durationMs: performance.now() - startedAt,
        stdout: stdout.bytes(),
        stderr: stderr.bytes(),
      };
    } finally {
      clearTimeout(timer);
      exec.signal?.removeEventListener("abort", abort);
    }
  };
  const ended = finish();
  ended.catch(() => {});
  return { ended, kill: () => stop("kill") };
}

/** A child that left the group may hold the output open for as long as it likes; this much later we stop reading. */
const DRAIN_MS = 500;

/**
 * Its status once it has ended, the rest of its group is killed and its output read; 127 and 126, as a shell says it, when
 * there is no such program.
 */
async function exit(
  child: ChildProcess,
  command: string,
  killGroup: () => void,
): Promise<[number | null, string | null]> {
  try {
    const closed = once(child, "close").catch(() => {});
    const [code, signal] = await once(child, "exit");
    killGroup();
    const timer = setTimeout(() => {
      child.stdout?.destroy();
      child.stderr?.destroy();
    }, DRAIN_MS);
    await closed;
    clearTimeout(timer);
    return [code, signal];
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ENOENT") return [127, null];
    if (code === "EACCES") return [126, null];
    throw new AppError("sandbox-failed", `${command} could not be started: ${String(cause)}`, {
      boundary: "sandbox",
      cause,
    });
  }
}
