import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { ExecResult, ExecSpec } from "../../core/sandbox.ts";
import { capture, feed, signalName } from "../../util/spawn.ts";
import { type DockerCli, failed } from "./cli.ts";
import type { ResolvedLimits } from "./limits.ts";

export interface RunningCommand {
  readonly ended: Promise<ExecResult>;
  kill(): void;
}

/** `docker inspect --format '{{json .State}}'`. The exit code of `docker start` cannot tell a 125 of the command from its own. */
const StateSchema = z.object({
  Running: z.boolean(),
  OOMKilled: z.boolean(),
  ExitCode: z.number(),
  StartedAt: z.string(),
});
const NEVER_STARTED = "0001-01-01";

/** Starts a container that has been created, and removes it at the end. */
export function startCommand(
  docker: DockerCli,
  name: string,
  exec: ExecSpec,
  limits: ResolvedLimits,
): RunningCommand {
  let stopped: "time" | "output" | "kill" | "abort" | undefined;
  const stop = (reason: typeof stopped) => {
    if (stopped !== undefined) return;
    stopped = reason;
    void killUntilEnded();
  };
  /** A kill that comes before the container runs is refused, so once is not enough. */
  const killUntilEnded = async () => {
    while (!over) {
      await docker.run(["kill", name]).catch(() => {});
      await Promise.race([closed, sleep(200)]);
    }
  };
  const withInput = exec.stdin !== undefined;
  const startedAt = performance.now();
  const child = docker.spawn(["start", "--attach", ...(withInput ? ["--interactive"] : []), name], withInput);
  let over = false;
  const closed = once(child, "close").finally(() => {
    over = true;
  });
  closed.catch(() => {}); // told by finish()
  const take = (stream: "stdout" | "stderr") =>
    capture(child[stream]!, {
      maxBytes: limits.outputBytes,
      onOverflow: () => stop("output"),
      sink: exec.onOutput && ((chunk) => exec.onOutput?.(stream, chunk)),
    });
  const stdout = take("stdout");
  const stderr = take("stderr");
  if (exec.stdin !== undefined) feed(child.stdin, exec.stdin);
  const timer = setTimeout(() => stop("time"), limits.wallMs);
  const abort = () => stop("abort");
  exec.signal?.addEventListener("abort", abort, { once: true });
  if (exec.signal?.aborted) abort(); // while the container was being made

  const finish = async (): Promise<ExecResult> => {
    try {
      await closed;
      const durationMs = performance.now() - startedAt;
      if (stopped === "abort") throw exec.signal?.reason;
      const state = await inspect(docker, name);
      if (state.Running) throw failed(`the connection to container ${name} was lost`);
      if (state.StartedAt.startsWith(NEVER_STARTED) && state.ExitCode !== 127 && state.ExitCode !== 126) {
        throw failed(`container ${name} did not start: ${Buffer.from(stderr.bytes()).toString().trim()}`);
      }
      const signal =
        stopped !== undefined ? "SIGKILL" : state.ExitCode > 128 ? signalName(state.ExitCode - 128) : null;
      return {
        exitCode: signal === null ? state.ExitCode : null,
        signal,
        timedOut: stopped === "time" || signal === "SIGXCPU",
        outOfMemory: state.OOMKilled,
        truncated: stdout.truncated || stderr.truncated,
        durationMs,
        stdout: stdout.bytes(),
        stderr: stderr.bytes(),
      };
    } finally {
      clearTimeout(timer);
      exec.signal?.removeEventListener("abort", abort);
      await docker.remove(name);
    }
  };
  const ended = finish();
  ended.catch(() => {});
  return { ended, kill: () => stop("kill") };
}

/** Resolves when the container runs or has ended already. */
export async function waitUntilStarted(
  docker: DockerCli,
  name: string,
  command: RunningCommand,
): Promise<void> {
  let over = false;
  const end = () => {
    over = true;
  };
  command.ended.then(end, end);
  while (!over) {
    const state = await inspect(docker, name).catch(() => undefined);
    if (state && !state.StartedAt.startsWith(NEVER_STARTED)) return;
    await sleep(50);
  }
}

async function inspect(docker: DockerCli, name: string): Promise<z.infer<typeof StateSchema>> {
  const text = await docker.run(["inspect", "--format", "{{json .State}}", name]);
  return StateSchema.parse(JSON.parse(text));
}
