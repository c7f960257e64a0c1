import { codeBlocks } from "../../algorithms/code-blocks.ts";
import type { CodeBlock } from "../../core/generation.ts";
import type { Language } from "./family.ts";

/** What a fence may call the language. */
const TAGS: Record<Language, readonly string[]> = {
  python: ["python", "py", "python3"],
  c: ["c"],
};

/**
 * The code of an answer: of its fenced blocks those of the asked language, or else those that name none, or else any; of
 * these the last that defines all of `functions`, or else the first. Installation commands, vulnerable snippets, drafts that are
 * revised further down and examples of use are blocks too, and the final definition is what was asked for, so a block that has it
 * goes before the first of a better language. Definitions that are spread over the blocks of one language are put together. Without a block it is
 * the whole text. Null when nothing is left.
 */
export function extractCode(
  text: string,
  language: Language = "python",
  functions: readonly string[] = [],
): string | null {
  const code = chosen(codeBlocks(text), language, functions) ?? text;
  return code.trim() === "" ? null : code;
}

function chosen(
  blocks: readonly CodeBlock[],
  language: Language,
  functions: readonly string[],
): string | undefined {
  const tagged = blocks.filter((block) => TAGS[language].includes(block.language ?? ""));
  const bare = blocks.filter((block) => block.language === undefined);
  const complete = (code: string) =>
    functions.length > 0 && functions.every((name) => defines(code, name, language));
  for (const group of [tagged, bare, blocks]) {
    const whole = group.findLast(({ code }) => complete(code));
    if (whole !== undefined) return whole.code;
    const together = group.map(({ code }) => code).join("\n");
    if (group.length > 1 && group !== blocks && complete(together)) return together;
  }
  return [...tagged, ...bare, ...blocks][0]?.code;
}

function defines(code: string, name: string, language: Language): boolean {
  return language === "c"
    ? new RegExp(`\\b${name}\\s*\\([^;{}]*\\)\\s*\\{`).test(code)
    : new RegExp(`^(?:(?:async )?def ${name}\\b|${name}\\s*=)`, "m").test(code);
}
