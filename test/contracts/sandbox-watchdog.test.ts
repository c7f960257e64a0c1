import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { Services } from "../../src/core/adapter.ts";
import { sandbox as bubblewrap } from "../../src/sandboxes/bubblewrap/index.ts";

const sandbox = await bubblewrap.create(bubblewrap.config.parse({ cgroups: "off" }), {} as Services);

it("runs in a session of its own, not to wait for the launcher's neighbours", async () => {
  await run("pass", 1000);
  const [watchdog] = watchdogs();
  expect(watchdog?.session).toBe(watchdog?.pid);
});

it("is replaced when it dies, and the next one goes on with what runs", async () => {
  await run("pass", 1000);
  const [first] = watchdogs();
  const bomb = run("import time; time.sleep(1); x = bytearray(b'x' * (400 << 20)); time.sleep(8)", 100);
  await new Promise((resolve) => setTimeout(resolve, 500));
  process.kill(first?.pid ?? 0, "SIGKILL");
  expect(await bomb).toMatchObject({ signal: "SIGKILL", outOfMemory: true, timedOut: false });
  expect(watchdogs().map(({ pid }) => pid)).not.toContain(first?.pid);
});

it("charges nothing for the sockets of an ordinary server", async () => {
  const script = `
import socket
server = socket.create_server(("127.0.0.1", 0), backlog=128)
server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
clients = [socket.create_connection(server.getsockname()) for _ in range(40)]
pairs = [socket.socketpair() for _ in range(20)]
import time; time.sleep(0.3)
for client in clients: client.sendall(b"x" * 1000)
print(sum(len(server.accept()[0].recv(1000)) for _ in clients))`;
  expect(await run(script, 64)).toMatchObject({ exitCode: 0, outOfMemory: false });
});

async function run(code: string, memoryMib: number) {
  await using session = await sandbox.open({ limits: { memoryBytes: memoryMib * 1024 * 1024 } });
  return await session.exec({ argv: ["/usr/bin/python3", "-I", "-S", "-c", code] });
}

/** Watchdogs that this process started. */
function watchdogs(): { pid: number; session: number }[] {
  return readdirSync("/proc").flatMap((name) => {
    try {
      if (!readFileSync(`/proc/${name}/cmdline`, "utf8").includes("watchdog-process")) return [];
      const stat = readFileSync(`/proc/${name}/stat`, "latin1");
      const [, parent, , session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return Number(parent) === process.pid ? [{ pid: Number(name), session: Number(session) }] : [];
    } catch {
      return []; // not a process, or gone
    }
  });
}
