import { z } from "zod";
import { messageOf } from "../core/error.ts";
import { configError, type Problem, problemsOf } from "./config-problems.ts";
import { AdapterUseSchema, type ResolvedUse } from "./config-schema.ts";
import { resolveUse } from "./resolve-use.ts";
import { readYaml } from "./yaml-source.ts";

const ListSchema = z.array(AdapterUseSchema).min(1);

/**
 * Analyzers as a recipe file has them, in one line: `sectune-rules, icd, {adapter: sarif-command, tool: bandit}`. Throws AppError
 * `config-invalid` for names and settings that do not exist; `option` is what the line is called in messages.
 */
export async function parseAnalyzerList(option: string, text: string): Promise<ResolvedUse[]> {
  const fail = (problems: readonly Problem[]) =>
    configError(problems.map((problem) => ({ fix: example, ...problem, place: option })));
  const value = readList(option, text, fail);
  const parsed = ListSchema.safeParse(value, { reportInput: true });
  if (!parsed.success) throw fail(problemsOf(ListSchema, parsed.error.issues, []));
  const problems: Problem[] = [];
  const uses: ResolvedUse[] = [];
  for (const [index, use] of parsed.data.entries())
    uses.push(await resolveUse("analyzer", use, [index], problems));
  if (problems.length > 0) throw fail(problems);
  return uses;
}

const example = "a list such as sectune-rules, icd, {adapter: sarif-command, tool: bandit}";

function readList(option: string, text: string, fail: (problems: readonly Problem[]) => Error): unknown {
  try {
    return readYaml(option, `[${text}]`).value;
  } catch (cause) {
    throw fail([{ path: [], text: messageOf(cause) }]);
  }
}
