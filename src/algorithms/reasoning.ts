const open = "<think>";
const close = "</think>";

/** An answer with the model's reasoning taken out of it. */
export interface SplitAnswer {
  readonly text: string;
  readonly reasoning?: string | undefined;
}

/**
 * Takes an inline `<think>…</think>` block from the beginning of a raw answer.
 *
 * - Never closed: the whole rest is reasoning that was cut, and the answer is empty.
 * - A closing tag alone: the chat template had opened the block in the prompt (DeepSeek-R1 and its distillations).
 * - `opened`: the caller knows that the prompt ended inside a block; then a missing closing tag means cut reasoning too.
 *
 * Tags later in the text belong to the answer and stay. Reasoning comes back trimmed, the answer without leading line breaks.
 */
export function splitReasoning(raw: string, opened = false): SplitAnswer {
  // Almost every answer has no tag: one search and out.
  const end = raw.indexOf(close);
  if (end < 0 && !opened && !raw.includes(open)) return { text: raw };
  const start = raw.length - raw.trimStart().length;
  const begins = raw.startsWith(open, start);
  const from = begins ? start + open.length : 0;
  if (end < 0) return begins || opened ? withReasoning("", raw.slice(from)) : { text: raw };
  if (!begins && !opened && raw.lastIndexOf(open, end) >= 0) return { text: raw };
  return withReasoning(raw.slice(end + close.length).replace(/^[\r\n]+/, ""), raw.slice(from, end));
}

/** Whether `text` (a prompt's end or an answer already begun) leaves a `<think>` block open. */
export function leavesReasoningOpen(text: string): boolean {
  return text.lastIndexOf(open) > text.lastIndexOf(close);
}

function withReasoning(text: string, reasoning: string): SplitAnswer {
  const trimmed = reasoning.trim();
  // Models in non-thinking mode emit an empty block: that is no reasoning.
  return trimmed === "" ? { text } : { text, reasoning: trimmed };
}
