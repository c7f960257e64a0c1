import { existsSync, readdirSync } from "node:fs";
import { OPEN_FILES, type ResolvedLimits, SHARED_MEMORY_BYTES } from "./limits.ts";

/** Where the writable folders of a world (see world.ts) lie, as seen from its mount namespace. */
export interface WritableFolders {
  readonly box: string;
  readonly tmp: string;
}

export interface BoxArguments {
  readonly limits: ResolvedLimits;
  /** Host files and folders shown read-only under the same path. */
  readonly readOnly: readonly string[];
  /** Bound from a world; absent = tmpfs of this start alone. */
  readonly folders?: WritableFolders | undefined;
  readonly ownNetwork: boolean;
  readonly env: Readonly<Record<string, string>>;
  readonly seccompFd: number;
  readonly passwdFd: number;
  readonly statusFd: number;
}

/** Arguments of bwrap up to and including `--`. Default-deny: what is not listed here does not exist inside. */
export function bwrapArguments(options: BoxArguments): string[] {
  const { limits, folders } = options;
  const env = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: "/box", LANG: "C.UTF-8", ...options.env };
  return [
    ...["--unshare-all", ...(options.ownNetwork ? [] : ["--share-net"])],
    ...["--unshare-user", "--disable-userns", "--die-with-parent", "--new-session"],
    ...systemFolders(),
    ...["--perms", "0644", "--ro-bind-data", String(options.passwdFd), "/etc/passwd"],
    // Settings of namespaces of its own would be writable.
    ...["--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys", "--dev", "/dev"],
    ...(folders === undefined
      ? [
          "--size",
          String(limits.diskBytes),
          "--tmpfs",
          "/tmp",
          "--size",
          String(limits.diskBytes),
          "--tmpfs",
          "/box",
        ]
      : ["--bind", folders.tmp, "/tmp", "--bind", folders.box, "/box"]),
    ...["--size", String(SHARED_MEMORY_BYTES), "--perms", "1777", "--tmpfs", "/dev/shm"],
    ...options.readOnly.flatMap((path) => ["--ro-bind", path, path]),
    ...["--chdir", "/box", "--clearenv"],
    ...Object.entries(env).flatMap(([name, value]) => ["--setenv", name, value]),
    ...["--cap-drop", "ALL", "--uid", "65534", "--gid", "65534", "--hostname", "box"],
    // The root and /dev are tmpfs of unlimited size otherwise.
    ...["--remount-ro", "/dev", "--remount-ro", "/"],
    ...["--seccomp", String(options.seccompFd), "--json-status-fd", String(options.statusFd), "--"],
  ];
}

/**
 * The first program inside: sets resource limits, unpacks files, says that it is ready, waits to be released, becomes the command.
 * By then the caller has put it into a cgroup and opened its folders. 4 = control (both ways), 6 = files as tar.
 */
export function entryScript(limits: ResolvedLimits, options: { files: boolean; cwd: string }): string {
  return [
    "ulimit -c 0",
    // Soft below hard: the program ends by SIGXCPU, which tells why; SIGKILL follows if it catches that.
    `ulimit -S -t ${limits.cpuSeconds} && ulimit -H -t ${limits.cpuSeconds + 1}`,
    `ulimit -n ${OPEN_FILES}`,
    `ulimit -f ${Math.ceil(limits.diskBytes / 512)}`,
    // A first fence for a single process, should the watchdog come late; thread stacks and arenas count before they are used.
    ...(Number.isFinite(limits.mappedBytes) ? [`ulimit -d ${Math.ceil(limits.mappedBytes / 1024)}`] : []),
    // dash and bash name it differently
    `{ ulimit -p ${limits.processes} 2>/dev/null || ulimit -u ${limits.processes}; }`,
    ...(options.files ? ["tar -x -f - -C /box --no-same-owner --unlink-first --recursive-unlink <&6"] : []),
    ...(options.cwd === "/box" ? [] : [`cd ${quote(options.cwd)}`]),
    "echo ready >&4",
    "read -r _ <&4",
  ]
    .join(" && ")
    .concat(` && exec "$@" 4<&- ${options.files ? "6<&-" : ""}`);
}

/** The part of the host that every sandbox sees: the system's programs and libraries, nothing of any user. */
export function systemFolders(): string[] {
  systemFoldersOnce ??= [
    ...["--ro-bind", "/usr", "/usr"],
    ...["bin", "lib", "lib32", "lib64", "sbin"].flatMap((name) =>
      existsSync(`/usr/${name}`) ? ["--symlink", `usr/${name}`, `/${name}`] : [],
    ),
    ...["/etc/alternatives", "/etc/ld.so.cache", ...javaConfiguration()].flatMap((path) =>
      existsSync(path) ? ["--ro-bind", path, path] : [],
    ),
  ];
  return systemFoldersOnce;
}

let systemFoldersOnce: string[] | undefined;

/** Debian keeps Java's security configuration in /etc/java-17-openjdk; javac does not start without it. */
function javaConfiguration(): string[] {
  return readdirSync("/etc")
    .filter((name) => /^java(-\d+-openjdk)?$/.test(name))
    .map((name) => `/etc/${name}`);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
