import { readFileSync } from "node:fs";
import { AppError, isAppError, messageOf } from "../../core/error.ts";
import type { ExecResult } from "../../core/sandbox.ts";
import { signalName } from "../../util/spawn.ts";
import { type BoxProcess, type BoxSpec, spawnBox } from "./box-process.ts";
import type { CgroupParent } from "./cgroup.ts";
import { closeAll } from "./host.ts";
import { endProcess, kill, type ProcessHandle, processHandle } from "./processes.ts";
import { startWatchdog, watch } from "./watchdog.ts";
import { type OpenFolders, openFolders } from "./world.ts";

export interface LaunchSpec extends BoxSpec {
  readonly cgroups: CgroupParent | undefined;
}

/** A command that runs. */
export interface Launched {
  /** Its writable folders when they are fresh ones; the taker closes them. */
  readonly folders: OpenFolders | undefined;
  /** Resolves when nothing of it is left. Rejects with the abort reason, or `sandbox-failed` when the sandbox was lost. */
  readonly ended: Promise<ExecResult>;
  kill(): void;
}

/** Longest time that bwrap and the unpacking of files may take before the sandbox counts as failed. */
const SETUP_MS = 60_000;

/** Exit code of bwrap after SIGKILL of the command, or of process 1 inside. */
const KILLED = 128 + 9;

type StopReason = "setup" | "abort" | "kill" | "time" | "memory" | "output";

/**
 * Starts a command in one bwrap process and resolves when it runs: its files are in place, it is in its cgroup, its folders are
 * open here. Throws AppError `sandbox-failed` up to that point; from there everything that the command does is a result.
 */
export async function launch(spec: LaunchSpec): Promise<Launched> {
  const { signal } = spec.exec;
  signal?.throwIfAborted();
  let stopped: StopReason | undefined;
  let inner: ProcessHandle | undefined;
  const stop = (reason: StopReason) => {
    stopped ??= reason;
    if (inner) kill(inner);
    box.killOuter();
  };
  const watchdog = startWatchdog();
  const box = spawned(spec, () => stop("output"));
  const cgroup = box.pid === undefined ? undefined : spec.cgroups?.create(spec.limits);
  if (box.pid !== undefined) cgroup?.adopt(box.pid);
  const abort = () => stop("abort");
  signal?.addEventListener("abort", abort, { once: true });

  const end = async () => {
    const code = await box.closed;
    signal?.removeEventListener("abort", abort);
    const gone = inner === undefined || (await endProcess(inner));
    const outOfMemoryKills = cgroup?.outOfMemoryKills() ?? 0;
    await cgroup?.remove();
    if (stopped === "abort") throw signal?.reason;
    if (!gone) throw failure("its processes could not be ended", box);
    return { code, outOfMemoryKills };
  };

  let folders: OpenFolders | undefined;
  let inCgroup: boolean;
  try {
    const pid = await setUp(box, () => stop("setup"));
    inner = processHandle(pid);
    if (inner === undefined || stopped) throw failure("it ended before the command began", box);
    inCgroup = cgroup !== undefined && [pid, ...children(pid)].every((member) => cgroup.adopt(member));
    if (spec.world === undefined) folders = openFolders(pid);
    await watchdog;
  } catch (error) {
    stop("setup");
    await end();
    if (folders !== undefined) closeAll([folders.boxFd, folders.tmpFd]);
    throw isAppError(error) ? error : failure(String(error), box);
  }

  const startedAt = performance.now();
  const wallTimer = setTimeout(() => stop("time"), spec.limits.wallMs);
  const watching = watch(inner, { pid: inner.pid, limits: spec.limits, memory: !inCgroup });
  box.release();
  const finish = async (): Promise<ExecResult> => {
    const exit = await box.closed;
    const durationMs = performance.now() - startedAt;
    clearTimeout(wallTimer);
    // Only where it may have been the watchdog: the question waits until that has its turn.
    if (stopped === undefined && (exit === null || exit === KILLED)) {
      if (await watching.killed()) stopped = "memory";
    } else watching.stop();
    const { code, outOfMemoryKills } = await end();
    const told = /"exit-code"/.test(box.status.text());
    if (!told && stopped === undefined && outOfMemoryKills === 0) {
      throw failure("it was killed from outside", box);
    }
    const killed = stopped !== undefined || typeof code !== "number";
    const signalled = killed ? "SIGKILL" : code > 128 ? signalName(code - 128) : null;
    return {
      exitCode: signalled === null ? (code as number) : null,
      signal: signalled,
      timedOut: stopped === "time" || signalled === "SIGXCPU",
      outOfMemory: stopped === "memory" || outOfMemoryKills > 0,
      truncated: box.stdout.truncated || box.stderr.truncated,
      durationMs,
      stdout: box.stdout.bytes(),
      stderr: box.stderr.bytes(),
    };
  };
  const ended = finish();
  ended.catch(() => {}); // whoever waits for it hears it; a background process may have nobody waiting
  return { folders, ended, kill: () => stop("kill") };
}

/** What it needs of this machine (files in the temporary folder, descriptors) may be missing: no mistake of the command. */
function spawned(spec: LaunchSpec, onFlood: () => void): BoxProcess {
  try {
    return spawnBox(spec, onFlood);
  } catch (cause) {
    if (isAppError(cause)) throw cause;
    throw new AppError("sandbox-failed", `the sandbox failed: ${messageOf(cause)}`, {
      boundary: "sandbox",
      hint: "sectune doctor",
      retryable: true,
      cause,
    });
  }
}

/** Resolves with the host's number of process 1 inside. Throws when bwrap ends or takes too long before that. */
async function setUp(box: BoxProcess, giveUp: () => void): Promise<number> {
  const timer = setTimeout(giveUp, SETUP_MS);
  try {
    const first = await Promise.race([box.ready.then((pid) => ({ pid })), box.closed]);
    if (first !== null && typeof first === "object" && "pid" in first) return first.pid;
    const detail = first instanceof Error ? first.message : `bwrap ended with ${first ?? "SIGKILL"}`;
    throw failure(detail, box);
  } finally {
    clearTimeout(timer);
  }
}

function failure(detail: string, box: BoxProcess): AppError {
  const stderr = Buffer.from(box.stderr.bytes()).toString("utf8").trim().slice(0, 500);
  return new AppError(
    "sandbox-failed",
    `the sandbox failed: ${detail}${stderr === "" ? "" : ` (${stderr})`}`,
    {
      boundary: "sandbox",
      hint: "sectune doctor",
      retryable: true,
    },
  );
}

/** Direct children of a single-threaded process. */
function children(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
      .trim()
      .split(/\s+/)
      .filter(Boolean)
      .map(Number);
  } catch {
    return [];
  }
}
