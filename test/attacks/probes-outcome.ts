import type { Probe } from "./probe.ts";

/** Lies about the outcome: what a program does to be judged better than it is, or to outlive its judge. */
export const outcomeProbes: readonly Probe[] = [
  {
    name: "be taken for the sandbox's own time-out or failure",
    language: "python",
    mayDie: true,
    code: `os._exit(124)`,
    check: ({ exitCode, timedOut }) =>
      exitCode === 124 && !timedOut ? undefined : `${exitCode}, timedOut ${timedOut}`,
  },
  {
    name: "be taken for a failed sandbox",
    language: "python",
    mayDie: true,
    code: `
os.write(2, b"bwrap: Can't mount proc\\n")
os._exit(125)`,
    check: ({ exitCode }) => (exitCode === 125 ? undefined : `${exitCode}`),
  },
  {
    name: "die by a signal and be taken for an exit",
    language: "python",
    mayDie: true,
    code: `
import signal
os.kill(os.getpid(), signal.SIGSEGV)`,
    check: ({ exitCode, signal }) =>
      exitCode === null && signal === "SIGSEGV" ? undefined : `${exitCode} ${signal}`,
  },
  {
    name: "write into the sandbox's control and status channels",
    language: "python",
    code: `
for fd in range(3, 256):
    def work():
        os.write(fd, b'{ "exit-code": 0 }\\nready\\n')
        if os.readlink(f"/proc/self/fd/{fd}") != "/dev/null": breach(fd)
    attempt(work)
for pid in (1, 2):
    for fd in range(0, 64):
        def forge():
            h = os.open(f"/proc/{pid}/fd/{fd}", os.O_WRONLY | os.O_NONBLOCK)
            if os.readlink(f"/proc/{pid}/fd/{fd}") != "/dev/null" and pid != os.getpid(): breach(pid, fd)
        attempt(forge)`,
  },
  {
    name: "stop process 1 from reporting",
    language: "python",
    mayDie: true,
    limits: { wallMs: 1500 },
    code: `
import signal
for number in (signal.SIGSTOP, signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV):
    attempt(lambda: os.kill(1, number))
os._exit(9)`,
    check: ({ exitCode, signal }) =>
      exitCode === 9 || signal !== null ? undefined : `${exitCode} ${signal}`,
  },
  {
    name: "leave a daemon behind",
    language: "python",
    control: true,
    code: `
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for fd in range(0, 3): os.close(fd)
        os.execv("/bin/sleep", ["sleep", "97.531"])
    os._exit(0)
os.wait()`,
  },
  {
    name: "hold the output open from a daemon",
    language: "python",
    limits: { wallMs: 5000 },
    code: `
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0: os.execv("/bin/sleep", ["sleep", "97.531"])
    os._exit(0)
os.wait()`,
    check: ({ durationMs }) => (durationMs < 4000 ? undefined : `held for ${durationMs} ms`),
  },
];
