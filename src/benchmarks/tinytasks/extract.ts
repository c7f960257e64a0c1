import { codeBlocks } from "../../algorithms/code-blocks.ts";

/** The code of an answer: its first fenced block, or else the whole text. Null when nothing is left. */
export function extractCode(text: string): string | null {
  const [block] = codeBlocks(text);
  const code = block ? block.code : text;
  return code.trim() === "" ? null : code;
}
