import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");
const launcher = join(root, "scripts", "with-node.mjs");
const entry = join(root, "test", "fixtures", "launcher", "entry.ts");
const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

/** The Nodes to start the launcher with: this one, which runs the entry itself, and an older one, which starts the installed. */
const nodes: [string, string][] = [["a new Node", process.execPath]];
const older = findOlderNode();
if (older !== undefined) nodes.push(["an older Node", older]);

describe.each(nodes)("with-node started by %s", (_, node) => {
  it("runs the entry with Node 24 or newer, first on PATH, with its arguments", async () => {
    const { code, output } = await run(node, ["show", "a b", "--c"]);
    const shown = JSON.parse(output) as { rest: string[]; major: number; firstOnPath: string };
    expect(code).toBe(0);
    expect(shown.rest).toEqual(["a b", "--c"]);
    expect(shown.major).toBeGreaterThanOrEqual(24);
    const version = execFileSync(join(shown.firstOnPath, "node"), ["--version"], { encoding: "utf8" });
    expect(Number(version.slice(1).split(".")[0])).toBe(shown.major);
  });

  it("gives the entry's exit code and passes stdin through", async () => {
    expect((await run(node, ["exit", "7"])).code).toBe(7);
    expect((await run(node, ["cat"], "hello")).output).toBe("hello");
  });

  it("passes one interrupt on as one", async () => {
    const child = start(node, ["wait", "politely"]);
    await until(child, "ready");
    child.kill("SIGINT");
    const { code, output } = await ended(child);
    expect(output).toContain("stopping; again to stop now\naborted\n");
    expect(code).toBe(130);
  });

  it("stops at once at the second", async () => {
    const child = start(node, ["wait"]);
    await until(child, "ready");
    child.kill("SIGINT");
    await until(child, "aborted");
    await sleep(150);
    child.kill("SIGINT");
    expect((await ended(child)).code).toBe(130);
  });

  it("takes the entry with it when it is killed", async () => {
    const child = start(node, ["wait"]);
    const pid = Number(/ready (\d+)/.exec(await until(child, "\n"))![1]);
    child.kill("SIGKILL");
    await expect.poll(() => isAlive(pid), { timeout: 5000 }).toBe(false);
  });
});

interface Output {
  text: string;
}
const outputs = new WeakMap<ChildProcess, Output>();

function start(node: string, argv: string[]): ChildProcess {
  const child = spawn(node, [launcher, entry, ...argv], { stdio: ["pipe", "pipe", "inherit"] });
  const output = { text: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output.text += text;
  });
  outputs.set(child, output);
  started.push(child);
  return child;
}

async function run(node: string, argv: string[], input = "") {
  const child = start(node, argv);
  child.stdin!.end(input);
  return ended(child);
}

function ended(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  return new Promise((done) => {
    child.on("close", (code) => done({ code, output: outputs.get(child)!.text }));
  });
}

async function until(child: ChildProcess, text: string): Promise<string> {
  await expect.poll(() => outputs.get(child)!.text, { timeout: 10_000 }).toContain(text);
  return outputs.get(child)!.text;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function findOlderNode(): string | undefined {
  for (const folder of (process.env.PATH ?? "").split(":")) {
    const candidate = join(folder, "node");
    if (folder === "" || dirname(process.execPath) === folder) continue;
    try {
      const version = execFileSync(candidate, ["--version"], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      });
      const major = Number(version.slice(1).split(".")[0]);
      if (major >= 20 && major < 24) return candidate;
    } catch {
      // no Node there
    }
  }
  return undefined;
}
