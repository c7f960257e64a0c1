import { posix } from "node:path";
import type { ProjectFile } from "./source-file.ts";

/** Folders below src/ that hold adapters: one folder per adapter, and adapters never import each other. */
export const adapterFolders = [
  "models",
  "sandboxes",
  "benchmarks",
  "datasets",
  "trainers",
  "embedders",
  "analyzers",
  "rewards",
];

/** Who may import whom, by the folder below src/. Everyone may import util and core; a folder may always import itself. */
export const allowedEdges: Readonly<Record<string, readonly string[]>> = {
  util: [],
  core: ["util"],
  algorithms: ["core", "util"],
  "worker-client": ["core", "util"],
  prompts: ["core", "util"],
  adapter: ["core", "algorithms", "worker-client", "prompts", "util"],
  stages: ["core", "algorithms", "prompts", "util"],
  recipes: ["stages", "core", "util"],
  engine: ["core", "algorithms", "util"],
  report: ["core", "algorithms", "util"],
  export: ["core", "algorithms", "util"],
  app: [
    "core",
    "algorithms",
    "worker-client",
    "prompts",
    "adapter",
    "stages",
    "recipes",
    "engine",
    "report",
    "export",
    "util",
  ],
  cli: ["app", "core", "util"],
  "index.ts": ["app", "core", "util"],
};

const relativeImport = /\b(?:from|import)\s*\(?\s*["'](\.{1,2}\/[^"']+)["']/g;

/** One line per import of production code (type imports count) that the table does not allow. */
export function importViolations(files: readonly ProjectFile[]): string[] {
  const violations: string[] = [];
  for (const file of files) {
    if (!file.path.startsWith("src/") || !file.path.endsWith(".ts") || file.path.endsWith(".test.ts"))
      continue;
    const from = areaOf(file.path);
    const allowed = allowedEdges[from.rule];
    if (!allowed) {
      violations.push(`${file.path}: src/${from.rule} is not in the table of allowed imports`);
      continue;
    }
    for (const [, specifier] of file.text.matchAll(relativeImport)) {
      const target = posix.join(posix.dirname(file.path), specifier!);
      if (!target.startsWith("src/")) {
        violations.push(`${file.path} imports ${target}, which is outside src/`);
        continue;
      }
      const to = areaOf(target);
      if (from.unit === to.unit || (from.rule !== to.rule && allowed.includes(to.rule))) continue;
      violations.push(`${file.path} imports ${target}: ${from.unit} may not import ${to.unit}`);
    }
  }
  return violations;
}

/** `rule`: row of the table; `unit`: what may freely import itself (one adapter, or one folder). */
function areaOf(path: string): { rule: string; unit: string } {
  const [, folder = "", name = ""] = path.split("/");
  if (adapterFolders.includes(folder)) return { rule: "adapter", unit: `${folder}/${name}` };
  return { rule: folder, unit: folder };
}
