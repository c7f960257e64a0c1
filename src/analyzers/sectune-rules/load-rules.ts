import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { z } from "zod";
import { cweWarning } from "../../algorithms/cwe/catalogue.ts";
import { AppError, messageOf } from "../../core/error.ts";
import { contentHash } from "../../util/hash.ts";
import { type LanguageRules, LanguageSchema, type Rule, RuleSchema } from "./rule-schema.ts";

/** The rules of one folder, as plain data: it is handed to job processes. */
export interface RuleFolder {
  readonly language: LanguageRules;
  readonly rules: readonly Rule[];
}

export interface RuleSet {
  readonly folders: readonly RuleFolder[];
  /** Hash of all rules and sources: part of every key. */
  readonly version: string;
  /** What deserves a look: ids that the CWE list discourages. */
  readonly warnings: readonly string[];
}

export const builtInRules = fileURLToPath(new URL("./rules/", import.meta.url));

/** Reads every `FOLDER/sources.yaml` and `FOLDER/*.yaml` below `root`. Throws AppError `config-invalid` with file and reason. */
export function loadRules(root = builtInRules): RuleSet {
  const names = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  const folders = names.map((name) => loadFolder(join(root, name)));
  const ids = new Set<string>();
  const warnings: string[] = [];
  for (const { id, cwe } of folders.flatMap(({ rules }) => rules)) {
    if (ids.has(id)) throw invalid(root, `two rules are called ${id}`);
    ids.add(id);
    const warning = cweWarning(cwe);
    if (warning !== undefined) warnings.push(`${id}: ${warning}`);
  }
  return { folders, version: contentHash(folders).slice(0, 16), warnings };
}

function loadFolder(folder: string): RuleFolder {
  const files = readdirSync(folder).filter((name) => name.endsWith(".yaml") && name !== "sources.yaml");
  const rules = files.sort().map((name) => {
    const rule = read(join(folder, name), RuleSchema);
    if (`${rule.id}.yaml` !== name)
      throw invalid(join(folder, name), `its id is ${rule.id}: file and id have one name`);
    return rule;
  });
  return { language: read(join(folder, "sources.yaml"), LanguageSchema), rules };
}

function read<T>(path: string, schema: z.ZodType<T>): T {
  try {
    const parsed = schema.safeParse(parse(readFileSync(path, "utf8")));
    if (parsed.success) return parsed.data;
    const issues = parsed.error.issues.map((issue) => `${issue.path.join(".") || "rule"}: ${issue.message}`);
    throw invalid(path, issues.join("; "));
  } catch (error) {
    throw error instanceof AppError ? error : invalid(path, messageOf(error));
  }
}

function invalid(path: string, why: string): AppError {
  return new AppError("config-invalid", `${path}: ${why}`, {
    boundary: "config",
    hint: "docs/adding-a-rule.md explains the keys of a rule",
  });
}
