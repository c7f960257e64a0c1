import type { SyntaxNode } from "../../../algorithms/syntax/syntax-node.ts";
import type { Call } from "../calls.ts";
import type { FileContext } from "../file-context.ts";
import type { Taint } from "../taint.ts";

/** A place that a rule is about, and the way that data took to it. */
export interface Hit {
  readonly node: SyntaxNode;
  readonly taint: Taint | null;
  /** Text of one of its parts: an argument by its position, `base` of a subscript. */
  readonly part?: (place: string) => string | undefined;
}

/** Looks at calls one by one. */
export interface CallMatcher {
  /** Last segments of names that can match; undefined: any. */
  readonly lastSegments: readonly string[] | undefined;
  check(call: Call, file: FileContext): Hit | null;
}

/** Finds its places in a file itself. */
export interface FileMatcher {
  find(file: FileContext): readonly Hit[];
}
