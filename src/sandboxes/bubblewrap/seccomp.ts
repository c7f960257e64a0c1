import { AppError } from "../../core/error.ts";
import { type Architecture, deniedSystemCalls, specialSystemCalls } from "./system-calls.ts";

/** Classic BPF program for `bwrap --seccomp`: 8 bytes an instruction (u16 code, u8 true, u8 false, u32 constant), little endian. */
export function seccompFilter(architecture: string = process.arch): Uint8Array {
  if (architecture !== "x64" && architecture !== "arm64") {
    throw new AppError("prerequisite-missing", `no seccomp filter is written for ${architecture}`, {
      boundary: "sandbox",
      hint: "use x64 or arm64, or `sandbox: {adapter: docker}`",
    });
  }
  return encode(program(architecture));
}

type Instruction = readonly [code: number, jumpTrue: number, jumpFalse: number, constant: number];

// include/uapi/linux/{bpf_common,seccomp,audit}.h
const LOAD = 0x20; // BPF_LD | BPF_W | BPF_ABS
const JUMP_EQUAL = 0x15;
const JUMP_GREATER_OR_EQUAL = 0x35;
const JUMP_ANY_BIT = 0x45;
const RETURN = 0x06;
const OFFSET_NUMBER = 0;
const OFFSET_ARCHITECTURE = 4;
/** Low half of an argument on little endian: flags, families and request numbers all fit in it. */
const argumentOffset = (index: number) => 16 + 8 * index;
const ALLOW = 0x7fff0000;
const KILL_PROCESS = 0x80000000;
const failWith = (errno: number) => 0x00050000 | errno;
const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;
const AUDIT_ARCHITECTURE: Record<Architecture, number> = { x64: 0xc000003e, arm64: 0xc00000b7 };
const X32_BIT = 0x40000000;
/** CLONE_NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const NEW_NAMESPACE =
  0x80 | 0x20000 | 0x2000000 | 0x4000000 | 0x8000000 | 0x10000000 | 0x20000000 | 0x40000000;
/** In clone() the low byte is the exit signal, so 0x80 (NEWTIME) has no meaning there. */
const NEW_NAMESPACE_IN_CLONE = NEW_NAMESPACE & ~0xff;
const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
/** Buffers of a socket: kernel memory that is nobody's, up to 8 MiB each where a program may choose. */
const SOL_SOCKET = 1;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
/** Terminal tricks that type into, or replace the line discipline of, a shared terminal. */
const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;
const TIOCSETD = 0x5423;
/** System calls added to the kernel after this table was written answer "not implemented" until somebody has judged them. */
const FIRST_UNKNOWN = 470;

function program(architecture: Architecture): Instruction[] {
  const special = specialSystemCalls(architecture);
  return [
    // Without this check a 32-bit call (int 0x80) walks past every number below.
    [LOAD, 0, 0, OFFSET_ARCHITECTURE],
    [JUMP_EQUAL, 1, 0, AUDIT_ARCHITECTURE[architecture]],
    [RETURN, 0, 0, KILL_PROCESS],
    [LOAD, 0, 0, OFFSET_NUMBER],
    ...(architecture === "x64" ? when([JUMP_GREATER_OR_EQUAL, X32_BIT], [[RETURN, 0, 0, KILL_PROCESS]]) : []),
    ...when([JUMP_GREATER_OR_EQUAL, FIRST_UNKNOWN], [[RETURN, 0, 0, failWith(ENOSYS)]]),
    ...deniedSystemCalls(architecture).flatMap(({ number, absent }) =>
      when([JUMP_EQUAL, number], [[RETURN, 0, 0, failWith(absent ? ENOSYS : EPERM)]]),
    ),
    // The flags of clone3 are behind a pointer that a filter cannot read; libc falls back to clone.
    ...when([JUMP_EQUAL, special.clone3], [[RETURN, 0, 0, failWith(ENOSYS)]]),
    ...when(
      [JUMP_EQUAL, special.clone],
      [
        [LOAD, 0, 0, argumentOffset(0)],
        ...when([JUMP_ANY_BIT, NEW_NAMESPACE_IN_CLONE], [[RETURN, 0, 0, failWith(EPERM)]]),
        [RETURN, 0, 0, ALLOW],
      ],
    ),
    ...when(
      [JUMP_EQUAL, special.socket],
      [
        [LOAD, 0, 0, argumentOffset(0)],
        ...[AF_UNIX, AF_INET, AF_INET6].flatMap((family) =>
          when([JUMP_EQUAL, family], [[RETURN, 0, 0, ALLOW]]),
        ),
        // getifaddrs() and the like ask NETLINK_ROUTE (0); no other netlink protocol is reachable.
        ...when(
          [JUMP_EQUAL, AF_NETLINK],
          [[LOAD, 0, 0, argumentOffset(2)], ...when([JUMP_EQUAL, 0], [[RETURN, 0, 0, ALLOW]])],
        ),
        [RETURN, 0, 0, failWith(EAFNOSUPPORT)],
      ],
    ),
    ...when(
      [JUMP_EQUAL, special.socketpair],
      [
        [LOAD, 0, 0, argumentOffset(0)],
        ...when([JUMP_EQUAL, AF_UNIX], [[RETURN, 0, 0, ALLOW]]),
        [RETURN, 0, 0, failWith(EAFNOSUPPORT)],
      ],
    ),
    ...when(
      [JUMP_EQUAL, special.ioctl],
      [
        [LOAD, 0, 0, argumentOffset(1)],
        ...[TIOCSTI, TIOCLINUX, TIOCSETD].flatMap((request) =>
          when([JUMP_EQUAL, request], [[RETURN, 0, 0, failWith(EPERM)]]),
        ),
        [RETURN, 0, 0, ALLOW],
      ],
    ),
    ...when(
      [JUMP_EQUAL, special.setsockopt],
      [
        [LOAD, 0, 0, argumentOffset(1)],
        ...when(
          [JUMP_EQUAL, SOL_SOCKET],
          [
            [LOAD, 0, 0, argumentOffset(2)],
            // Answered with success, for the kernel too may give less than was asked for.
            ...[SO_SNDBUF, SO_RCVBUF].flatMap((option) =>
              when([JUMP_EQUAL, option], [[RETURN, 0, 0, failWith(0)]]),
            ),
          ],
        ),
        [RETURN, 0, 0, ALLOW],
      ],
    ),
    [RETURN, 0, 0, ALLOW],
  ];
}

/** The body runs when the condition holds, else it is skipped; bodies end in a return unless falling through is meant. */
function when([code, constant]: readonly [number, number], body: readonly Instruction[]): Instruction[] {
  return [[code, 0, body.length, constant], ...body];
}

function encode(instructions: readonly Instruction[]): Uint8Array {
  const bytes = Buffer.alloc(instructions.length * 8);
  for (const [index, [code, jumpTrue, jumpFalse, constant]] of instructions.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(jumpTrue, index * 8 + 2);
    bytes.writeUInt8(jumpFalse, index * 8 + 3);
    bytes.writeUInt32LE(constant >>> 0, index * 8 + 4);
  }
  return bytes;
}
