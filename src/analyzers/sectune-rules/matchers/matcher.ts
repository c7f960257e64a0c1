import type { SyntaxNode } from "../../../algorithms/syntax/syntax-node.ts";
import type { FileContext, NamedCall } from "../file-context.ts";
import type { Taint } from "../taint.ts";

/** A place that a rule is about, and the way that data took to it. */
export interface Hit {
  readonly node: SyntaxNode;
  readonly taint: Taint | null;
}

/** One entry of a rule's `match`, compiled. */
export type Matcher =
  | {
      readonly kind: "call";
      /** Last segments of names that can match; undefined: any. */
      readonly lastSegments: readonly string[] | undefined;
      check(call: NamedCall, file: FileContext): Hit | null;
    }
  | { readonly kind: "file"; find(file: FileContext): readonly Hit[] };
