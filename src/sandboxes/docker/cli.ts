import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { AppError } from "../../core/error.ts";
import { readText } from "../../util/spawn.ts";

/** The docker command line: what the adapter needs of it. Arguments never pass through a shell. */
export interface DockerCli {
  /** Runs to its end and gives stdout. Throws AppError `sandbox-failed`, or `prerequisite-missing` when there is no such program. */
  run(args: readonly string[]): Promise<string>;
  spawn(args: readonly string[], withInput: boolean): ChildProcess;
  /** Ends and removes a container; one that is gone already is fine. */
  remove(container: string): Promise<void>;
  newName(kind: string): string;
}

const CALL_MS = 120_000;

export function dockerCli(command: string): DockerCli {
  const start = (args: readonly string[], withInput: boolean) =>
    // In a group of its own: the client would pass a terminal's Ctrl-C on to the container.
    spawn(command, args, { detached: true, stdio: [withInput ? "pipe" : "ignore", "pipe", "pipe"] });
  const run = async (args: readonly string[]): Promise<string> => {
    const child = start(args, false);
    const stdout = readText(child.stdout, 1024 * 1024);
    const stderr = readText(child.stderr);
    const timer = setTimeout(() => child.kill("SIGKILL"), CALL_MS);
    try {
      const [code] = await once(child, "close");
      if (code === 0) return stdout.text();
      throw failed(`${command} ${args[0]} ended with ${code ?? "SIGKILL"}: ${stderr.text().trim()}`);
    } catch (cause) {
      // EACCES: a folder of PATH may not be searched by this user (root's, after `su`).
      if (!["ENOENT", "EACCES"].includes((cause as NodeJS.ErrnoException).code ?? "")) throw cause;
      throw new AppError("prerequisite-missing", `${command} is not installed`, {
        boundary: "sandbox",
        hint: "apt-get install -y docker.io",
        cause,
      });
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    run,
    spawn: start,
    remove: async (container) => {
      await run(["rm", "--force", "--volumes", container]).catch(() => {});
    },
    newName: (kind) => `sectune-${kind}-${process.pid}-${randomBytes(6).toString("hex")}`,
  };
}

export function failed(message: string): AppError {
  return new AppError("sandbox-failed", message, {
    boundary: "sandbox",
    hint: "docker info",
    retryable: true,
  });
}
