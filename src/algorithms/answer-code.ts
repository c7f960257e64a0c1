import type { CodeBlock, Generation } from "../core/generation.ts";
import { languageNamed } from "./syntax/languages.ts";

/** A piece of an answer's code in the language it is read in. */
export interface AnswerCode {
  readonly language: string;
  readonly block: CodeBlock;
}

/**
 * The code of an answer to a task in `taskLanguage`, in order: every block fenced as a known language; blocks without a language
 * only where none is fenced as the task's, because beside one they are mostly printed output; the whole text where nothing is
 * fenced, as judges read it. Blocks in anything else (shell, JSON, prose) and blank ones are no code.
 */
export function answerCode(
  { text, codeBlocks }: Pick<Generation, "text" | "codeBlocks">,
  taskLanguage: string,
): AnswerCode[] {
  const own = languageNamed(taskLanguage) ?? taskLanguage;
  const whole: CodeBlock = { code: text, span: { start: 0, end: text.length } };
  const blocks = codeBlocks.length === 0 ? [whole] : codeBlocks;
  const languages = blocks.map(({ language }) =>
    language === undefined ? undefined : (languageNamed(language) ?? language),
  );
  const standIn = languages.includes(own) ? undefined : own;
  return blocks.flatMap((block: CodeBlock, index) => {
    const named = languages[index] ?? standIn;
    const known = named !== undefined && (named === own || languageNamed(named) !== undefined);
    return known && block.code.trim() !== "" ? [{ language: named, block }] : [];
  });
}
