import { join, resolve } from "node:path";

export interface Command {
  readonly file: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export const root = resolve(import.meta.dirname, "..", "..");

/** A program of node_modules/.bin; with-node has put the right Node first on PATH. */
export function tool(name: string, ...argv: string[]): Command {
  return { file: join(root, "node_modules", ".bin", name), argv, cwd: root, env: {} };
}

export function node(script: string, ...argv: string[]): Command {
  return { file: process.execPath, argv: [script, ...argv], cwd: root, env: {} };
}

/** The worker's Python, in the worker's folder, kept off the network. */
export function workerPython(...argv: string[]): Command {
  return {
    file: process.env.SECTUNE_PYTHON ?? join(root, ".venv", "worker", "bin", "python"),
    argv,
    cwd: join(root, "worker"),
    env: { HF_HUB_OFFLINE: "1", HF_HUB_DISABLE_TELEMETRY: "1" },
  };
}
