import { access, constants, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join, resolve } from "node:path";

/** Path of a program as a shell would find it (with a slash: that file; else along `PATH`), or null. */
export async function findExecutable(name: string, searchPath: string | undefined): Promise<string | null> {
  if (name.includes("/")) return (await isExecutable(name)) ? resolve(name) : null;
  for (const folder of (searchPath ?? "").split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const path = join(folder, name);
    if (await isExecutable(path)) return path;
  }
  return null;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
