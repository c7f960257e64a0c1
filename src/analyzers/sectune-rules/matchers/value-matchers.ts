import type { SyntaxNode } from "../../../algorithms/syntax/syntax-node.ts";
import { compileCondition } from "../condition.ts";
import { operatorOf, returnKinds, stringKinds, subscriptKinds } from "../grammar.ts";
import { pattern } from "../pattern.ts";
import type { Match } from "../rule-schema.ts";
import type { TaintProfile } from "../taint-profile.ts";
import type { FileMatcher, Hit } from "./matcher.ts";

/** Names that are given a value: assignments, declarations, pairs, named arguments, defaults. */
export function assignMatcher(match: Match, profile: TaintProfile | null): FileMatcher {
  const target = pattern(match.assign!);
  const inText = pattern(withoutAnchors(match.assign!));
  const check = compileCondition(match.value ?? {}, profile);
  return {
    find: (file) => {
      if (!inText.test(file.tree.text)) return [];
      return file.namedValues.flatMap(({ node, target: name, value }): Hit[] => {
        if (!target.test(name)) return [];
        const held = check(value, file);
        return held === null ? [] : [{ node, ...held }];
      });
    },
  };
}

export function returnMatcher(match: Match, profile: TaintProfile | null): FileMatcher {
  const check = compileCondition(match.value ?? {}, profile);
  return {
    find: (file) =>
      file.tree.ofKind(returnKinds).flatMap((node): Hit[] => {
        const value = node.children[0];
        const held = value === undefined ? null : check(value, file);
        return held === null ? [] : [{ node, ...held }];
      }),
  };
}

/** String literals by their text. The file's whole text is asked first: most files do not hold it. */
export function stringMatcher(match: Match): FileMatcher {
  const wanted = pattern(match.string!);
  const anchored = /^\^|\$$/.test(match.string!.replace(/^\(\?i\)/, ""));
  return {
    find: (file) => {
      if (!anchored && !wanted.test(file.tree.text)) return [];
      return file.tree
        .ofKind(stringKinds)
        .filter((node) => wanted.test(node.text))
        .map((node) => ({ node, taint: null }));
    },
  };
}

/** Subscripts (`a[i]`, in C also `*(a + i)`) by their index; types and declarations do not count. */
export function indexMatcher(match: Match, profile: TaintProfile | null): FileMatcher {
  const check = compileCondition(match.index!, profile);
  return {
    find: (file) =>
      file.tree.ofKind(elementKinds).flatMap((node): Hit[] => {
        const { base, index } = elementOf(node);
        const held = index === null ? null : check(index, file);
        const part = (place: string) => ({ base, value: index })[place]?.text;
        return held === null ? [] : [{ node, part, ...held }];
      }),
  };
}

/**
 * The file's text holds a target only where it holds this: the pattern without anchors, and without a free run of characters in
 * front, which would be tried from every place of a long line.
 */
function withoutAnchors(source: string): string {
  const free = source.replace(/\\.|\[(?:\\.|[^\]])*\]|[\^$]/g, (part) =>
    part === "^" || part === "$" ? "" : part,
  );
  return free.replace(/^(\(\?i\))?(\\w\*|\(\\w\+\\\.\)\*)/, "$1");
}

const elementKinds: ReadonlySet<string> = new Set([...subscriptKinds, "pointer_expression"]);

interface Element {
  readonly base: SyntaxNode | null;
  readonly index: SyntaxNode | null;
}

function elementOf(node: SyntaxNode): Element {
  if (node.kind === "pointer_expression") return pointedAt(node);
  const index = node.field("index") ?? node.field("subscript") ?? node.children[1] ?? null;
  // C++ wraps the index into a list of its own.
  const inner = index?.kind === "subscript_argument_list" ? (index.children[0] ?? null) : index;
  return { base: node.children[0] ?? null, index: inner };
}

/** `*(base + index)`, which C defines to be `base[index]`; nothing of other pointers. */
function pointedAt(node: SyntaxNode): Element {
  const outer = node.field("argument");
  const sum = outer?.kind === "parenthesized_expression" ? (outer.children[0] ?? null) : null;
  const isPlace = sum?.kind === "binary_expression" && operatorOf(sum) === "+" && node.text.startsWith("*");
  return isPlace ? { base: sum.field("left"), index: sum.field("right") } : { base: null, index: null };
}
