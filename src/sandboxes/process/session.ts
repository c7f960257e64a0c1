import { constants, mkdtempSync } from "node:fs";
import { chmod, mkdir, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import { AppError } from "../../core/error.ts";
import type { ExecSpec, SandboxSpec, Session } from "../../core/sandbox.ts";
import { type PlainRun, runPlain } from "./run.ts";

/** A temporary folder stands for /box. Commands in the foreground run one after another, as in the isolated sandboxes. */
export function openSession(spec: SandboxSpec): Session {
  const box = mkdtempSync(join(tmpdir(), "sectune-process-"));
  const running = new Set<PlainRun>();
  let turn: Promise<unknown> = Promise.resolve();
  let closed = false;
  const begin = (exec: ExecSpec) => {
    if (closed) throw new AppError("internal", "the sandbox session is closed", { boundary: "sandbox" });
    exec.signal?.throwIfAborted();
    const run = runPlain(exec, { ...spec.limits, ...exec.limits }, hostFolder(box, exec.cwd));
    running.add(run);
    const forget = () => running.delete(run);
    run.ended.then(forget, forget);
    return run;
  };
  return {
    exec: (exec) => {
      const next = turn.then(() => begin(exec).ended);
      turn = next.catch(() => {});
      return next;
    },
    start: async (exec) => {
      await turn;
      const run = begin(exec);
      return {
        ended: run.ended,
        kill: async () => {
          run.kill();
          await run.ended.catch(() => {});
        },
      };
    },
    put: async (path, data, options) => {
      const target = below(box, path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, data);
      if (options?.executable) await chmod(target, 0o755);
    },
    get: async (path, options) => readRegular(below(box, path), options?.maxBytes ?? 16 * 1024 * 1024),
    [Symbol.asyncDispose]: async () => {
      closed = true;
      for (const run of running) run.kill();
      await Promise.allSettled([...running].map((run) => run.ended));
      await rm(box, { recursive: true, force: true });
    },
  };
}

function hostFolder(box: string, cwd = "/box"): string {
  return cwd === "/box" || cwd.startsWith("/box/") ? join(box, cwd.slice(4)) : cwd;
}

function below(box: string, path: string): string {
  const bad = path
    .split("/")
    .some((part) => part === "" || part === "." || part === ".." || part.includes("\0"));
  if (!bad && normalize(path) === path) return join(box, path);
  throw new AppError("internal", `"${path}" is not a relative path below /box`, { boundary: "sandbox" });
}

async function readRegular(path: string, maxBytes: number): Promise<Uint8Array | null> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(() => null);
  if (file === null) return null;
  try {
    const stat = await file.stat();
    if (!stat.isFile()) return null;
    if (stat.size > maxBytes) {
      throw new AppError(
        "sandbox-failed",
        `${path} has ${stat.size} bytes, more than the ${maxBytes} asked for`,
        {
          boundary: "sandbox",
        },
      );
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}
