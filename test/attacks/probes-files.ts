import type { Probe } from "./probe.ts";

/** Host files, environment and descriptors. */
export const fileProbes: readonly Probe[] = [
  {
    name: "read a world-readable host file",
    language: "python",
    control: true,
    code: `reads_secret(ctx["bait"])`,
  },
  {
    name: "read it through /proc/1/root",
    language: "python",
    code: `reads_secret("/proc/1/root" + ctx["bait"])`,
  },
  {
    name: "read it through the root and cwd of every process",
    language: "python",
    control: true,
    code: `
for pid in filter(str.isdigit, os.listdir("/proc")):
    for link in ("root", "cwd"):
        reads_secret(f"/proc/{pid}/{link}" + ctx["bait"])
        reads_secret(f"/proc/{pid}/{link}/../../../../../../.." + ctx["bait"])`,
  },
  {
    name: "read it through a symlink in /box",
    language: "python",
    control: true,
    code: `os.symlink(ctx["bait"], "link"); reads_secret("link")`,
  },
  {
    name: "read it through a hard link",
    language: "python",
    code: `os.link(ctx["bait"], "hard"); reads_secret("hard")`,
  },
  {
    name: "read host accounts",
    language: "python",
    control: true,
    code: `
for path in ("/etc/passwd", "/etc/shadow", "/usr/../etc/passwd-"):
    def work():
        if "root:" in open(path).read(): breach(path)
    attempt(work)`,
  },
  {
    name: "list homes and temporary files of the host",
    language: "python",
    control: true,
    code: `
for path in ("/home", "/root", "/var", "/mnt", "/opt", "/srv", "/sys", "/run"):
    attempt(lambda: os.listdir(path) and breach(path))`,
  },
  {
    name: "read the checkout",
    language: "python",
    control: true,
    code: `attempt(lambda: os.listdir(ctx["checkout"]) and breach(ctx["checkout"]))`,
  },
  {
    name: "write to the system's folders",
    language: "python",
    code: `
for path in ("/usr/x", "/usr/bin/x", "/bin/x", "/lib/x", "/x", "/etc/x", "/dev/x", "/usr/lib/python3/x", "/var/x"):
    def work():
        open(path, "w"); breach(path)
    attempt(work)`,
  },
  {
    name: "replace a bound program",
    language: "python",
    code: `
for path in ("/proc/1/exe", "/proc/self/exe", "/usr/bin/bwrap", "/usr/bin/python3.11"):
    attempt(lambda: os.close(os.open(path, os.O_WRONLY)) or breach(path))
    attempt(lambda: os.unlink(path) or breach("unlinked", path))`,
  },
  {
    name: "remount or change modes of read-only places",
    language: "python",
    code: `
for path in ("/usr", "/", "/dev", "/etc/passwd", "/etc"):
    attempt(lambda: os.chmod(path, 0o777) or breach(path))`,
  },
  {
    name: "write kernel settings",
    language: "python",
    code: `
for folder, _, names in os.walk("/proc/sys"):
    for name in names:
        attempt(lambda: os.close(os.open(os.path.join(folder, name), os.O_WRONLY)) or breach(os.path.join(folder, name)))`,
  },
  {
    name: "write core_pattern through other names of it",
    language: "python",
    code: `
for path in ("/proc/sys/kernel/core_pattern", "/proc/1/root/proc/sys/kernel/core_pattern", "/proc/self/task/%d/root/proc/sys/kernel/core_pattern" % os.getpid(), "/proc/sysrq-trigger", "/proc/irq/default_smp_affinity", "/proc/acpi/wakeup"):
    attempt(lambda: os.close(os.open(path, os.O_WRONLY)) or breach(path))`,
  },
  {
    name: "read kernel memory and logs",
    language: "python",
    code: `
for path in ("/proc/kcore", "/dev/mem", "/dev/kmem", "/dev/port", "/dev/kmsg", "/proc/kmsg", "/proc/kpageflags", "/proc/vmallocinfo", "/proc/slabinfo"):
    attempt(lambda: os.read(os.open(path, os.O_RDONLY | os.O_NONBLOCK), 16) and breach(path))
with open("/proc/kallsyms") as f:
    if any(int(line.split()[0], 16) for _, line in zip(range(50), f)): breach("kernel addresses")`,
  },
  {
    name: "open or make device nodes",
    language: "python",
    code: `
for name in os.listdir("/dev"):
    if name not in ("null","zero","full","random","urandom","tty","fd","stdin","stdout","stderr","shm","pts","ptmx","core","console"): breach("/dev/" + name)
for device in (os.makedev(1, 1), os.makedev(8, 0), os.makedev(254, 0)):
    attempt(lambda: os.mknod("node", 0o60666, device) or breach("mknod"))`,
  },
  {
    name: "reach kernel file systems",
    language: "python",
    control: true,
    code: `
for path in ("/sys/kernel", "/sys/fs/cgroup", "/dev/mqueue", "/run/systemd"):
    if os.path.exists(path): breach(path)`,
  },
  {
    name: "find the launcher's secrets in the environment",
    language: "python",
    control: true,
    code: `
if ctx["secret"] in str(os.environ): breach("own environment")
for pid in filter(str.isdigit, os.listdir("/proc")):
    for name in ("environ", "cmdline"): reads_secret(f"/proc/{pid}/{name}")`,
  },
  {
    name: "use descriptors inherited from the launcher",
    language: "python",
    code: `
for fd in range(3, 1024):
    try: target = os.readlink(f"/proc/self/fd/{fd}")
    except OSError: continue
    if target == "/dev/null": continue
    breach(fd, target)`,
  },
  {
    name: "use descriptors of process 1",
    language: "python",
    code: `
for fd in range(0, 300):
    reads_secret(f"/proc/1/fd/{fd}")
    attempt(lambda: os.listdir(f"/proc/1/fd/{fd}/..") and breach(fd))`,
  },
  {
    name: "walk out of a folder descriptor",
    language: "python",
    code: `
fd = os.open("/box", os.O_RDONLY)
for _ in range(20): fd = os.open("..", os.O_RDONLY, dir_fd=fd)
attempt(lambda: os.stat(ctx["bait"].lstrip("/"), dir_fd=fd) and breach("bait above the root"))`,
  },
  {
    name: "become root by a set-user-ID program",
    language: "python",
    code: `
import subprocess
for program in (["/usr/bin/su", "-c", "id -u"], ["/usr/bin/sudo", "-n", "id", "-u"], ["/usr/bin/newgrp"], ["/usr/bin/pkexec", "id", "-u"]):
    try:
        out = subprocess.run(program, stdin=subprocess.DEVNULL, capture_output=True, timeout=3).stdout
        if out.strip() == b"0": breach(program)
    except (OSError, subprocess.TimeoutExpired): pass
for change in (os.setuid, os.setgid): attempt(lambda: change(0) or breach("id 0"))
attempt(lambda: os.setgroups([0]) or breach("groups"))`,
  },
  {
    name: "hold a capability or lack a filter",
    language: "python",
    control: true,
    code: `
status = dict(line.rstrip("\\n").split(":\\t", 1) for line in open("/proc/self/status") if ":\\t" in line)
for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
    if int(status[name], 16): breach(name, status[name])
if status["NoNewPrivs"] != "1" or status["Seccomp"] != "2": breach("filter", status["Seccomp"])`,
  },
];
