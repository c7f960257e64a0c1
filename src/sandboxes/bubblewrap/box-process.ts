import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Duplex } from "node:stream";
import type { ExecSpec } from "../../core/sandbox.ts";
import { type Capture, capture, feed, readText, type TextTail } from "../../util/spawn.ts";
import { bwrapArguments, entryScript } from "./arguments.ts";
import { type BundleFile, tarBundle } from "./bundle.ts";
import { maskInherited } from "./descriptors.ts";
import { closeAll, hostTool, launchOptions, openData } from "./host.ts";
import type { ResolvedLimits } from "./limits.ts";
import type { World } from "./world.ts";

export interface BoxSpec {
  readonly exec: ExecSpec;
  readonly limits: ResolvedLimits;
  readonly files: readonly BundleFile[];
  readonly readOnly: readonly string[];
  /** Where the session's files live already; absent = fresh folders and a network of this one start. */
  readonly world?: World | undefined;
  readonly uid: number;
}

/** A started bwrap whose entry shell waits to be released. */
export interface BoxProcess {
  /** The outer bwrap; undefined when nothing could be started. */
  readonly pid: number | undefined;
  /** Host's number of process 1 inside, once everything in there is ready for the command. */
  readonly ready: Promise<number>;
  /** Resolves when it has ended and its output is read; with an Error when it never started. */
  readonly closed: Promise<number | null | Error>;
  readonly stdout: Capture;
  readonly stderr: Capture;
  /** What bwrap says about itself; holds `exit-code` when the command ended on its own. */
  readonly status: TextTail;
  /** Lets the entry shell become the command. */
  release(): void;
  killOuter(): void;
}

// Descriptors of the started process; entryScript knows 4 and 6.
const SECCOMP_FD = 3;
const CONTROL_FD = 4;
const STATUS_FD = 5;
const FILES_FD = 6;
const PASSWD_FD = 7;
const NAMESPACE_FDS = { user: 8, mount: 9, network: 10 };

export function spawnBox(spec: BoxSpec, onOverflow: () => void): BoxProcess {
  const { exec, limits, world } = spec;
  const withFiles = spec.files.length > 0;
  const seccompFd = openData("seccomp");
  const passwdFd = openData("passwd");
  const box = [
    ...bwrapArguments({
      limits,
      readOnly: spec.readOnly,
      folders: world?.paths,
      ownNetwork: world === undefined,
      env: exec.env ?? {},
      seccompFd: SECCOMP_FD,
      passwdFd: PASSWD_FD,
      statusFd: STATUS_FD,
    }),
    ...[
      "/bin/sh",
      "-c",
      entryScript(limits, { files: withFiles, cwd: exec.cwd ?? "/box" }),
      "sh",
      ...exec.argv,
    ],
  ];
  const [command, args] = world
    ? [hostTool("nsenter"), [...enter(), hostTool("bwrap"), ...box]]
    : [hostTool("bwrap"), box];
  let child: ChildProcess;
  try {
    child = spawn(command, args, {
      cwd: "/",
      env: {}, // readable inside as /proc/1/environ
      stdio: maskInherited([
        exec.stdin === undefined ? "ignore" : "pipe",
        ...(["pipe", "pipe", seccompFd, "pipe", "pipe"] as const),
        withFiles ? "pipe" : "ignore",
        passwdFd,
        ...(world ? [world.network.userFd, world.mountFd, world.network.networkFd] : []),
      ]),
      ...launchOptions(spec.uid),
    });
  } finally {
    closeAll([seccompFd, passwdFd]);
  }
  const streams: readonly unknown[] = child.stdio; // typed as five long
  const control = streams[CONTROL_FD] as Duplex;
  const status = readText(streams[STATUS_FD]);
  const readiness = readText(control).match(/ready/);
  if (withFiles) feed(streams[FILES_FD] as Duplex, tarBundle(spec.files));
  const take = (name: "stdout" | "stderr") =>
    capture(child[name]!, {
      maxBytes: limits.outputBytes,
      onOverflow,
      sink: exec.onOutput && ((chunk) => exec.onOutput?.(name, chunk)),
    });
  return {
    pid: child.pid,
    ready: Promise.all([status.match(/"child-pid": (\d+)/), readiness]).then(([pid]) => Number(pid)),
    closed: once(child, "close").then(
      ([code]) => code as number | null,
      (error: Error) => error,
    ),
    stdout: take("stdout"),
    stderr: take("stderr"),
    status,
    release: () => {
      control.end("\n");
      if (exec.stdin !== undefined) feed(child.stdin, exec.stdin);
    },
    killOuter: () => void child.kill("SIGKILL"),
  };
}

function enter(): string[] {
  return [
    "--preserve-credentials",
    `--user=/proc/self/fd/${NAMESPACE_FDS.user}`,
    `--mount=/proc/self/fd/${NAMESPACE_FDS.mount}`,
    `--net=/proc/self/fd/${NAMESPACE_FDS.network}`,
    "--",
  ];
}
