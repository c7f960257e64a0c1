import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join, relative } from "node:path";
import { AppError, messageOf } from "../../core/error.ts";
import { contentHash, sha256 } from "../../util/hash.ts";

/** Rules of the user's own, as they are copied into the sandbox. */
export interface UserRules {
  /** Path inside. */
  readonly path: string;
  readonly files: readonly { readonly name: string; readonly data: Uint8Array }[];
  /** Part of every key. */
  readonly hash: string;
}

/** Reads a file of rules, or a folder of them. Throws AppError `config-invalid`. */
export async function readUserRules(path: string): Promise<UserRules> {
  try {
    const single = (await stat(path)).isFile();
    const names = single
      ? [path]
      : (await readdir(path, { recursive: true, withFileTypes: true }))
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name))
          .sort();
    const files = await Promise.all(
      names.map(async (name) => ({
        name: single ? `rules${extname(name)}` : `rules/${relative(path, name)}`,
        data: await readFile(name),
      })),
    );
    const hash = contentHash(files.map(({ name, data }) => [name, sha256(data)])).slice(0, 16);
    // semgrep puts the folders above a file of rules before their ids.
    return { path: single ? `/box/${files[0]!.name}` : "/box/rules", files, hash };
  } catch (error) {
    throw new AppError("config-invalid", `the rules in ${path} cannot be read: ${messageOf(error)}`, {
      boundary: "config",
      cause: error,
    });
  }
}
