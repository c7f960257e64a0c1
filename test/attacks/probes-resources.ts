import type { ExecResult } from "../../src/core/sandbox.ts";
import type { Probe } from "./probe.ts";

const MIB = 1024 * 1024;
const last = (output: string) => Number(/(\d+)\s*$/.exec(output.replace(/TRIED\s*$/, ""))?.[1] ?? 0);
const atMost = (ceiling: number, what: string) => (_: ExecResult, output: string) =>
  last(output) < ceiling ? undefined : `${last(output)} ${what}, ceiling ${ceiling}`;
const flagged = (flag: "timedOut" | "outOfMemory" | "truncated") => (result: ExecResult) =>
  result[flag] ? undefined : `not told as ${flag}`;

/** Bombs. Most run under the default limits: the ceilings must hold without any flag. */
export const resourceProbes: readonly Probe[] = [
  {
    name: "fork bomb",
    language: "python",
    mayDie: true,
    limits: { wallMs: 1500 },
    code: `
count = 0
while True:
    try: pid = os.fork()
    except OSError: break
    if pid == 0:
        import time; time.sleep(30)
    count += 1
    print(count, flush=True)`,
    check: atMost(400, "processes"),
  },
  {
    name: "fork bomb that grows from every child",
    language: "python",
    mayDie: true,
    limits: { wallMs: 1000 },
    code: `
while True:
    try: os.fork()
    except OSError: pass`,
    check: flagged("timedOut"),
  },
  {
    name: "thread bomb",
    language: "python",
    mayDie: true,
    limits: { wallMs: 3000 },
    code: `
import threading, time
count = 0
try:
    while count < 2000:
        threading.Thread(target=time.sleep, args=(20,), daemon=True).start(); count += 1
except RuntimeError: pass
print(count, flush=True)
os._exit(0)`,
    check: atMost(400, "threads"),
  },
  {
    name: "memory of one process",
    language: "python",
    mayDie: true,
    limits: { memoryBytes: 200 * MIB },
    code: `
blocks = []
for n in range(64):
    blocks.append(bytearray(b"x" * (16 << 20))); print((n + 1) * 16, flush=True)
breach("1 GiB under a limit of 200 MiB")`,
    // The watchdog kills at about 200; on a machine too busy for it, RLIMIT_DATA refuses at about 700.
    check: atMost(900, "MiB"),
  },
  {
    name: "memory of many processes together",
    language: "python",
    mayDie: true,
    limits: { memoryBytes: 200 * MIB },
    code: `
together(12, 8, lambda: bytearray(b"x" * (60 << 20)), "x 60 MiB under a limit of 200 MiB")`,
  },
  {
    name: "anonymous shared memory of many processes",
    language: "python",
    mayDie: true,
    limits: { memoryBytes: 200 * MIB },
    code: `
import mmap
def share():
    m = mmap.mmap(-1, 60 << 20)
    for i in range(0, 60 << 20, 4096): m[i] = 1
    return m
together(10, 8, share, "x 60 MiB of shared pages under a limit of 200 MiB")`,
  },
  {
    name: "page tables",
    language: "c",
    mayDie: true,
    limits: { memoryBytes: 200 * MIB, wallMs: 8000 },
    code: `
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>
int main(void) {
  volatile char sum = 0;
  for (long round = 0; round < 64; round++) { /* reading one byte of each 2 MiB: a 4 KiB page table for the shared zero page */
    char *p = mmap(0, 16UL << 30, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) break;
    for (unsigned long i = 0; i < 16UL << 30; i += 2 << 20) sum += p[i];
  }
  struct timespec wait = {2, 0};
  nanosleep(&wait, 0);
  puts("BREACH 2 GiB of page tables");
}`,
    check: flagged("outOfMemory"),
  },
  {
    name: "buffers of socket pairs",
    language: "python",
    mayDie: true,
    limits: { memoryBytes: 200 * MIB },
    code: `
import socket
def fill():
    held = []
    try:
        while True:
            pair = socket.socketpair(); held.append(pair)
            for s in pair:
                s.setblocking(False)
                try:
                    while True: s.send(b"x" * 65536)
                except BlockingIOError: pass
    except OSError: pass
    return held
together(24, 20, fill, "x 120 full socket pairs under a limit of 200 MiB")`,
  },
  {
    name: "buffers of few sockets, asked to be large",
    language: "python",
    mayDie: true,
    limits: { memoryBytes: 200 * MIB },
    code: `
import socket
def fill():
    held = []
    sent = 0
    for n in range(14):
        pair = socket.socketpair(); held.append(pair)
        for s in pair:
            for option in (socket.SO_SNDBUF, socket.SO_RCVBUF, 32, 33): # and their FORCE forms
                attempt(lambda: s.setsockopt(socket.SOL_SOCKET, option, 1 << 30))
            s.setblocking(False)
            try:
                while sent < 50 << 20: sent += s.send(b"x" * 65536)
            except BlockingIOError: pass
    if sent < 50 << 20: raise OSError("too little")
    return held
together(12, 9, fill, "x 50 MiB in 28 sockets under a limit of 200 MiB")`,
  },
  {
    name: "connections that nobody accepts",
    language: "python",
    mayDie: true,
    limits: { memoryBytes: 200 * MIB },
    code: `
import socket
def fill():
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"\\0{os.getpid()}"); listener.listen(4096)
    sent = 0
    while sent < 50 << 20:
        with socket.socket(socket.AF_UNIX) as s:
            s.setblocking(False)
            s.connect(listener.getsockname())
            try:
                while True: sent += s.send(b"x" * 65536)
            except BlockingIOError: pass
    return listener
together(12, 9, fill, "x 50 MiB behind one descriptor under a limit of 200 MiB")`,
  },
  {
    name: "TCP connections that nobody accepts",
    language: "python",
    mayDie: true,
    limits: { memoryBytes: 200 * MIB },
    code: `
import socket
def fill():
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    sent = 0
    while sent < 50 << 20:
        with socket.create_connection(listener.getsockname()) as s:
            s.setblocking(False)
            try:
                while True: sent += s.send(b"x" * 65536)
            except BlockingIOError: pass
    return listener
together(12, 9, fill, "x 50 MiB behind one descriptor under a limit of 200 MiB")`,
  },
  {
    name: "datagrams whose senders are gone",
    language: "python",
    mayDie: true,
    limits: { memoryBytes: 200 * MIB },
    code: `
import socket
def fill():
    held = []
    for n in range(40):
        receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); held.append(receiver)
        receiver.bind(f"\\0{os.getpid()}-{n}")
        for turn in range(10):
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
                s.setblocking(False)
                s.sendto(b"x" * 180000, receiver.getsockname())
    return held
together(12, 9, fill, "x 68 MiB in 40 sockets under a limit of 200 MiB")`,
  },
  {
    name: "keep the watchdog from the processor",
    language: "python",
    mayDie: true,
    limits: { memoryBytes: 200 * MIB },
    code: `
for n in range(24): # each in a session of its own, which has a share of the processor of its own
    if os.fork() == 0:
        os.setsid()
        while True: pass
block = b"x" * (16 << 20)
blocks = []
for n in range(44):
    blocks.append(bytearray(block)); print((n + 1) * 16, flush=True)`,
    // RLIMIT_DATA refuses at about 700.
    check: atMost(600, "MiB"),
  },
  {
    name: "fill every writable file system",
    language: "python",
    mayDie: true,
    code: `
block = b"x" * (4 << 20)
total = 0
for folder in ("/box", "/tmp", "/dev/shm", "/var/tmp", "/", "/dev", "/run", "/usr"):
    for n in range(200):
        try:
            with open(f"{folder}/fill{n}", "wb", 0) as f:
                for _ in range(8): total += f.write(block)
        except OSError: break
print(total, flush=True)
if total > 200 << 20: breach(total)`,
    check: atMost(1536 * MIB, "bytes"),
  },
  {
    name: "one endless file",
    language: "python",
    mayDie: true,
    code: `
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
def work():
    with open("big", "wb", 0) as f:
        while f.tell() < 1 << 30: f.write(b"x" * (1 << 20))
    breach("1 GiB file")
attempt(work)
os.unlink("big")
def sparse():
    with open("sparse", "wb", 0) as f: f.truncate(1 << 40)
    breach("1 TiB sparse file")
attempt(sparse)`,
  },
  {
    name: "empty files without end",
    language: "python",
    mayDie: true,
    code: `
count = 0
for folder in ("/box", "/tmp", "/dev/shm"):
    try:
        for n in range(60000):
            open(f"{folder}/{n}", "w").close(); count += 1
            if count % 500 == 0: print(count, flush=True)
    except OSError: pass
print(count, flush=True)
if count >= 50000: breach(count)`,
    check: atMost(50_000, "files"),
  },
  {
    name: "links and folders without end",
    language: "python",
    mayDie: true,
    code: `
count = 0
try:
    for n in range(60000):
        os.symlink("x" * 200, f"/box/l{n}"); os.mkdir(f"/tmp/d{n}"); count += 2
        if count % 500 == 0: print(count, flush=True)
except OSError: pass
if count >= 50000: breach(count)`,
    check: atMost(50_000, "links"),
  },
  {
    name: "open descriptors without end",
    language: "python",
    code: `
fds = []
try:
    while len(fds) < 5000: fds.append(os.open("/dev/null", os.O_RDONLY))
    breach(len(fds))
except OSError: pass`,
  },
  {
    name: "output flood",
    language: "python",
    mayDie: true,
    code: `
while True: os.write(1, b"x" * 65536)`,
    check: (result) =>
      result.truncated && result.stdout.length <= MIB
        ? undefined
        : `${result.stdout.length} bytes, truncated ${result.truncated}`,
  },
  {
    name: "error output flood",
    language: "python",
    mayDie: true,
    code: `
while True: os.write(2, b"x" * 65536)`,
    check: (result) =>
      result.truncated && result.stderr.length <= MIB
        ? undefined
        : `${result.stderr.length} bytes, truncated ${result.truncated}`,
  },
  {
    name: "processor time without end",
    language: "python",
    mayDie: true,
    limits: { cpuSeconds: 1, wallMs: 25_000 },
    code: `
import signal
signal.signal(signal.SIGXCPU, signal.SIG_IGN)
while True: pass`,
    check: (result) =>
      result.signal !== null && !result.timedOut ? undefined : `ran ${result.durationMs} ms`,
  },
  {
    name: "ignore every signal and sleep",
    language: "python",
    mayDie: true,
    limits: { wallMs: 500 },
    code: `
import signal, time
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
while True: time.sleep(1)`,
    check: (result) =>
      result.timedOut && result.durationMs < 3000 ? undefined : `ran ${result.durationMs} ms`,
  },
  {
    name: "leave a core dump",
    language: "python",
    mayDie: true,
    code: `
pid = os.fork()
if pid == 0: os.abort()
os.waitpid(pid, 0)
if [n for n in os.listdir(".") if "core" in n]: breach("core")`,
  },
];
