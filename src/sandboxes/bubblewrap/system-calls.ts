/** Processor architectures, by Node's names, for which the filter is written. */
export type Architecture = "x64" | "arm64";

export interface DeniedSystemCall {
  readonly name: string;
  readonly number: number;
  /** Answer "not implemented", so that libraries take their other way, instead of "not permitted". */
  readonly absent: boolean;
}

/** What a sandboxed program may never call, whatever its arguments. */
export function deniedSystemCalls(architecture: Architecture): DeniedSystemCall[] {
  return [...rows(DENIED, architecture, false), ...rows(ABSENT, architecture, true)];
}

/** Numbers of the calls whose arguments decide. */
export function specialSystemCalls(architecture: Architecture): Record<keyof typeof SPECIAL, number> {
  const column = architecture === "x64" ? 0 : 1;
  return Object.fromEntries(
    Object.entries(SPECIAL).map(([name, numbers]) => [name, numbers[column]]),
  ) as Record<keyof typeof SPECIAL, number>;
}

/** [x64, arm64] of arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h; null where it does not exist. */
type Numbers = readonly [x64: number, arm64: number | null];

const DENIED: Readonly<Record<string, Numbers>> = {
  // mounting: no file tree but the one given
  mount: [165, 40],
  umount2: [166, 39],
  pivot_root: [155, 41],
  chroot: [161, 51],
  move_mount: [429, 429],
  open_tree: [428, 428],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fspick: [433, 433],
  mount_setattr: [442, 442],
  open_tree_attr: [467, 467],
  // namespaces: bwrap's --disable-userns says the same; this also holds where that sysctl is missing
  unshare: [272, 97],
  setns: [308, 268],
  // other processes
  ptrace: [101, 117],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  process_madvise: [440, 440],
  kcmp: [312, 272],
  pidfd_getfd: [438, 438],
  // large kernel surfaces that programs under test do not need
  bpf: [321, 280],
  perf_event_open: [298, 241],
  userfaultfd: [323, 282],
  io_uring_setup: [425, 425],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  // keyrings are not namespaced
  keyctl: [250, 219],
  add_key: [248, 217],
  request_key: [249, 218],
  // the machine itself
  init_module: [175, 105],
  finit_module: [313, 273],
  delete_module: [176, 106],
  create_module: [174, null],
  kexec_load: [246, 104],
  kexec_file_load: [320, 294],
  reboot: [169, 142],
  swapon: [167, 224],
  swapoff: [168, 225],
  syslog: [103, 116],
  acct: [163, 89],
  quotactl: [179, 60],
  quotactl_fd: [443, 443],
  vhangup: [153, 58],
  nfsservctl: [180, 42],
  settimeofday: [164, 170],
  clock_settime: [227, 112],
  clock_adjtime: [305, 266],
  adjtimex: [159, 171],
  iopl: [172, null],
  ioperm: [173, null],
  modify_ldt: [154, null],
  uselib: [134, null],
  ustat: [136, null],
  sysfs: [139, null],
  _sysctl: [156, null],
  // file handles walk past mount points; fanotify watches whole mounts
  open_by_handle_at: [304, 265],
  name_to_handle_at: [303, 264],
  lookup_dcookie: [212, 18],
  fanotify_init: [300, 262],
  fanotify_mark: [301, 263],
  // extended attributes: 64 KB each, outside a tmpfs's size limit
  setxattr: [188, 5],
  lsetxattr: [189, 6],
  fsetxattr: [190, 7],
  setxattrat: [463, 463],
  // pages of other nodes and processes
  migrate_pages: [256, 238],
  move_pages: [279, 239],
  mbind: [237, 235],
  set_mempolicy: [238, 237],
};

const ABSENT: Readonly<Record<string, Numbers>> = {
  // memory that no process and no tmpfs shows (unmapped memfds, System V segments and queues, POSIX queues): a watchdog could not count it
  vmsplice: [278, 75], // pages that a pipe keeps after they were unmapped
  memfd_create: [319, 279],
  memfd_secret: [447, 447],
  shmget: [29, 194],
  shmat: [30, 196],
  shmctl: [31, 195],
  msgget: [68, 186],
  msgsnd: [69, 189],
  msgrcv: [70, 188],
  semget: [64, 190],
  semop: [65, 193],
  semtimedop: [220, 192],
  semctl: [66, 191],
  mq_open: [240, 180],
};

const SPECIAL = {
  clone: [56, 220],
  clone3: [435, 435],
  socket: [41, 198],
  socketpair: [53, 199],
  ioctl: [16, 29],
  setsockopt: [54, 208],
} as const satisfies Record<string, readonly [number, number]>;

function rows(table: Readonly<Record<string, Numbers>>, architecture: Architecture, absent: boolean) {
  const column = architecture === "x64" ? 0 : 1;
  return Object.entries(table).flatMap(([name, numbers]) => {
    const number = numbers[column];
    return number === null ? [] : [{ name, number, absent }];
  });
}
