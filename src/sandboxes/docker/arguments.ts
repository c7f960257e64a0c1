import type { ResolvedLimits } from "./limits.ts";

export interface Mount {
  readonly volume: string;
  readonly target: string;
}

/** What every container gets, whoever runs in it. */
const HARDENING = [
  "--read-only",
  ...["--cap-drop", "ALL"],
  ...["--security-opt", "no-new-privileges"],
  ...["--user", "65534:65534"],
  ...["--hostname", "box"],
  ...["--ipc", "private"],
  ...["--shm-size", "16m"],
  // Output goes to us; a log on the host's disk would have no limit.
  ...["--log-driver", "none"],
  ...["--pull", "never"],
  ...["--label", "sectune=sandbox"],
];

/** A container that only keeps a network namespace and volumes alive. */
export function holderArguments(options: {
  name: string;
  image: string;
  network: string;
  mounts: readonly Mount[];
}): string[] {
  return [
    ...["run", "--detach", "--rm", "--name", options.name, "--network", options.network],
    ...HARDENING,
    ...["--pids-limit", "8", "--memory", "64m", "--memory-swap", "64m"],
    ...mounts(options.mounts),
    ...["--entrypoint", "/bin/sleep", options.image, "infinity"],
  ];
}

export interface CommandOptions {
  readonly name: string;
  readonly image: string;
  /** Container whose network it joins. */
  readonly holder: string;
  readonly mounts: readonly Mount[];
  readonly readOnly: readonly string[];
  readonly limits: ResolvedLimits;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly withInput: boolean;
  readonly argv: readonly [string, ...string[]];
}

/** A container for one command, made but not started. */
export function commandArguments(options: CommandOptions): string[] {
  const { limits } = options;
  const [program, ...rest] = options.argv;
  const env = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: "/box", LANG: "C.UTF-8", ...options.env };
  return [
    ...["create", "--init", "--name", options.name, "--network", `container:${options.holder}`],
    ...(options.withInput ? ["--interactive"] : []),
    // A joined network brings its own host name.
    ...HARDENING.filter((flag, index) => flag !== "--hostname" && HARDENING[index - 1] !== "--hostname"),
    ...["--memory", String(limits.memoryBytes), "--memory-swap", String(limits.memoryBytes)],
    ...["--pids-limit", String(limits.processes + 1)],
    ...["--ulimit", `cpu=${limits.cpuSeconds}:${limits.cpuSeconds + 1}`],
    ...["--ulimit", `fsize=${limits.diskBytes}`, "--ulimit", "nofile=256", "--ulimit", "core=0"],
    ...mounts(options.mounts),
    ...options.readOnly.flatMap((path) => ["--mount", `type=bind,source=${path},target=${path},readonly`]),
    ...Object.entries(env).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
    ...["--workdir", options.cwd, "--entrypoint", program, options.image, ...rest],
  ];
}

/** A tmpfs that several containers can mount at once, limited in bytes and inodes. */
export function volumeArguments(name: string, limits: ResolvedLimits): string[] {
  const options = `size=${limits.diskBytes},nr_inodes=${limits.files},uid=65534,gid=65534,mode=0755`;
  return [
    ...["volume", "create", "--driver", "local", "--label", "sectune=sandbox"],
    ...["--opt", "type=tmpfs", "--opt", "device=tmpfs", "--opt", `o=${options}`, name],
  ];
}

function mounts(list: readonly Mount[]): string[] {
  return list.flatMap(({ volume, target }) => [
    "--mount",
    `type=volume,source=${volume},target=${target},volume-nocopy`,
  ]);
}
