import type { Probe } from "./probe.ts";

/** Networks and sockets of every family. */
export const networkProbes: readonly Probe[] = [
  {
    name: "connect to a TCP server on the host's loopback",
    language: "python",
    control: true,
    code: `
import socket
attempt(lambda: socket.create_connection(("127.0.0.1", ctx["tcpPort"]), 1) and breach("connected"))
attempt(lambda: socket.create_connection(("::1", ctx["tcpPort"]), 1) and breach("connected"))`,
  },
  {
    name: "connect to the host's other addresses",
    language: "python",
    code: `
import socket
for address in ctx["addresses"]:
    attempt(lambda: socket.create_connection((address, ctx["tcpPort"]), 1) and breach(address))`,
  },
  {
    name: "reach the internet",
    language: "python",
    code: `
import socket
for address in ("1.1.1.1", "8.8.8.8", "169.254.169.254", "10.0.0.1", "2606:4700:4700::1111"):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    def work():
        s = socket.socket(family, socket.SOCK_DGRAM); s.connect((address, 53)); s.send(b"x"); breach(address)
    attempt(work)
    attempt(lambda: socket.create_connection((address, 80), 0.2) and breach(address))
attempt(lambda: socket.getaddrinfo("example.com", 80) and breach("names resolve"))`,
  },
  {
    name: "see another network interface than loopback",
    language: "python",
    control: true,
    code: `
import socket
names = [name for _, name in socket.if_nameindex()]
if names != ["lo"]: breach(names)`,
  },
  {
    name: "connect to an abstract unix socket of the host",
    language: "python",
    control: true,
    code: `
import socket
attempt(lambda: socket.socket(socket.AF_UNIX).connect("\\0" + ctx["abstractSocket"]) or breach("connected"))`,
  },
  {
    name: "connect to a unix socket in the host's files",
    language: "python",
    control: true,
    code: `
import socket
for path in (ctx["pathSocket"], "/run/dbus/system_bus_socket", "/var/run/docker.sock", "/proc/1/root" + ctx["pathSocket"]):
    attempt(lambda: socket.socket(socket.AF_UNIX).connect(path) or breach(path))`,
  },
  {
    name: "open sockets of families outside the list",
    language: "python",
    control: true,
    code: `
import socket
for family in range(0, 64):
    if family in (1, 2, 10, 16): continue
    for kind in (1, 2, 3, 5):
        attempt(lambda: socket.socket(family, kind, 0) and breach(family, kind))`,
  },
  {
    name: "open vsock to the hypervisor",
    language: "python",
    control: true,
    code: `
import socket
attempt(lambda: socket.socket(40, socket.SOCK_STREAM) and breach("AF_VSOCK"))
attempt(lambda: os.open("/dev/vsock", os.O_RDONLY) and breach("/dev/vsock"))`,
  },
  {
    name: "open raw and packet sockets",
    language: "python",
    code: `
import socket
for arguments in ((2, 3, 1), (2, 3, 255), (10, 3, 58), (17, 3, 768), (17, 2, 768), (2, 2, 1)):
    attempt(lambda: socket.socket(*arguments) and breach(arguments))`,
  },
  {
    name: "open kernel crypto sockets",
    language: "python",
    code: `
import socket
attempt(lambda: socket.socket(38, socket.SOCK_SEQPACKET) and breach("AF_ALG"))`,
  },
  {
    name: "talk netlink other than routing",
    language: "python",
    control: true,
    code: `
import socket
for protocol in range(1, 24):
    attempt(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol) and breach(protocol))`,
  },
  {
    name: "change the network by netlink",
    language: "python",
    code: `
import socket, struct
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
s.bind((0, 0))
# RTM_NEWLINK: make a dummy interface
kind = b"dummy\\0\\0\\0"
info = struct.pack("HH", 4 + len(kind), 1) + kind
body = struct.pack("BBHiII", 0, 0, 0, 0, 0, 0) + struct.pack("HH", 4 + len(info), 18) + info
s.send(struct.pack("IHHII", 16 + len(body), 16, 0x605, 1, 0) + body)
s.settimeout(1)
reply = s.recv(4096)
if struct.unpack("i", reply[16:20])[0] == 0: breach("made an interface")`,
  },
  {
    name: "socketpair of a family outside the list",
    language: "python",
    control: true,
    code: `
import socket
attempt(lambda: socket.socketpair(30, socket.SOCK_STREAM) and breach("AF_TIPC"))
fds = (ctypes.c_int * 2)()
result = call(ctx["calls"]["socketpair"], 2, 1, 0, fds)  # AF_INET
if result != -errno.EAFNOSUPPORT: breach(result)`,
  },
];
