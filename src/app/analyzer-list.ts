import { z } from "zod";
import { AppError, messageOf } from "../core/error.ts";
import { configError, type Problem, problemsOf } from "./config-problems.ts";
import { type AdapterUse, AdapterUseSchema, type ResolvedAnalyzer } from "./config-schema.ts";
import { findAdapter } from "./registry.ts";
import { resolveAnalyzers } from "./resolve-analyzers.ts";
import { readYaml } from "./yaml-source.ts";

const ListSchema = z.array(AdapterUseSchema).min(1);

/**
 * Analyzers as a recipe file has them, in one line: `sectune-rules, icd, {adapter: sarif-command, tool: bandit}`, or
 * `sarif-command:bandit` for short. Throws AppError `config-invalid` for names and settings that do not exist; `option` is what the
 * line is called in messages, `roles` the models that analyzers may ask.
 */
export async function parseAnalyzerList(
  option: string,
  text: string,
  roles: readonly string[] = [],
): Promise<ResolvedAnalyzer[]> {
  const fail = (problems: readonly Problem[]) =>
    configError(problems.map((problem) => ({ fix: example, ...problem, place: option })));
  const value = readList(option, text, fail);
  const parsed = ListSchema.safeParse(value, { reportInput: true });
  if (!parsed.success) throw fail(problemsOf(ListSchema, parsed.error.issues, []));
  const problems: Problem[] = [];
  const uses = await Promise.all(
    parsed.data.map((use) => (typeof use === "string" ? inFull(option, use) : use)),
  );
  const resolved = await resolveAnalyzers(uses, roles, [], problems);
  if (problems.length > 0) throw fail(problems);
  return resolved;
}

const example =
  "a list such as sectune-rules, icd, sarif-command:bandit, {adapter: sarif-command, tool: bandit}";

function readList(option: string, text: string, fail: (problems: readonly Problem[]) => Error): unknown {
  try {
    return readYaml(option, `[${text}]`).value;
  } catch (cause) {
    throw fail([{ path: [], text: messageOf(cause) }]);
  }
}

/** `sarif-command:bandit` → `{adapter: sarif-command, tool: bandit}`. */
async function inFull(option: string, text: string): Promise<AdapterUse> {
  const colon = text.indexOf(":");
  if (colon < 0) return text;
  const [name, kind] = [text.slice(0, colon), text.slice(colon + 1)];
  const { variant } = await findAdapter("analyzer", name);
  if (variant !== undefined && kind !== "") return { adapter: name, [variant]: kind };
  throw new AppError("config-invalid", `${option}: ${text}: ${name} has no kinds to choose from`, {
    boundary: "config",
    hint: `${name} alone, or {adapter: ${name}, …} with its settings`,
  });
}
