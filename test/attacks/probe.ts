import type { ExecResult, Limits } from "../../src/core/sandbox.ts";

/** What an attacker is told about the host: everything that would help. Bait files hold `secret`. */
export interface AttackContext {
  readonly secret: string;
  /** World-readable file on the host that holds the secret. */
  readonly bait: string;
  readonly checkout: string;
  readonly tcpPort: number;
  readonly addresses: readonly string[];
  readonly abstractSocket: string;
  readonly pathSocket: string;
  readonly victimPid: number;
  readonly launcherPid: number;
  /** Numbers of the system calls that are to be denied. */
  readonly calls: Readonly<Record<string, number>>;
}

export interface Probe {
  readonly name: string;
  readonly language: "python" | "c";
  /** Prints `BREACH …` when it got what it wanted. Errors of the operating system are the expected answer. */
  readonly code: string;
  readonly limits?: Limits;
  /** True when the same code breaches a plain process: what proves that the probe can fail. */
  readonly control?: boolean;
  /** Reports a breach that only the host can see, or what the result should have told. */
  readonly check?: (result: ExecResult, output: string) => string | undefined;
  /** The command may be killed before it prints `TRIED`. */
  readonly mayDie?: boolean;
}

/** Before every Python probe: raw system calls with errno as a negative result, and the end mark that says the probe really ran. */
export const PYTHON_PRELUDE = `
import ctypes, errno, json, os, sys
libc = ctypes.CDLL(None, use_errno=True)
ctx = json.loads(sys.stdin.read())
def call(name, *args):
    number = ctx["calls"].get(name, name) if isinstance(name, str) else name
    if isinstance(number, str): return -errno.ENOSYS  # does not exist on this architecture
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in args])
    return result if result >= 0 else -ctypes.get_errno()
def breach(*what): print("BREACH", *what, flush=True)
def denied(name, *args):
    result = call(name, *args)
    if result not in (-errno.EPERM, -errno.ENOSYS): breach(name, result)
def attempt(work):
    try: work()
    except OSError: pass
def together(count, enough, work, what):
    """Breach when \`enough\` children at once hold what \`work\` gave them; they hold it until the parent ends."""
    import select, time
    reports, report = os.pipe()
    children = set()
    for _ in range(count):
        pid = os.fork()
        if pid == 0:
            try: held = work()
            except BaseException: os._exit(1)
            os.write(report, os.getpid().to_bytes(4, "little"))
            while True: time.sleep(60)
        children.add(pid)
    filled = set()
    deadline = time.monotonic() + 8
    while time.monotonic() < deadline and children:
        if select.select([reports], [], [], 0.05)[0]: filled.add(int.from_bytes(os.read(reports, 4), "little"))
        children = {pid for pid in children if os.waitpid(pid, os.WNOHANG) == (0, 0)}
        if len(filled & children) >= enough: return breach(len(filled & children), what)
def reads_secret(path):
    def work():
        with open(path, errors="replace") as f:
            if ctx["secret"] in f.read(1 << 20): breach("read", path)
    attempt(work)
def probe():
`;

export const PYTHON_END = `
try: probe()
except OSError: pass
print("TRIED", flush=True)
`;

/** A whole Python program of a probe's body. */
export function pythonProgram(code: string): string {
  const body = code
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
  return `${PYTHON_PRELUDE}${body}\n    pass\n${PYTHON_END}`;
}
