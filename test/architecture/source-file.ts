import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";

/** A file of the checkout: path from the root with forward slashes, and its text. */
export interface ProjectFile {
  readonly path: string;
  readonly text: string;
}

const skippedFolders = new Set([
  "node_modules",
  ".git",
  ".venv",
  ".sectune",
  "dist",
  "coverage",
  "__pycache__",
  ".pytest_cache",
]);
const textFile = /\.(ts|mjs|js|json|ya?ml|md|py|sh|toml|lock|css|html|ndjson|jsonl|txt)$|^\.npmrc$|\/run$/;

/** Reads every text file of the root and below `folders` that people write (installed and built things left out). */
export async function readProject(root: string, folders: readonly string[]): Promise<ProjectFile[]> {
  const files: ProjectFile[] = [];
  for (const folder of folders) {
    const entries = await readdir(join(root, folder), { withFileTypes: true, recursive: true }).catch(
      () => [],
    );
    for (const entry of entries) {
      const path = relative(root, join(entry.parentPath, entry.name)).replaceAll("\\", "/");
      if (!entry.isFile() || !textFile.test(path) || path.split("/").some((part) => skippedFolders.has(part)))
        continue;
      // Others may be writing beside us: a file that is gone by now is not part of the project.
      const text = await readFile(join(root, path), "utf8").catch(() => null);
      if (text !== null) files.push({ path, text });
    }
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}
