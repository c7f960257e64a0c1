import type { Probe } from "./probe.ts";

/** A raw system call that must be refused before the kernel looks at its arguments; in a plain process it is reached. */
function refused(name: string, call: string, options: { control?: boolean } = {}): Probe {
  return { name, language: "python", code: call, ...options };
}

/** Other processes, namespaces and the kernel's larger surfaces. */
export const kernelProbes: readonly Probe[] = [
  {
    name: "see processes of the host",
    language: "python",
    control: true,
    code: `
pids = [int(p) for p in os.listdir("/proc") if p.isdigit()]
if len(pids) > 4 or max(pids) > 100: breach(len(pids), "processes")`,
  },
  {
    name: "signal the launcher and a process of the host",
    language: "python",
    control: true,
    code: `
for pid in (ctx["victimPid"], ctx["launcherPid"]):
    if pid > 50: attempt(lambda: os.kill(pid, 0) or breach("signalled", pid))`,
  },
  {
    name: "kill everything that can be seen",
    language: "python",
    mayDie: true,
    code: `
import signal
for pid in (1, os.getppid()): attempt(lambda: os.kill(pid, signal.SIGKILL))
attempt(lambda: os.kill(-1, signal.SIGKILL))
attempt(lambda: os.kill(0, signal.SIGTERM))`,
  },
  refused("ptrace: ask to be traced", `denied("ptrace", 0, 0, 0, 0)`, { control: true }),
  refused("ptrace: attach to process 1", `denied("ptrace", 16, 1, 0, 0); denied("ptrace", 0x4206, 1, 0, 0)`),
  refused(
    "read and write another process's memory",
    `
denied("process_vm_readv", 1, 0, 0, 0, 0, 0); denied("process_vm_writev", 1, 0, 0, 0, 0, 0)`,
    { control: true },
  ),
  {
    name: "steal a descriptor of another process",
    language: "python",
    control: true,
    code: `
fd = os.pidfd_open(os.getpid())
denied("pidfd_getfd", fd, 0, 0)`,
  },
  {
    name: "take a real-time schedule or a better priority",
    language: "python",
    code: `
attempt(lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10)) or breach("real time"))
attempt(lambda: os.setpriority(os.PRIO_PROCESS, 0, -10) or breach("priority"))`,
  },
  {
    name: "raise resource limits",
    language: "python",
    code: `
import resource
for name in ("RLIMIT_NPROC", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_CORE"):
    soft, hard = resource.getrlimit(getattr(resource, name))
    if hard == resource.RLIM_INFINITY: breach(name, "is not limited")
    def work():
        resource.setrlimit(getattr(resource, name), (hard + 1, hard + 1)); breach(name, "raised")
    try: attempt(work)
    except ValueError: pass`,
  },
  refused("new user namespace by unshare", `denied("unshare", 0x10000000)`, { control: true }),
  refused(
    "any other new namespace",
    `
for flag in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x20000000, 0x40000000, 0x80): denied("unshare", flag)`,
  ),
  {
    name: "new user namespace by clone",
    language: "python",
    control: true,
    code: `
pid = call("clone", 0x10000000 | 17, 0, 0, 0, 0)
if pid == 0: os._exit(0)
if pid > 0: breach("clone"); os.waitpid(pid, 0)`,
  },
  refused(
    "new namespace by clone3, whose flags a filter cannot read",
    `
if call("clone3", 0, 0) != -errno.ENOSYS: breach("clone3 reached the kernel")`,
    { control: true },
  ),
  {
    name: "enter namespaces of process 1",
    language: "python",
    code: `
for kind in ("user", "mnt", "net", "pid", "ipc", "uts", "cgroup"):
    attempt(lambda: denied("setns", os.open(f"/proc/1/ns/{kind}", os.O_RDONLY), 0))
denied("setns", -1, 0)`,
  },
  refused(
    "mount a file system",
    `
denied("mount", b"none", b"/tmp", b"tmpfs", 0, 0)
denied("mount", b"/usr", b"/usr", b"none", 4096 | 32, 0)`,
  ),
  refused(
    "mount by the new interface",
    `
denied("fsopen", b"tmpfs", 0); denied("open_tree", -100, b"/", 1); denied("move_mount", -1, b"", -1, b"", 4)
denied("fsconfig", -1, 0, 0, 0, 0); denied("fsmount", -1, 0, 0); denied("fspick", -100, b"/", 0); denied("mount_setattr", -100, b"/", 0, 0, 0)`,
    { control: true },
  ),
  refused(
    "unmount what covers the host",
    `
for path in (b"/proc", b"/dev", b"/box", b"/usr", b"/"): denied("umount2", path, 2)`,
  ),
  refused("pivot_root and chroot", `denied("pivot_root", b".", b"."); denied("chroot", b"/box")`),
  refused("bpf", `denied("bpf", 0, 0, 0)`, { control: false }),
  refused("performance counters", `denied("perf_event_open", 0, 0, -1, -1, 0)`, { control: true }),
  refused("userfaultfd", `denied("userfaultfd", 1)`, { control: true }),
  refused(
    "io_uring",
    `
denied("io_uring_setup", 1, 0); denied("io_uring_enter", -1, 0, 0, 0, 0, 0); denied("io_uring_register", -1, 0, 0, 0)`,
    { control: true },
  ),
  refused(
    "keyrings",
    `
denied("keyctl", 0, -3, 1); denied("add_key", b"user", b"x", b"y", 1, -4); denied("request_key", b"user", b"x", 0, 0)`,
    { control: true },
  ),
  refused(
    "load a kernel module or another kernel",
    `
denied("init_module", 0, 0, 0); denied("finit_module", -1, 0, 0); denied("delete_module", b"x", 0)
denied("kexec_load", 0, 0, 0, 0); denied("kexec_file_load", -1, -1, 0, 0, 0)`,
  ),
  refused(
    "reboot, swap, accounting, quotas, kernel log",
    `
denied("reboot", 1, 2, 3, 0); denied("swapon", b"/x", 0); denied("swapoff", b"/x"); denied("acct", 0)
denied("quotactl", 0, 0, 0, 0); denied("syslog", 10, 0, 0); denied("vhangup")`,
    { control: false },
  ),
  refused(
    "set the clock",
    `denied("clock_settime", 0, 0); denied("settimeofday", 0, 0); denied("adjtimex", 0); denied("clock_adjtime", 0, 0)`,
    { control: true },
  ),
  {
    name: "change the host's name",
    language: "python",
    code: `
import socket
attempt(lambda: socket.sethostname("owned") or breach("hostname"))
if call(${process.arch === "x64" ? 171 : 162}, b"owned", 5) == 0: breach("domain name")`,
  },
  refused(
    "ports and segment descriptors of the processor",
    `denied("iopl", 3); denied("ioperm", 0, 1, 1); denied("modify_ldt", 0, 0, 0)`,
  ),
  refused(
    "file handles that walk past mounts",
    `
denied("open_by_handle_at", -1, 0, 0); denied("name_to_handle_at", -1, b"/", 0, 0, 0)`,
    { control: true },
  ),
  refused("watch whole mounts", `denied("fanotify_init", 0, 0); denied("fanotify_mark", -1, 0, 0, 0, 0)`, {
    control: true,
  }),
  refused(
    "extended attributes as hidden memory",
    `
open("file", "w").close()
for name in ("setxattr", "lsetxattr"): denied(name, b"file", b"user.x", b"y" * 100, 100, 0)
denied("fsetxattr", -1, b"user.x", b"y", 1, 0)`,
    { control: true },
  ),
  refused("memfd as hidden memory", `denied("memfd_create", b"x", 0); denied("memfd_secret", 0)`, {
    control: true,
  }),
  refused(
    "System V and POSIX message memory",
    `
denied("shmget", 0, 4096, 0o1600); denied("msgget", 0, 0o1600); denied("semget", 0, 1, 0o1600); denied("mq_open", b"x", 0o102, 0o600, 0)`,
    { control: true },
  ),
  refused(
    "move pages of other processes",
    `denied("move_pages", 1, 0, 0, 0, 0, 0); denied("migrate_pages", 1, 0, 0, 0)`,
  ),
  refused(
    "system calls younger than the filter",
    `
for number in range(470, 520): 
    if call(number) != -errno.ENOSYS: breach(number)`,
  ),
  refused(
    "every call on the list",
    `
for name in ctx["calls"]:
    if name not in ("clone", "clone3", "socket", "socketpair", "ioctl", "setsockopt"): denied(name, -1, -1, -1, -1, -1, -1)`,
    { control: true },
  ),
  {
    name: "type into the launcher's terminal",
    language: "python",
    code: `
import fcntl
for request in (0x5412, 0x541c, 0x5423):
    for fd in (0, 1, 2):
        try: fcntl.ioctl(fd, request, b"x"); breach(hex(request))
        except OSError as error:
            if error.errno != errno.EPERM: breach("not filtered", hex(request), error.errno)
attempt(lambda: os.open("/dev/tty", os.O_RDWR) and breach("has a terminal"))`,
  },
  {
    name: "32-bit system calls past the filter",
    language: "c",
    mayDie: true,
    control: process.arch === "x64",
    code: `
#include <stdio.h>
int main(void) {
#ifdef __x86_64__
  int result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory"); /* getpid */
  if (result > 0) { puts("BREACH int 0x80"); }
#endif
  puts("TRIED");
}`,
  },
  {
    name: "x32 system calls past the filter",
    language: "c",
    mayDie: true,
    code: `
#include <stdio.h>
#include <unistd.h>
#include <sys/syscall.h>
int main(void) {
#ifdef __x86_64__
  if (syscall(0x40000000 + 39) > 0) puts("BREACH x32 getpid");
#endif
  puts("TRIED");
}`,
  },
];
