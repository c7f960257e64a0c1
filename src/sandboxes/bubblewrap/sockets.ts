import { readFileSync } from "node:fs";

/** What the sender of one socket may have under way. The filter lets no program ask for more. */
export const SEND_BUFFER_BYTES = Number(read("/proc/sys/net/core/wmem_default")) || 212_992;

/** Senders whose datagrams a socket keeps after they are gone: net.unix.max_dgram_qlen and one. */
const DATAGRAM_SENDERS = 11;

/** Type column of /proc/net/unix for SOCK_DGRAM. */
const DATAGRAM = "0002";

/** So many of a sandbox's sockets are free: pipes of a few child processes, an event loop. */
const FREE_SOCKETS = 64;

/**
 * The most that unix sockets in a process's network can hold in the kernel; what they do hold is told nowhere. Asked of the network,
 * not of descriptors: a connection that nobody has accepted has none, and one that is on its way in a message has none either.
 */
export function unixSocketBytes(pid: number): number {
  let senders = -FREE_SOCKETS;
  for (const [, type] of read(`/proc/${pid}/net/unix`).matchAll(/^\w+: \w+ \w+ \w+ (\w+)/gm)) {
    senders += type === DATAGRAM ? DATAGRAM_SENDERS : 1;
  }
  return Math.max(0, senders) * SEND_BUFFER_BYTES;
}

/** While all networks of the machine together hold less, nobody's part of it is looked up. */
const FREE_INTERNET_BYTES = 16 * 1024 * 1024;
const PAGE_BYTES = 4096;

/** What waits in the TCP and UDP sockets of a process's network. A memory cgroup of version 1 does not count it. */
export function internetSocketBytes(pid: number): number {
  const used = `${read(`/proc/${pid}/net/sockstat`)}${read(`/proc/${pid}/net/sockstat6`)}`;
  const pages = [...used.matchAll(/^(?:TCP|UDP): .*\bmem (\d+)/gm)].map(([, count]) => Number(count));
  if (pages.reduce((sum, count) => sum + count, 0) * PAGE_BYTES < FREE_INTERNET_BYTES) return 0;
  // The kernel walks the whole machine's table to print a network's part of it: not without need.
  return [...used.matchAll(/^(TCP6?|UDP6?): inuse [1-9]/gm)].reduce(
    (sum, [, table]) => sum + queuedBytes(read(`/proc/${pid}/net/${table!.toLowerCase()}`)),
    0,
  );
}

/** `tx_queue:rx_queue` of /proc/net/{tcp,udp}: bytes, in hexadecimal. */
function queuedBytes(table: string): number {
  let bytes = 0;
  for (const [, sent, received] of table.matchAll(/ ([0-9A-F]{8}):([0-9A-F]{8}) /g)) {
    bytes += Number.parseInt(sent!, 16) + Number.parseInt(received!, 16);
  }
  return bytes;
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
