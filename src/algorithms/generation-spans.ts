import type { Finding } from "../core/finding.ts";
import type { CodeBlock } from "../core/generation.ts";
import { textOffset } from "./code-blocks.ts";
import type { Span } from "./spans.ts";

/**
 * A span of a block's code as a span of the answer that holds the block. Under an indented fence the removed indentation lies
 * inside a span of several lines, never at its edges.
 */
export function spanInText(text: string, block: CodeBlock, { start, end }: Span): Span {
  const from = textOffset(text, block, start);
  return { start: from, end: end > start ? textOffset(text, block, end - 1) + 1 : from };
}

/** A finding on a block's code as a finding on the whole answer, its flow included. */
export function findingInText(text: string, block: CodeBlock, finding: Finding): Finding {
  const moved = <T extends Span>(span: T): T => ({ ...span, ...spanInText(text, block, span) });
  const { flow } = finding;
  return { ...finding, span: moved(finding.span), ...(flow === undefined ? {} : { flow: flow.map(moved) }) };
}
