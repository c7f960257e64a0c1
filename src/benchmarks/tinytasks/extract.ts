import { codeBlocks } from "../../algorithms/code-blocks.ts";

/**
 * The code of an answer: its first fenced block, for C the first that says so, or else the whole text. Null when nothing
 * is left.
 */
export function extractCode(text: string, language = "python"): string | null {
  const blocks = codeBlocks(text);
  const block = (language === "c" ? blocks.find((one) => one.language === "c") : undefined) ?? blocks[0];
  const code = block ? block.code : text;
  return code.trim() === "" ? null : code;
}
