/** Ceilings for everything one `exec` starts. Units are in the names; absent = the adapter's documented default. */
export interface Limits {
  /** Wall clock. On expiry every process of the exec is killed and `timedOut` is true. Default 10,000. */
  readonly wallMs?: number | undefined;
  /** CPU seconds of one process (RLIMIT_CPU). Default 20. */
  readonly cpuSeconds?: number | undefined;
  /** All processes together, shared memory and tmpfs pages included. Default 1 GiB. */
  readonly memoryBytes?: number | undefined;
  /**
   * Private writable mappings of one process, touched or not; a first fence before `memoryBytes` where the adapter has one.
   * Default: `memoryBytes` and 512 MiB. Infinity for programs that reserve far more than they use (AddressSanitizer).
   */
  readonly mappedBytes?: number | undefined;
  /** Processes and threads together. Default 64. */
  readonly processes?: number | undefined;
  /** Writable space in /box and /tmp, each. Default 64 MiB. */
  readonly diskBytes?: number | undefined;
  /** Files and directories that may be made. Default 10,000. */
  readonly files?: number | undefined;
  /** stdout and stderr, each; more is cut and `truncated` is true. Default 1 MiB. */
  readonly outputBytes?: number | undefined;
}

export interface ExecSpec {
  readonly argv: readonly [string, ...string[]];
  /** Absent = empty. A stream is passed on as it comes and ends the input with its own end. */
  readonly stdin?: string | Uint8Array | AsyncIterable<Uint8Array> | undefined;
  /** Whole environment besides PATH, HOME and LANG. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Inside the sandbox; default `/box`. */
  readonly cwd?: string | undefined;
  readonly limits?: Limits | undefined;
  readonly signal?: AbortSignal | undefined;
  /**
   * Takes output as it comes instead of the result (whose `stdout` and `stderr` are then empty); `outputBytes` holds as well.
   * A promise holds the program back until it resolves.
   */
  readonly onOutput?: ((stream: "stdout" | "stderr", chunk: Uint8Array) => void | Promise<void>) | undefined;
}

/**
 * What became of a command. Told honestly: an ordinary failure of the *command* is a result, never an exception.
 * Exactly one of `exitCode` and `signal` is not null; after a kill by the sandbox (time, memory, output) the flags say why.
 */
export interface ExecResult {
  readonly exitCode: number | null;
  /** `SIGKILL`, `SIGSEGV`, … */
  readonly signal: string | null;
  readonly timedOut: boolean;
  readonly outOfMemory: boolean;
  /** stdout or stderr was cut at the limit. */
  readonly truncated: boolean;
  readonly durationMs: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

/** A process that runs beside later execs of its session (a server under test). */
export interface BackgroundProcess {
  /** Resolves when it has ended, however that came about. */
  readonly ended: Promise<ExecResult>;
  kill(): Promise<void>;
}

/**
 * One closed world: a writable `/box`, no network beyond its own loopback, no host files.
 * Files in `/box` stay from one `exec` of the session to the next; processes started by `exec` do not outlive it.
 */
export interface Session extends AsyncDisposable {
  /**
   * Runs a command to its end. Throws AppError `sandbox-failed` when the sandbox itself could not start or was lost;
   * callers may retry that once.
   */
  exec(spec: ExecSpec): Promise<ExecResult>;
  /** Starts a command in the background, in the session's files and network. Ends with the session. */
  start(spec: ExecSpec): Promise<BackgroundProcess>;
  /** Writes a file below /box (relative path, no `..`); parents are made. Contents travel by descriptor, never by a bind. */
  put(path: string, data: string | Uint8Array, options?: { executable?: boolean }): Promise<void>;
  /** Reads a regular file below /box, at most `maxBytes` (default 16 MiB); null when there is none. Never follows a link out. */
  get(path: string, options?: { maxBytes?: number }): Promise<Uint8Array | null>;
}

export interface SandboxSpec {
  readonly limits?: Limits | undefined;
  /** Sessions opened with the same token object share one private network; nothing else. */
  readonly network?: PrivateNetwork | undefined;
  /** Extra host folders to show read-only inside, by the tool that needs them (`SECTUNE_TOOLS`); same path inside. */
  readonly readOnly?: readonly string[] | undefined;
}

/** Opaque token from `Sandbox.network()`. */
export interface PrivateNetwork extends AsyncDisposable {
  readonly id: string;
}

/** Where model-written code and tools that read it run. A missing sandbox is an error, never a silent plain process. */
export interface Sandbox {
  readonly name: string;
  /** False only for the explicitly unsafe `process` adapter. Reports show it. */
  readonly isolated: boolean;
  /** Versions of what runs inside (`python 3.11.2`, `gcc 12.2`): part of the key of everything judged in it. */
  fingerprint(): Promise<string>;
  open(spec?: SandboxSpec): Promise<Session>;
  network(): Promise<PrivateNetwork>;
}
