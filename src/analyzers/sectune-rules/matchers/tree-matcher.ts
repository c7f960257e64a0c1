import { compileTreePattern, type TreePattern } from "../tree-pattern.ts";
import type { FileMatcher } from "./matcher.ts";

/** Nodes of one kind by the shape of the tree around them. */
export function treeMatcher(match: TreePattern & { readonly kind: string }): FileMatcher {
  const kinds = new Set([match.kind]);
  const test = compileTreePattern(match);
  return {
    find: ({ tree }) =>
      tree
        .ofKind(kinds)
        .filter(test)
        .map((node) => ({ node, taint: null })),
  };
}
