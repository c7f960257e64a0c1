import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** The command that fills the tools folder. */
export const TOOLS_HINT = "npm run setup:tools";

/**
 * Folder with tools that run inside the sandbox: `SECTUNE_TOOLS`, else a fixed place outside of checkout and (for root) home.
 * `scripts/setup-tools.mjs` holds the same rule.
 */
export function toolsFolder(env: Readonly<Record<string, string | undefined>>): string {
  if (env.SECTUNE_TOOLS) return env.SECTUNE_TOOLS;
  return process.getuid?.() === 0 ? "/opt/sectune-tools" : join(homedir(), ".local/share/sectune-tools");
}

/**
 * The folder on the way to `path` that other users may not enter, or undefined. Root's sandbox runs as another user, so one such
 * folder hides the tools from it; an ordinary user's sandbox runs as that user.
 */
export async function privateFolderAbove(path: string): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (let at = path; at !== dirname(at); at = dirname(at)) {
    if (((await stat(at)).mode & 0o5) !== 0o5) return at;
  }
  return undefined;
}
