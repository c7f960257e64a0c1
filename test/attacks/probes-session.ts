import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Sandbox, Session } from "../../src/core/sandbox.ts";
import type { AttackContext } from "./probe.ts";

/** Attacks on the host's side of a session. Each returns what was breached, or undefined. */
export interface SessionProbe {
  readonly name: string;
  readonly run: (sandbox: Sandbox, context: AttackContext) => Promise<string | undefined>;
}

export const sessionProbes: readonly SessionProbe[] = [
  {
    name: "make the host read through a link",
    run: (sandbox, context) =>
      withSession(sandbox, async (session) => {
        await shell(
          session,
          `ln -s ${context.bait} link; ln -s / folder; ln -s /proc/1/root proc; ln ${context.bait} hard`,
        );
        for (const path of [
          "link",
          `folder${context.bait}`,
          `proc${context.bait}`,
          "folder/etc/passwd",
          "hard",
        ]) {
          const found = await session.get(path);
          if (found !== null) return `${path}: ${found.length} bytes`;
        }
        return undefined;
      }),
  },
  {
    name: "make the host read a link that a race puts in place of a file",
    run: (sandbox, context) =>
      withSession(sandbox, async (session) => {
        await using _ = {
          process: await session.start({
            argv: ["/bin/sh", "-c", `while :; do echo x > f; ln -sf ${context.bait} f; rm f; done`],
            limits: { wallMs: 5000 },
          }),
          async [Symbol.asyncDispose]() {
            await this.process.kill();
          },
        };
        for (let turn = 0; turn < 300; turn++) {
          const found = await session.get("f");
          if (found && Buffer.from(found).includes(context.secret)) return "read the bait";
          await new Promise(setImmediate);
        }
        return undefined;
      }),
  },
  {
    name: "make the host hang on a pipe or a device",
    run: (sandbox) =>
      withSession(sandbox, async (session) => {
        await shell(session, "mkfifo pipe; mkdir folder; ln -s /dev/zero zero");
        for (const path of ["pipe", "folder", "zero"]) if ((await session.get(path)) !== null) return path;
        return undefined;
      }),
  },
  {
    name: "make the host write through a link",
    run: (sandbox, context) =>
      withSession(sandbox, async (session) => {
        await shell(session, `ln -s ${dirname(context.bait)} folder; ln -s ${context.bait} file`);
        await session.put("folder/planted", "x");
        await session.put("file", "overwritten");
        await shell(session, "true");
        if (existsSync(join(dirname(context.bait), "planted"))) return "planted a file";
        return readFileSync(context.bait, "utf8").includes(context.secret) ? undefined : "overwrote the bait";
      }),
  },
  {
    name: "keep the grader from putting its files in place",
    run: (sandbox) =>
      withSession(sandbox, async (session) => {
        await session.put("tests/check.sh", "echo honest");
        await shell(
          session,
          "rm -rf tests; echo 'echo forged' > forged; mkdir tests; ln -s ../forged tests/check.sh; chmod 400 tests forged",
        );
        await session.put("tests/check.sh", "echo honest");
        try {
          const output = await shell(session, "sh tests/check.sh");
          return output.includes("honest") ? undefined : output;
        } catch {
          return undefined; // refusing is an answer too; running the forged one is not
        }
      }),
  },
  {
    name: "reach another session",
    run: async (sandbox) => {
      await using one = await sandbox.open();
      await using two = await sandbox.open();
      await using server = {
        process: await one.start({
          argv: [
            "/usr/bin/python3",
            "-I",
            "-c",
            "import socket,time\nopen('/dev/shm/s','w').write('x'); open('/tmp/s','w').write('x'); open('/box/s','w').write('x')\n" +
              "a=socket.socket(socket.AF_UNIX); a.bind('\\0sectune-other'); a.listen()\n" +
              "b=socket.create_server(('127.0.0.1',5999)); open('/box/up','w'); time.sleep(20)",
          ],
        }),
        async [Symbol.asyncDispose]() {
          await this.process.kill();
        },
      };
      for (let turn = 0; turn < 100 && (await one.get("up")) === null; turn++)
        await new Promise((r) => setTimeout(r, 20));
      if ((await one.get("up")) === null) throw new Error("the other session did not start");
      const output = await shell(
        two,
        `ls /dev/shm/s /tmp/s /box/s && echo BREACH; ls -d /proc/[0-9]* | wc -l; python3 -I -c "
import socket
for family, address in ((socket.AF_UNIX, '\\0sectune-other'), (socket.AF_INET, ('127.0.0.1', 5999))):
    try: socket.socket(family).connect(address); print('BREACH', address)
    except OSError: pass
" `,
      );
      void server;
      return output.includes("BREACH") ? output : undefined;
    },
  },
  {
    name: "run with the rights of root",
    run: (sandbox) =>
      withSession(sandbox, async (session) => {
        const marker = `96.${process.pid}`;
        const background = await session.start({ argv: ["/bin/sleep", marker] });
        const uids = hostProcesses(marker).map(
          (pid) => /^Uid:\s+(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1],
        );
        await background.kill();
        if (uids.length === 0) throw new Error("the process was not found");
        return uids.some((uid) => uid?.split(/\s+/).includes("0")) ? uids.join() : undefined;
      }),
  },
  {
    name: "outlive the session",
    run: async (sandbox) => {
      const marker = `95.${process.pid}`;
      const session = await sandbox.open();
      await session.start({
        argv: ["/bin/sh", "-c", `trap '' TERM INT; setsid sleep ${marker} & sleep ${marker}`],
      });
      await session[Symbol.asyncDispose]();
      return hostProcesses(marker).length === 0 ? undefined : "still running";
    },
  },
];

/** Processes of the host whose command line has this argument; zombies have none. */
export function hostProcesses(argument: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(argument);
      } catch {
        return false;
      }
    })
    .map(Number);
}

async function withSession<Value>(
  sandbox: Sandbox,
  work: (session: Session) => Promise<Value>,
): Promise<Value> {
  await using session = await sandbox.open();
  return await work(session);
}

async function shell(session: Session, script: string): Promise<string> {
  const result = await session.exec({ argv: ["/bin/sh", "-c", script] });
  return Buffer.from(result.stdout).toString();
}
