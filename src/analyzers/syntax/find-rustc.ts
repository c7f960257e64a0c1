import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Services } from "../../core/adapter.ts";
import { findExecutable } from "../../util/find-executable.ts";
import { privateFolderAbove, toolsFolder } from "../../util/tools-folder.ts";
import type { Checker } from "./checker.ts";
import { rustc } from "./compilers.ts";

/** The checker, or why there is none. */
export type FoundRustc = { readonly checker: Checker } | { readonly reason: string };

/**
 * Looks where the sandbox can look: the system's folders, `rust/` in the tools folder, then the toolchain behind the user's own
 * `rustc`. That one is mostly rustup's, below the home, which root's sandbox may not enter.
 */
export async function findRustc(env: Services["env"]): Promise<FoundRustc> {
  const system = await findExecutable("rustc", "/usr/local/bin:/usr/bin:/bin");
  if (system !== null) return { checker: rustc(system, undefined) };
  const inTools = join(toolsFolder(env), "rust");
  const folder = (await isToolchain(inTools)) ? inTools : await sysroot(env);
  if (folder === null) return { reason: "rustc is not installed" };
  const hidden = await privateFolderAbove(folder);
  if (hidden === undefined) return { checker: rustc(join(folder, "bin/rustc"), [folder]) };
  return {
    reason: `rustc lies below ${hidden}, which the sandbox's user may not enter; copy its toolchain to ${inTools}`,
  };
}

async function isToolchain(folder: string): Promise<boolean> {
  return (await findExecutable(join(folder, "bin/rustc"), undefined)) !== null;
}

/** Folder of the toolchain that the user's `rustc` stands for. */
async function sysroot(env: Services["env"]): Promise<string | null> {
  const program = await findExecutable("rustc", env.PATH);
  if (program === null) return null;
  try {
    const options = { env: { PATH: env.PATH, HOME: env.HOME }, timeout: 30_000 };
    const { stdout } = await promisify(execFile)(program, ["--print", "sysroot"], options);
    return (await isToolchain(stdout.trim())) ? stdout.trim() : null;
  } catch {
    return null;
  }
}
