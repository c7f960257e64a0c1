import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { parse, stringify } from "yaml";

interface SemgrepRule {
  readonly id: string;
  readonly languages: readonly string[];
  readonly metadata?: {
    readonly category?: string;
    readonly subcategory?: string | readonly string[];
  };
}

/** Rules of semgrep for one language, in a folder that `sarif-command` can be pointed at. */
export interface ChosenRules {
  readonly folder: string;
  readonly count: number;
  /** Ids of those that semgrep's people call `vuln`, not `audit`: meant to be a weakness whenever they fire. */
  readonly precise: ReadonlySet<string>;
}

const namesOf: Readonly<Record<string, readonly string[]>> = {
  python: ["python", "py"],
  javascript: ["javascript", "js"],
  typescript: ["typescript", "ts"],
  c: ["c"],
  cpp: ["cpp", "c++"],
  java: ["java"],
  go: ["go", "golang"],
};

/**
 * The security rules of a checkout of semgrep/semgrep-rules for each language, and those about secrets in any text. Their licence
 * keeps them out of this repository.
 */
export async function chooseSemgrepRules(checkout: string): Promise<Map<string, ChosenRules>> {
  const chosen = new Map<string, { folder: string; count: number; precise: Set<string> }>();
  const above = await mkdtemp(join(tmpdir(), "semgrep-rules-"));
  for (const language of Object.keys(namesOf)) {
    const folder = join(above, language);
    await mkdir(folder);
    chosen.set(language, { folder, count: 0, precise: new Set() });
  }
  for (const path of await ruleFiles(checkout)) {
    const rules = security(await readFile(path, "utf8"));
    for (const [language, names] of Object.entries(namesOf)) {
      const own = rules.filter(
        ({ languages }) => languages.some((name) => names.includes(name)) || isAboutSecrets(checkout, path),
      );
      if (own.length === 0) continue;
      const into = chosen.get(language)!;
      into.count += own.length;
      for (const rule of own) if (isPrecise(rule)) into.precise.add(rule.id);
      const name = relative(checkout, path).replaceAll("/", "-");
      await writeFile(join(into.folder, name), stringify({ rules: own }));
    }
  }
  return chosen;
}

async function ruleFiles(checkout: string): Promise<string[]> {
  const entries = await readdir(checkout, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name) && !/\.test\.ya?ml$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/^(\.|stats|scripts)/.test(relative(checkout, path)))
    .sort();
}

function security(text: string): SemgrepRule[] {
  // Rules about YAML have examples in several documents beside them; they are none of these languages.
  if (!/^rules:/m.test(text)) return [];
  const document = parse(text, { logLevel: "silent" }) as { rules?: SemgrepRule[] };
  return (document.rules ?? []).filter(({ metadata }) => metadata?.category === "security");
}

function isAboutSecrets(checkout: string, path: string): boolean {
  return relative(checkout, path).startsWith("generic/secrets/");
}

function isPrecise({ metadata }: SemgrepRule): boolean {
  return [metadata?.subcategory ?? []].flat().includes("vuln");
}
