import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { access, constants, readFile, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { messageOf } from "../core/error.ts";
import { EMBEDDED_MODEL } from "./checkpoints.ts";
import type { Component } from "./doctor.ts";
import { packageRoot } from "./package-root.ts";

const minimumNode = 24;
/** Room for the embedded default's store and checkpoints, with plenty to spare. */
const minimumFreeBytes = 2 * 1024 ** 3;

/** What does not depend on adapters: Node, npm packages, compilers, GPU, disk, store, the embedded checkpoint. */
export async function machineComponents(store: string): Promise<Component[]> {
  return Promise.all([
    nodeComponent(),
    npmPackages(),
    program(
      "gcc",
      ["--version"],
      "needed for tinytasks in C: answers cannot be compiled",
      "apt-get install -y --no-install-recommends gcc libc6-dev",
    ),
    gpu(),
    diskSpace(store),
    storeWritable(store),
    embeddedCheckpoint(),
  ]);
}

async function nodeComponent(): Promise<Component> {
  const recent = Number(process.versions.node.split(".")[0]) >= minimumNode;
  const base = { group: "machine", name: "node", version: process.versions.node };
  return recent
    ? { ...base, state: "ok" }
    : { ...base, state: "missing", detail: `Node ${minimumNode} or newer is needed`, hint: "npm run setup" };
}

/** A checkout is compared with its lock file; an installed package came with its dependencies. */
async function npmPackages(): Promise<Component> {
  const base = { group: "machine", name: "npm packages" };
  const lock = await readText(join(packageRoot, "package-lock.json"));
  if (lock === null) return { ...base, state: "ok", detail: "installed with the package" };
  const stamp = await readText(join(packageRoot, "node_modules", ".sectune-stamp"));
  if (stamp === createHash("sha256").update(lock).digest("hex")) {
    return { ...base, state: "ok", detail: "as package-lock.json says" };
  }
  return { ...base, state: "missing", detail: "not those of package-lock.json", hint: "npm run setup" };
}

async function program(name: string, argv: string[], without: string, hint: string): Promise<Component> {
  try {
    const { stdout } = await promisify(execFile)(name, argv, { timeout: 10_000 });
    return { group: "machine", name, state: "ok", version: stdout.split("\n")[0]!.trim() };
  } catch {
    return { group: "machine", name, state: "optional", detail: `not found: ${without}`, hint };
  }
}

async function gpu(): Promise<Component> {
  const base = { group: "machine", name: "GPU" };
  try {
    const query = ["--query-gpu=name,memory.total", "--format=csv,noheader"];
    const { stdout } = await promisify(execFile)("nvidia-smi", query, { timeout: 10_000 });
    const names = stdout.trim().split("\n");
    return { ...base, state: "ok", detail: names.join("; ") };
  } catch {
    return { ...base, state: "optional", detail: "no NVIDIA GPU: models run on the CPU" };
  }
}

async function diskSpace(store: string): Promise<Component> {
  const base = { group: "machine", name: "disk space" };
  const { bavail, bsize } = await statfs(await existingParent(store));
  const free = bavail * bsize;
  const detail = `${(free / 1024 ** 3).toFixed(1)} GiB free for the store`;
  if (free >= minimumFreeBytes) return { ...base, state: "ok", detail };
  return { ...base, state: "missing", detail, hint: "free some, or use another folder: SECTUNE_HOME=DIR" };
}

async function storeWritable(store: string): Promise<Component> {
  const folder = await existingParent(store);
  try {
    await access(folder, constants.W_OK);
    return { group: "machine", name: "store", state: "ok", detail: store };
  } catch (error) {
    const detail = `${folder} cannot be written: ${messageOf(error)}`;
    return {
      group: "machine",
      name: "store",
      state: "missing",
      detail,
      hint: "use another folder: SECTUNE_HOME=DIR",
    };
  }
}

async function embeddedCheckpoint(): Promise<Component> {
  const base = { group: "machine", name: EMBEDDED_MODEL };
  const folder = join(packageRoot, "assets", EMBEDDED_MODEL);
  try {
    for (const file of ["config.json", "model.safetensors", "tokenizer.json"]) {
      await access(join(folder, file), constants.R_OK);
    }
    return { ...base, state: "ok", detail: "the embedded model" };
  } catch (error) {
    return {
      ...base,
      state: "missing",
      detail: messageOf(error),
      hint: "the checkout is incomplete: git checkout assets",
    };
  }
}

/** The folder itself, or the nearest parent that exists: where it would be made. */
async function existingParent(folder: string): Promise<string> {
  try {
    await access(folder);
    return folder;
  } catch {
    const parent = dirname(folder);
    return parent === folder ? folder : existingParent(parent);
  }
}

async function readText(path: string): Promise<string | null> {
  return readFile(path, "utf8").catch(() => null);
}
