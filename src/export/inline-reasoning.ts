import type { Message } from "../core/message.ts";
import type { ThinkStyle } from "./export-job.ts";

/** A message with its reasoning written into its text, for formats that know only text. */
export function inlineReasoning(
  { role, content, reasoning }: Message,
  style: ThinkStyle,
): { role: string; content: string } {
  if (reasoning === undefined || reasoning === "") return { role, content };
  const block = style === "compact" ? `<think>${reasoning}</think>` : `<think>\n${reasoning}\n</think>\n\n`;
  return { role, content: block + content };
}

/** A message with its reasoning beside it, under the name that chat templates look for; null where there is none. */
export function fieldReasoning({ role, content, reasoning }: Message) {
  return { role, content, reasoning_content: reasoning ?? null };
}

/** How a chat template writes think blocks, so that training text is what the model will be asked to continue. */
export function thinkStyleOf(chatTemplate: string | undefined): ThinkStyle {
  if (chatTemplate === undefined || !chatTemplate.includes("<think>")) return "lines";
  return /<think>(\\n|\n)/.test(chatTemplate) ? "lines" : "compact";
}
