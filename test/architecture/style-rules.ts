import { posix } from "node:path";
import { adapterFolders } from "./import-rules.ts";
import type { ProjectFile } from "./source-file.ts";

const kebabCase = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|gen|config))?\.(ts|mjs)$/;
const snakeCase = /^(__[a-z]+__|[a-z0-9]+(_[a-z0-9]+)*)\.py$/;
const emptyWords = /(^|-)(utils?|helpers?|managers?|service|misc|common)(-|\.|$)/;

/** Files whose loader wants a default export. */
const defaultExports = ["vitest.config.ts"];

/** File and folder names: kebab-case (Python modules: snake_case), and no word that says nothing. */
export function nameViolations(files: readonly ProjectFile[]): string[] {
  return files.flatMap(({ path }) => {
    const name = posix.basename(path);
    if (/\.(ts|mjs)$/.test(name) && !kebabCase.test(name)) return [`${path}: file names are kebab-case`];
    const isModule = path.startsWith("worker/") && name.endsWith(".py");
    if (isModule && !snakeCase.test(name)) return [`${path}: Python modules are snake_case`];
    // src/util is the agreed home of code without domain words.
    if (/\.(ts|mjs)$/.test(name) && emptyWords.test(name)) return [`${path}: name it after what it does`];
    return [];
  });
}

/** No default exports, and no barrels: a file of nothing but re-exports (src/index.ts is the package's door). */
export function exportViolations(files: readonly ProjectFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    if (!path.endsWith(".ts")) return [];
    if (/^export default\b/m.test(text) && !defaultExports.includes(path))
      return [`${path}: no default exports`];
    const code = text
      .replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "")
      .replace(/export (type )?(\*|\{[^}]*\})[^;]*from "[^"]*";/g, "");
    const isBarrel = path.startsWith("src/") && code.trim() === "" && /^export/m.test(text);
    return isBarrel && path !== "src/index.ts"
      ? [`${path}: no barrels, import from the file that defines it`]
      : [];
  });
}

/** Most files are under 200 lines, half under 100, none over 500. Counted over src/, generated files left out. */
export function sizeViolations(files: readonly ProjectFile[]): string[] {
  const sizes = files
    .filter(({ path }) => path.startsWith("src/") && path.endsWith(".ts") && !/\.(gen|test)\.ts$/.test(path))
    .map(({ path, text }) => ({ path, lines: text.split("\n").length }))
    .sort((a, b) => a.lines - b.lines);
  if (sizes.length === 0) return [];
  const violations = sizes
    .filter(({ lines }) => lines > 500)
    .map(({ path, lines }) => `${path}: ${lines} lines, at most 500`);
  const median = sizes[Math.floor(sizes.length / 2)]!.lines;
  if (median > 100) violations.push(`the median file of src/ has ${median} lines, at most 100`);
  const long = sizes.filter(({ lines }) => lines > 200);
  if (long.length > sizes.length * 0.1) {
    violations.push(
      `${long.length} of ${sizes.length} files are over 200 lines: ${long.map(({ path }) => path).join(", ")}`,
    );
  }
  return violations;
}

/** Paths and addresses of one person's machine. `machinePaths` are those of the machine that runs the test. */
export function machineViolations(files: readonly ProjectFile[], machinePaths: readonly string[]): string[] {
  return files.flatMap(({ path, text }) => {
    const found = machinePaths.filter((machinePath) => text.includes(machinePath));
    if (/"resolved":\s*"http/.test(text) && path.endsWith("package-lock.json"))
      found.push("download addresses");
    if (/^\s*--?(index-url|extra-index-url|find-links|i |f )/m.test(text) && path.endsWith(".lock"))
      found.push("index addresses");
    return found.map((what) => `${path}: holds ${what}`);
  });
}

/** Shared code never branches on the name of an adapter or recipe: what differs belongs to the adapter. */
export function branchViolations(files: readonly ProjectFile[]): string[] {
  const names = new Set<string>();
  for (const { path } of files) {
    const [top, folder = "", name = ""] = path.split("/");
    if (top !== "src") continue;
    if (adapterFolders.includes(folder) && path.split("/").length > 3) names.add(name);
    if (folder === "recipes" && name.endsWith(".ts") && !name.endsWith(".test.ts"))
      names.add(name.slice(0, -3));
  }
  const shared = /^src\/(core|algorithms|engine|stages|report|app|cli)\//;
  const branch = /(?:[!=]==\s*|\bcase\s+)"([a-z0-9-]+)"/g;
  return files.flatMap(({ path, text }) => {
    if (!shared.test(path) || !path.endsWith(".ts") || /\.(test|gen)\.ts$/.test(path)) return [];
    return [...text.matchAll(branch)]
      .filter(([, name]) => names.has(name!))
      .map(([, name]) => `${path}: branches on the name "${name}"`);
  });
}
