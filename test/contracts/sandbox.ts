import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAppError } from "../../src/core/error.ts";
import type { ExecResult, Sandbox, Session } from "../../src/core/sandbox.ts";

export interface SandboxContractOptions {
  /** Whether resource limits other than time and output are kept. */
  readonly limits: boolean;
  /** Whether sessions are closed against each other and everything of a session ends with it. */
  readonly isolated: boolean;
}

const text = (bytes: Uint8Array | null) => Buffer.from(bytes ?? []).toString();

/** What every sandbox adapter must do, whoever uses it. */
export function sandboxContract(
  name: string,
  make: () => Promise<Sandbox>,
  { limits, isolated }: SandboxContractOptions,
): void {
  describe(`sandbox contract: ${name}`, () => {
    let sandbox: Sandbox;
    beforeAll(async () => {
      sandbox = await make();
    });
    const open: Session[] = [];
    const session = async (...options: Parameters<Sandbox["open"]>) => {
      const opened = await sandbox.open(...options);
      open.push(opened);
      return opened;
    };
    afterAll(async () => {
      await Promise.all(open.map((opened) => opened[Symbol.asyncDispose]()));
    }, 60_000);
    const shell = async (script: string, opened?: Session): Promise<ExecResult> =>
      await (opened ?? (await session())).exec({ argv: ["/bin/sh", "-c", script] });

    it("names itself and what runs inside, always the same", async () => {
      expect(sandbox.name).toBe(name);
      expect(await sandbox.fingerprint()).toBe(await sandbox.fingerprint());
      expect((await sandbox.fingerprint()).length).toBeGreaterThan(3);
    });

    it("tells output, error output and exit code, each for itself", async () => {
      const result = await shell("echo out; echo err >&2; exit 7");
      expect([text(result.stdout), text(result.stderr)]).toEqual(["out\n", "err\n"]);
      expect(result).toMatchObject({
        exitCode: 7,
        signal: null,
        timedOut: false,
        outOfMemory: false,
        truncated: false,
      });
      expect(result.durationMs).toBeGreaterThan(0);
    });

    it.each([0, 1, 2, 124, 125, 126, 127, 128, 255])(
      "does not mistake exit code %i for its own",
      async (code) => {
        expect(await shell(`exit ${code}`)).toMatchObject({ exitCode: code, signal: null, timedOut: false });
      },
    );

    it.each(["SEGV", "KILL", "TERM", "ABRT"])("tells SIG%s by name", async (signal) => {
      expect(await shell(`kill -${signal} $$`)).toMatchObject({
        exitCode: null,
        signal: `SIG${signal}`,
        timedOut: false,
      });
    });

    it("tells a missing program as the shell does: 127", async () => {
      const result = await (await session()).exec({ argv: ["/no/such/program"] });
      expect(result).toMatchObject({ exitCode: 127, signal: null });
    });

    it("passes arguments and input unchanged, bytes included", async () => {
      const opened = await session();
      const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7) % 256);
      const result = await opened.exec({ argv: ["/bin/cat"], stdin: bytes });
      expect(Buffer.compare(result.stdout, bytes)).toBe(0);
      const echoed = await opened.exec({ argv: ["/bin/echo", "a b", "$HOME", "'\"\\", "é\n✓"] });
      expect(text(echoed.stdout)).toBe("a b $HOME '\"\\ é\n✓\n");
    });

    it("streams input and output on request, and the result holds none of it", async () => {
      const chunks: Uint8Array[] = [];
      const input = async function* () {
        for (let part = 0; part < 50; part++) yield Buffer.alloc(10_000, part);
      };
      const result = await (await session()).exec({
        argv: ["/bin/cat"],
        stdin: input(),
        onOutput: async (_, chunk) => {
          await new Promise(setImmediate);
          chunks.push(chunk);
        },
      });
      expect(result).toMatchObject({ exitCode: 0, truncated: false });
      expect(result.stdout).toHaveLength(0);
      expect(Buffer.concat(chunks)).toHaveLength(500_000);
    });

    it("survives a program that does not read its input", async () => {
      const result = await (await session()).exec({ argv: ["/bin/true"], stdin: Buffer.alloc(5_000_000) });
      expect(result.exitCode).toBe(0);
    });

    it("gives the program the environment asked for and nothing of ours", async () => {
      process.env.SECTUNE_CONTRACT_SECRET = "ours";
      const opened = await session();
      const result = await opened.exec({ argv: ["/usr/bin/env"], env: { GIVEN: "yes" } });
      delete process.env.SECTUNE_CONTRACT_SECRET;
      expect(text(result.stdout)).toContain("GIVEN=yes\n");
      expect(text(result.stdout)).toMatch(/^PATH=/m);
      expect(text(result.stdout)).not.toContain("SECTUNE");
    });

    it("kills on time and says so", async () => {
      const result = await (await session()).exec({ argv: ["/bin/sleep", "30"], limits: { wallMs: 700 } });
      expect(result).toMatchObject({ exitCode: null, signal: "SIGKILL", timedOut: true, outOfMemory: false });
      expect(result.durationMs).toBeLessThan(15_000);
    });

    it("cuts output and says so", async () => {
      const result = await (await session()).exec({ argv: ["/usr/bin/yes"], limits: { outputBytes: 5000 } });
      expect(result).toMatchObject({ truncated: true, timedOut: false, exitCode: null, signal: "SIGKILL" });
      expect(result.stdout).toHaveLength(5000);
    });

    it("does not cut output of exactly the limit", async () => {
      const result = await (await session()).exec({
        argv: ["/usr/bin/head", "-c", "5000", "/dev/zero"],
        limits: { outputBytes: 5000 },
      });
      expect(result).toMatchObject({ truncated: false, exitCode: 0 });
    });

    it("puts and gets files, also with folders, bytes and the executable bit", async () => {
      const opened = await session();
      const bytes = Uint8Array.of(0, 255, 10, 13, 128);
      const long = `${"d".repeat(60)}/${"e".repeat(60)}/ünïcode name`;
      await opened.put("a/b/c.bin", bytes);
      await opened.put(long, "long");
      await opened.put("run.sh", '#!/bin/sh\ncat a/b/c.bin > copied; cat "$1"', { executable: true });
      const result = await opened.exec({ argv: ["./run.sh", long] });
      expect(text(result.stdout)).toBe("long");
      expect([...((await opened.get("copied")) ?? [])]).toEqual([...bytes]);
      expect([...((await opened.get("a/b/c.bin")) ?? [])]).toEqual([...bytes]);
      expect(await opened.get("a/b")).toBeNull();
      expect(await opened.get("missing")).toBeNull();
    });

    it("replaces a file by putting it again", async () => {
      const opened = await session();
      await opened.put("f", "one");
      expect(text((await shell("cat f", opened)).stdout)).toBe("one");
      await opened.put("f", "two");
      expect(text((await shell("cat f; ls", opened)).stdout)).toBe("twof\n");
    });

    it("refuses paths that leave /box", async () => {
      const opened = await session();
      for (const path of ["../x", "/etc/x", "a/../../x", "", "a//b", "a\0b"]) {
        await expect(async () => await opened.put(path, "x")).rejects.toThrow();
        await expect(async () => await opened.get(path)).rejects.toThrow();
      }
    });

    it("refuses to read more than asked for", async () => {
      const opened = await session();
      await shell("head -c 2000 /dev/zero > big", opened);
      await expect(opened.get("big", { maxBytes: 1999 })).rejects.toSatisfy(isAppError);
      expect(await opened.get("big", { maxBytes: 2000 })).toHaveLength(2000);
    });

    it("never reads through a link", async () => {
      const opened = await session();
      await shell("ln -s /etc/hostname link", opened);
      expect(await opened.get("link")).toBeNull();
    });

    it("keeps files from one command to the next", async () => {
      const opened = await session();
      await shell("mkdir -p d && echo kept > d/f && ln -s f d/link", opened);
      expect(text((await shell("cat d/f d/link; echo more >> d/f", opened)).stdout)).toBe("kept\nkept\n");
      expect(text(await opened.get("d/f"))).toBe("kept\nmore\n");
    });

    it("runs commands of one session in turn, of many sessions at once", async () => {
      const opened = await session();
      const results = await Promise.all(
        [1, 2, 3].map((n) => shell(`echo ${n} >> log; sleep 0.05; cat log`, opened)),
      );
      expect(results.map(({ stdout }) => text(stdout))).toEqual(["1\n", "1\n2\n", "1\n2\n3\n"]);
      const many = await Promise.all([...Array(8).keys()].map((n) => shell(`echo ${n}`)));
      expect(many.map(({ stdout }) => text(stdout))).toEqual([...Array(8).keys()].map((n) => `${n}\n`));
    });

    it("runs a background process beside later commands, in the same files", async () => {
      const opened = await session();
      await opened.put("seed", "42");
      const background = await opened.start({
        argv: ["/bin/sh", "-c", "cat seed > copy; echo up > state; sleep 60"],
      });
      for (let turn = 0; turn < 100 && (await opened.get("state")) === null; turn++) await wait(20);
      expect(text((await shell("cat state copy; echo down > state", opened)).stdout)).toBe("up\n42");
      await background.kill();
      expect(await background.ended).toMatchObject({ exitCode: null, signal: "SIGKILL" });
      expect(text(await opened.get("state"))).toBe("down\n");
    });

    it("ends background processes with the session", async () => {
      const opened = await sandbox.open();
      const background = await opened.start({ argv: ["/bin/sleep", "60"] });
      await opened[Symbol.asyncDispose]();
      expect(await background.ended).toMatchObject({ exitCode: null, signal: "SIGKILL" });
      await expect(async () => await opened.exec({ argv: ["/bin/true"] })).rejects.toThrow();
    });

    it("stops on abort with the reason of the signal", async () => {
      const opened = await session();
      const controller = new AbortController();
      const { signal } = controller;
      setTimeout(() => controller.abort(new Error("enough")), 300);
      await expect(opened.exec({ argv: ["/bin/sleep", "30"], signal })).rejects.toThrow("enough");
      await expect(opened.exec({ argv: ["/bin/true"], signal })).rejects.toBe(signal.reason);
      expect((await shell("exit 3", opened)).exitCode).toBe(3);
    });

    describe.runIf(limits)("limits", () => {
      it("kills for memory and says so", async () => {
        const result = await (await session()).exec({
          argv: [
            "/usr/bin/python3",
            "-I",
            "-S",
            "-c",
            "x = bytearray(b'x' * (400 << 20)); import time; time.sleep(5)",
          ],
          limits: { memoryBytes: 100 * 1024 * 1024 },
        });
        expect(result).toMatchObject({ signal: "SIGKILL", outOfMemory: true, timedOut: false });
      });

      it("gives no more space than asked for", async () => {
        const opened = await session({ limits: { diskBytes: 1024 * 1024 } });
        const result = await shell("head -c 3000000 /dev/zero > f; wc -c < f", opened);
        expect(Number(text(result.stdout))).toBeLessThanOrEqual(1024 * 1024);
      });

      it("ends endless computing by processor time", async () => {
        const result = await (await session()).exec({
          argv: ["/bin/sh", "-c", "while :; do :; done"],
          limits: { cpuSeconds: 1, wallMs: 25_000 },
        });
        expect(result).toMatchObject({ exitCode: null, signal: "SIGXCPU", timedOut: true });
      });
    });

    describe.runIf(isolated)("isolation", () => {
      it("has no network but a loopback that works", async () => {
        const result = await shell("tail -n +3 /proc/net/dev | grep -v ' lo:'; ls /box /tmp");
        expect(
          text(result.stdout)
            .replaceAll(/^\/(box|tmp):$/gm, "")
            .trim(),
        ).toBe("");
      });

      it("shares a private network between sessions, and nothing else", async () => {
        await using network = await sandbox.network();
        await using server = await sandbox.open({ network });
        await using client = await sandbox.open({ network });
        await using stranger = await sandbox.open();
        await server.put("index.html", "served");
        const process = await server.start({ argv: ["/usr/bin/python3", "-m", "http.server", "8000"] });
        const script = `import time, urllib.request, os
for turn in range(100):
    try: print(urllib.request.urlopen("http://127.0.0.1:8000/", timeout=1).read().decode()); break
    except OSError: time.sleep(0.05)
print(os.path.exists("index.html"), len([p for p in os.listdir("/proc") if p.isdigit()]) < 5)`;
        const argv = ["/usr/bin/python3", "-c", script] as const;
        expect(text((await client.exec({ argv })).stdout)).toBe("served\nFalse True\n");
        const apart = await stranger.exec({ argv: ["/usr/bin/python3", "-c", script.replace("100", "1")] });
        expect(text(apart.stdout)).toBe("False True\n");
        await process.kill();
      });
    });
  });
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
