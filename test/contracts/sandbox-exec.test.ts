import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { buffer, text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { parseLimits } from "../../src/app/sandbox-limits.ts";

const main = new URL("../../src/cli/main.ts", import.meta.url).pathname;

describe("sectune sandbox exec", () => {
  it.each([
    ["the command's own exit code", ["--", "/bin/sh", "-c", "exit 7"], 7],
    ["an exit code that looks like a time-out", ["--", "/bin/sh", "-c", "exit 124"], 124],
    ["128 + n after a signal", ["--", "/bin/sh", "-c", "kill -SEGV $$"], 139],
    ["124 on time-out", ["--limit", "wall=300ms", "--", "/bin/sleep", "20"], 124],
    ["127 for a program that is not there", ["--", "no-such-program"], 127],
    ["125 when the sandbox failed", ["--sandbox", "docker", "--", "true"], 125],
    ["2 for a wrong limit", ["--limit", "wal=3s", "--", "true"], 2],
    ["2 without a command", [], 2],
    ["2 for the unsafe adapter without the flag", ["--sandbox", "process", "--", "true"], 2],
    [
      "the plain process with the flag",
      ["--sandbox", "process", "--unsafe", "--", "/bin/sh", "-c", "exit 5"],
      5,
    ],
  ])("gives %s", async (_, args, code) => {
    // No docker command line: the adapter fails wherever the test runs.
    const { exitCode } = await run(args, undefined, { PATH: "/nowhere" });
    expect(exitCode).toBe(code);
  });

  it("gives 125 when this machine has no place for what a sandbox needs", async () => {
    const { exitCode, stderr } = await run(["--", "true"], undefined, { TMPDIR: "/nowhere" });
    expect(stderr).toContain("the sandbox failed");
    expect(exitCode).toBe(125);
  });

  it("passes large binary input and output unchanged", async () => {
    const data = randomBytes(20_000_000);
    const { exitCode, stdout } = await run(
      ["--limit", "output=64M", "--limit", "wall=60s", "--", "cat"],
      data,
    );
    expect(exitCode).toBe(0);
    expect(digest(stdout)).toBe(digest(data));
  }, 90_000);

  it("tells on stderr when output was cut", async () => {
    const { exitCode, stdout, stderr } = await run(["--limit", "output=1K", "--", "yes"]);
    expect([exitCode, stdout.length]).toEqual([137, 1024]);
    expect(stderr).toMatch(/output .* cut/);
  });
});

it("a terminal's Ctrl-C, which goes to the whole process group, does not reach what runs in the sandbox", async () => {
  const adapter = new URL("../../src/sandboxes/bubblewrap/index.ts", import.meta.url).href;
  const script = `
    import { sandbox } from ${JSON.stringify(adapter)};
    process.on("SIGINT", () => {});
    await using session = await (await sandbox.create(sandbox.config.parse({}), {})).open();
    const argv = ["/bin/sh", "-c", "echo started; sleep 1; exit 7"];
    const onOutput = (_, chunk) => void process.stdout.write(chunk);
    for (let round = 0; round < 2; round++) console.log((await session.exec({ argv, onOutput })).exitCode);
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  for await (const chunk of child.stdout) {
    said += chunk;
    if (String(chunk).includes("started")) process.kill(-child.pid!, "SIGINT");
  }
  expect(said).toBe("started\n7\nstarted\n7\n");
}, 60_000);

describe("--limit", () => {
  it("reads units", () => {
    expect(
      parseLimits(["wall=1.5s", "cpu=3", "memory=256M", "disk=1G", "files=5k", "output=10", "processes=8"]),
    ).toEqual({
      wallMs: 1500,
      cpuSeconds: 3,
      memoryBytes: 256 * 1024 * 1024,
      diskBytes: 1024 ** 3,
      files: 5000,
      outputBytes: 10,
      processes: 8,
    });
  });

  it.each(["wall", "wall=", "wall=0", "wall=-1s", "memory=1X", "toString=1", "=5", "wall=5s5"])(
    "refuses %s",
    (limit) => {
      expect(() => parseLimits([limit])).toThrow(/--limit/);
    },
  );
});

async function run(args: readonly string[], input?: Uint8Array, env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [main, "sandbox", "exec", ...args], {
    env: { ...process.env, ...env },
  });
  child.stdin.on("error", () => {}); // a command that does not read
  child.stdin.end(input);
  const exited = new Promise<number | null>((resolve) => child.on("close", resolve));
  const [stdout, stderr] = await Promise.all([buffer(child.stdout), text(child.stderr)]);
  return { exitCode: await exited, stdout, stderr };
}

function digest(data: Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}
