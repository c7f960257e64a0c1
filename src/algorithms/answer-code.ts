import type { CodeBlock, Generation } from "../core/generation.ts";
import { looksLikeCode } from "./code-likeness.ts";
import { languageOfTag, tagNamesOther } from "./syntax/language-tags.ts";

/** A piece of an answer's code in the language it is read in. */
export interface AnswerCode {
  readonly language: string;
  readonly block: CodeBlock;
}

/** What an answer holds. */
export interface AnswerPieces {
  /** In the order of the text. */
  readonly code: readonly AnswerCode[];
  /** Blocks that are not looked at: other languages, data, printed output. Blank ones are not among them. */
  readonly leftOut: number;
}

/**
 * The code of an answer to a task in `taskLanguage`, in order, which every reader of answers goes by:
 *
 * - a block whose tag names a known language is read in that one;
 * - one whose tag names something else (shell, data, markup, output, a language that nobody here reads) is left out;
 * - one without a tag, or with a tag that names nothing known (`text`, `code`, `app`), is read in the task's language; beside a block
 *   that is fenced as the task's only if it looks like code, because there it is mostly printed output;
 * - where nothing is fenced, or what is fenced are examples inside a program's comments, the whole text is code; blank blocks are none.
 *
 * Where the task's language is not told, it is that of the first tag that names one.
 */
export function answerPieces(
  { text, codeBlocks }: Pick<Generation, "text" | "codeBlocks">,
  taskLanguage: string | undefined,
): AnswerPieces {
  const fenced = isProgramAround(text, codeBlocks) ? [] : codeBlocks;
  const whole: CodeBlock = { code: text, span: { start: 0, end: text.length } };
  const blocks = (fenced.length === 0 ? [whole] : fenced).filter(({ code }) => code.trim() !== "");
  const told = taskLanguage === undefined ? undefined : (languageOfTag(taskLanguage) ?? taskLanguage);
  const read = blocks.map((block) => ({ block, ...meaning(block, told) }));
  const own = told ?? read.find(({ language }) => language !== undefined)?.language ?? unknown(blocks);
  const fencedAsOwn = read.some(({ language }) => language === own);
  const code = read.flatMap(({ block, language, other }): AnswerCode[] => {
    if (language !== undefined) return [{ language, block }];
    if (other || (fencedAsOwn && !looksLikeCode(block.code))) return [];
    return [{ language: own, block }];
  });
  return { code, leftOut: blocks.length - code.length };
}

/** The code alone. */
export function answerCode(
  answer: Pick<Generation, "text" | "codeBlocks">,
  taskLanguage: string,
): AnswerCode[] {
  return [...answerPieces(answer, taskLanguage).code];
}

/**
 * Whether an answer holds fenced code in the task's language. A fence that names no language counts as the task's (`answerPieces`); a
 * shell's, data's or output's does not, nor does one in a program's comments. Where nobody here knows the task's language, any fenced
 * block that is not blank.
 */
export function hasFencedCode(
  answer: Pick<Generation, "text" | "codeBlocks">,
  taskLanguage: string | undefined,
): boolean {
  const wanted = taskLanguage === undefined ? undefined : languageOfTag(taskLanguage);
  if (wanted === undefined) return answer.codeBlocks.some(({ code }) => code.trim() !== "");
  return answerPieces(answer, wanted).code.some(
    ({ language, block }) => language === wanted && answer.codeBlocks.includes(block),
  );
}

/** Whether what stands around the blocks is a program: then the fences are in its comments or texts. */
export function isProgramAround(text: string, blocks: readonly CodeBlock[]): boolean {
  let [at, around] = [0, ""];
  for (const { start, end } of blocks.map(({ span }) => span)) {
    around += text.slice(at, start);
    at = Math.max(at, end);
  }
  const plain = (around + text.slice(at)).replace(/^.*(?:```|~~~).*$/gm, "");
  return blocks.length > 0 && looksLikeCode(plain);
}

function meaning(
  { language: tag }: CodeBlock,
  own: string | undefined,
): { language?: string; other: boolean } {
  if (tag === undefined) return { other: false };
  const language = tag === own ? own : languageOfTag(tag);
  return language === undefined ? { other: tagNamesOther(tag) } : { language, other: false };
}

/** What analyzers are told, to say that they do not read it: the first tag, where nothing known is named anywhere. */
function unknown(blocks: readonly CodeBlock[]): string {
  return blocks.find(({ language }) => language !== undefined)?.language ?? "unknown";
}
