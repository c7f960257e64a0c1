import type { FileSpan, Finding } from "../core/finding.ts";
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

/** A span of the answer as one of a block's code, cut to it; undefined where it begins outside of the block. */
export function spanInCode(text: string, block: CodeBlock, { start, end }: Span): Span | undefined {
  if (start < block.span.start || start > block.span.end) return undefined;
  // The least offset of the code that does not lie before a place of the text.
  const inverse = (place: number) => {
    let [low, high] = [0, block.code.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (textOffset(text, block, middle) >= place) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  const from = inverse(start);
  return { start: from, end: Math.max(from, inverse(Math.min(end, block.span.end))) };
}

/** A finding on a block's code as a finding on the whole answer, its flows included. */
export function findingInText(text: string, block: CodeBlock, finding: Finding): Finding {
  const moved = <T extends Span>(span: T): T => ({ ...span, ...spanInText(text, block, span) });
  return mapSpans(finding, moved);
}

/** A finding whose places, those of its flows included, are moved. */
export function mapSpans(finding: Finding, moved: <T extends FileSpan>(span: T) => T): Finding {
  const flows = finding.flows?.map((flow) => flow.map(moved));
  return { ...finding, span: moved(finding.span), ...(flows === undefined ? {} : { flows }) };
}
