import { accessSync, closeSync, constants, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../../core/error.ts";
import { seccompFilter } from "./seccomp.ts";

/** The command that installs what is missing. */
export const INSTALL_HINT = "apt-get install -y bubblewrap";

export type HostTool = "bwrap" | "unshare" | "nsenter" | "sh" | "mount";

/** Absolute path of a system tool; PATH is not asked, so nobody's folder decides what runs. Throws `prerequisite-missing`. */
export function hostTool(name: HostTool): string {
  const known = toolPaths.get(name);
  if (known !== undefined) return known;
  for (const folder of ["/usr/bin", "/bin", "/usr/local/bin", "/usr/sbin", "/sbin"]) {
    const path = `${folder}/${name}`;
    try {
      accessSync(path, constants.X_OK);
      toolPaths.set(name, path);
      return path;
    } catch {}
  }
  throw new AppError(
    "prerequisite-missing",
    `${name} is not installed, and the bubblewrap sandbox needs it`,
    {
      boundary: "sandbox",
      hint: name === "bwrap" ? INSTALL_HINT : "apt-get install -y util-linux",
    },
  );
}

const toolPaths = new Map<HostTool, string>();

export interface LaunchOptions {
  readonly uid?: number;
  readonly gid?: number;
  readonly detached: true;
}

/**
 * Whose rights the sandbox is started with. bwrap started as root is not a boundary (/proc/sys stays writable), so root steps
 * down first; an ordinary user cannot, and need not. In a process group of its own: a terminal sends Ctrl-C to all of ours, which
 * would end sandboxes as if they had failed, before we know why.
 */
export function launchOptions(uid: number): LaunchOptions {
  return process.getuid?.() === 0 ? { uid, gid: uid, detached: true } : { detached: true };
}

/**
 * A fresh descriptor of the seccomp program or of the inside's /etc/passwd (programs ask it who they are). bwrap reads each to
 * its end, so every start needs its own. Close it after the spawn.
 */
export function openData(which: "seccomp" | "passwd"): number {
  let fd = dataFds.get(which);
  if (fd === undefined) {
    fd = anonymousFile(which === "seccomp" ? seccompFilter() : Buffer.from(PASSWD));
    dataFds.set(which, fd);
  }
  return openSync(`/proc/self/fd/${fd}`, "r");
}

const PASSWD = "nobody:x:65534:65534:nobody:/box:/bin/sh\n";
const dataFds = new Map<string, number>();

/** A read descriptor of a file that has no name any more, so nothing is left behind. */
function anonymousFile(data: Uint8Array): number {
  const folder = mkdtempSync(join(tmpdir(), "sectune-"));
  try {
    const path = join(folder, "data");
    writeFileSync(path, data, { mode: 0o600 });
    return openSync(path, "r");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Closes descriptors, ignoring those that are closed already. */
export function closeAll(fds: Iterable<number>): void {
  for (const fd of fds) {
    try {
      closeSync(fd);
    } catch {}
  }
}
