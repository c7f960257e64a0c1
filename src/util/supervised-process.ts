import { spawn } from "node:child_process";
import type { Readable } from "node:stream";

/**
 * Runs "$@" in the process group of this shell. When standard input ends (also because whoever holds its other end was killed),
 * the whole group gets SIGTERM and, once the program has ended or after ten seconds, SIGKILL. SIGTERM to the group reaches the program; the shell outlives it.
 */
const supervisor = `
exec 3<&0 </dev/null
trap : TERM
"$@" 3<&- &
child=$!
( trap '' TERM
  cat <&3
  kill -TERM 0
  i=0; while [ $i -lt 100 ] && kill -0 "$child"; do sleep 0.1; i=$((i + 1)); done
  kill -KILL 0 ) >/dev/null 2>&1 &
exec 3<&-
wait "$child"; status=$?
while kill -0 "$child" 2>/dev/null; do wait "$child"; status=$?; done
exit "$status"
`;

export interface SupervisedProcess {
  /** Process group of the program and all it starts. */
  readonly group: number;
  /** Settles with the exit status (128 + signal where one ended it) when the program has ended. Never rejects. */
  readonly exited: Promise<number>;
  /** The last lines of its output and errors, in order of arrival. */
  lastLines(): string[];
  /** SIGTERM, then SIGKILL after `graceMs`; resolves when the program and everything in its group are gone. Idempotent. */
  stop(graceMs: number): Promise<void>;
}

/** Starts a long-running program that cannot outlive this process. Its output is drained; the last `keepLines` lines are kept. */
export function superviseProcess(
  command: readonly [string, ...string[]],
  options: { env: Readonly<Record<string, string | undefined>>; cwd?: string; keepLines?: number },
): SupervisedProcess {
  const child = spawn("/bin/sh", ["-c", supervisor, "sh", ...command], {
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    env: options.env,
    cwd: options.cwd,
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) keepLastLines(stream, lines, options.keepLines ?? 40);
  child.stdin.on("error", () => {});
  const exited = new Promise<number>((resolve) => {
    child.on("error", (error) => {
      lines.push(error.message);
      resolve(127);
    });
    child.on("exit", (code, signal) => resolve(code ?? (signal === "SIGKILL" ? 137 : 143)));
  });
  const group = child.pid ?? 0;
  let stopping: Promise<void> | null = null;
  const stop = async (graceMs: number): Promise<void> => {
    signalGroup(group, "SIGTERM");
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([exited, new Promise((resolve) => (timer = setTimeout(resolve, graceMs)))]);
    clearTimeout(timer);
    // Also what the program left behind, and the watcher.
    signalGroup(group, "SIGKILL");
    await exited;
    child.stdin.destroy();
  };
  return {
    group,
    exited,
    lastLines: () => [...lines],
    stop: (graceMs) => {
      stopping ??= stop(graceMs);
      return stopping;
    },
  };
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  if (group === 0) return;
  try {
    process.kill(-group, signal);
  } catch {
    // Nobody left in the group.
  }
}

function keepLastLines(stream: Readable, lines: string[], count: number): void {
  let rest = "";
  const add = (line: string) => {
    if (line.trim() !== "") lines.push(line.slice(0, 500));
    if (lines.length > count) lines.shift();
  };
  stream.setEncoding("utf8");
  stream.on("error", () => {});
  stream.on("data", (chunk: string) => {
    const parts = (rest + chunk).split(/\r?\n|\r/);
    // A progress bar without line ends must not grow without bound.
    rest = parts.pop()!.slice(-10_000);
    for (const part of parts) add(part);
  });
  stream.on("end", () => add(rest));
}
