import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, openSync } from "node:fs";
import { AppError } from "../../core/error.ts";
import { readText } from "../../util/spawn.ts";
import { systemFolders, type WritableFolders } from "./arguments.ts";
import { maskInherited } from "./descriptors.ts";
import { closeAll, hostTool, launchOptions } from "./host.ts";
import type { ResolvedLimits } from "./limits.ts";

/** Descriptors of the writable folders of a running or ended sandbox. They keep the files alive; nothing else does. */
export interface OpenFolders {
  readonly boxFd: number;
  readonly tmpFd: number;
}

/** A user and a network namespace without processes, kept alive by descriptors. Loopback is up; there is nothing else. */
export interface NetworkNamespace {
  readonly userFd: number;
  readonly networkFd: number;
}

/**
 * What several commands of one session share: a network and a mount namespace that holds size- and inode-limited /box and /tmp.
 * Made only when a session needs it (a second command, a background process, a shared network): it costs two short starts.
 */
export interface World extends OpenFolders {
  readonly network: NetworkNamespace;
  readonly mountFd: number;
  /** Paths in the mount namespace. */
  readonly paths: WritableFolders;
}

/** Makes a network. The caller closes the descriptors. Throws AppError `sandbox-failed` or `prerequisite-missing`. */
export async function createNetwork(uid: number): Promise<NetworkNamespace> {
  const args = [
    ...["--unshare-user", "--uid", "0", "--gid", "0", "--unshare-net", "--die-with-parent"],
    ...systemFolders(),
    ...["--proc", "/proc"],
    ...["--json-status-fd", "3", "--", "/bin/sh", "-c", "echo ready; read -r _"],
  ];
  const holder = hold(hostTool("bwrap"), args, ["pipe"], uid);
  try {
    await holder.ready;
    const pid = await holder.statusPid();
    return openAll((open) => ({
      userFd: open(`/proc/${pid}/ns/user`),
      networkFd: open(`/proc/${pid}/ns/net`),
    }));
  } finally {
    await holder.end();
  }
}

/** Makes a world in a network, with what `from` holds copied into it. The caller closes `boxFd`, `tmpFd` and `mountFd`. */
export async function createWorld(
  network: NetworkNamespace,
  limits: ResolvedLimits,
  uid: number,
  from?: OpenFolders,
): Promise<World> {
  const base = mountPoint();
  const paths = { box: `${base}/box`, tmp: `${base}/tmp` };
  const options = `size=${limits.diskBytes},nr_inodes=${limits.files},mode=0755`;
  const mount = hostTool("mount");
  const script = [
    `${mount} -t tmpfs -o size=64k,nr_inodes=16,mode=0755 sectune ${base}`,
    `mkdir ${paths.box} ${paths.tmp}`,
    `${mount} -t tmpfs -o ${options} sectune ${paths.box}`,
    `${mount} -t tmpfs -o ${options} sectune ${paths.tmp}`,
    ...(from ? [`cp -a /proc/self/fd/5/. ${paths.box}/`, `cp -a /proc/self/fd/6/. ${paths.tmp}/`] : []),
    "echo ready",
    "read -r _",
  ].join(" && ");
  const args = [
    ...["--preserve-credentials", "--user=/proc/self/fd/3", "--net=/proc/self/fd/4", "--"],
    ...[hostTool("unshare"), "--mount", "--", "/bin/sh", "-c", script],
  ];
  const descriptors = [network.userFd, network.networkFd, ...(from ? [from.boxFd, from.tmpFd] : [])];
  const holder = hold(hostTool("nsenter"), args, descriptors, uid);
  try {
    await holder.ready;
    const root = `/proc/${holder.pid}`;
    const opened = openAll((open) => ({
      mountFd: open(`${root}/ns/mnt`),
      boxFd: open(`${root}/root${paths.box}`),
      tmpFd: open(`${root}/root${paths.tmp}`),
    }));
    return { ...opened, network, paths };
  } finally {
    await holder.end();
  }
}

/** Opens the writable folders of the sandbox whose process 1 is `pid`, by which they outlive it. */
export function openFolders(pid: number): OpenFolders {
  return openAll((open) => ({
    boxFd: open(`/proc/${pid}/root/box`),
    tmpFd: open(`/proc/${pid}/root/tmp`),
  }));
}

interface Holder {
  readonly pid: number;
  /** Resolves when the script says `ready`. */
  readonly ready: Promise<void>;
  /** Process that bwrap reports on descriptor 3. */
  statusPid(): Promise<number>;
  end(): Promise<void>;
}

const HOLD_MS = 60_000;

/** A process that lives only until its namespaces have been opened. */
function hold(command: string, args: string[], descriptors: (number | "pipe")[], uid: number): Holder {
  const child = spawn(command, args, {
    cwd: "/",
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
    stdio: maskInherited(["pipe", "pipe", "pipe", ...descriptors]),
    ...launchOptions(uid),
  });
  const closed = once(child, "close").catch(() => {}); // an error event is told below
  const stderr = readText(child.stderr);
  const status = readText(child.stdio[3]);
  child.stdin?.on("error", () => {});
  const timer = setTimeout(() => child.kill("SIGKILL"), HOLD_MS);
  const failed = failure(child, stderr.text);
  return {
    pid: child.pid ?? 0,
    ready: Promise.race([readText(child.stdout).match(/ready/), failed]).then(() => {}),
    statusPid: async () => Number(await Promise.race([status.match(/"child-pid": (\d+)/), failed])),
    end: async () => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      await closed;
    },
  };
}

function failure(child: ChildProcess, stderr: () => string): Promise<never> {
  const failed = new Promise<never>((_, reject) => {
    const fail = (detail: string, cause?: unknown) =>
      reject(
        new AppError("sandbox-failed", `the sandbox's namespaces could not be made: ${detail}`, {
          boundary: "sandbox",
          hint: "sectune doctor",
          retryable: true,
          cause,
        }),
      );
    child.on("error", (error) => fail(error.message, error));
    child.on("close", (code, signal) => fail(stderr().trim() || `ended with ${signal ?? code}`));
  });
  failed.catch(() => {}); // may lose every race
  return failed;
}

/** Opens several paths, or none: what was opened is closed again when a later one fails. */
function openAll<Opened>(work: (open: (path: string) => number) => Opened): Opened {
  const opened: number[] = [];
  try {
    return work((path) => {
      const fd = openSync(path, "r");
      opened.push(fd);
      return fd;
    });
  } catch (error) {
    closeAll(opened);
    throw new AppError(
      "sandbox-failed",
      `the sandbox's namespaces could not be opened: ${(error as Error).message}`,
      {
        boundary: "sandbox",
        hint: "root in a container needs CAP_SYS_PTRACE (docker run --cap-add SYS_PTRACE), or run as an ordinary user",
        retryable: true,
        cause: error,
      },
    );
  }
}

/** A folder to mount on, in a private mount namespace: one that no tool lives below. */
function mountPoint(): string {
  const found = ["/boot", "/media", "/srv", "/mnt"].find((folder) => existsSync(folder));
  if (found === undefined) {
    throw new AppError("prerequisite-missing", "none of /boot, /media, /srv and /mnt exists to mount on", {
      boundary: "sandbox",
      hint: "mkdir /boot",
    });
  }
  return found;
}
