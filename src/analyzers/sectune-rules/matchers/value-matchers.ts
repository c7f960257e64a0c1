import type { SyntaxNode } from "../../../algorithms/syntax/syntax-node.ts";
import { compileCondition } from "../condition.ts";
import { returnKinds, stringKinds, subscriptKinds } from "../grammar.ts";
import { type Match, pattern } from "../rule-schema.ts";
import type { TaintProfile } from "../taint-profile.ts";
import type { Hit, Matcher } from "./matcher.ts";

/** Names that are given a value: assignments, declarations, pairs, named arguments, defaults. */
export function assignMatcher(match: Match, profile: TaintProfile | null): Matcher {
  const target = pattern(match.assign!);
  const inText = pattern(withoutAnchors(match.assign!));
  const check = compileCondition(match.value ?? {}, profile);
  return {
    kind: "file",
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

export function returnMatcher(match: Match, profile: TaintProfile | null): Matcher {
  const check = compileCondition(match.value ?? {}, profile);
  return {
    kind: "file",
    find: (file) =>
      file.tree.ofKind(...returnKinds).flatMap((node): Hit[] => {
        const value = node.children[0];
        const held = value === undefined ? null : check(value, file);
        return held === null ? [] : [{ node, ...held }];
      }),
  };
}

/** String literals by their text. The file's whole text is asked first: most files do not hold it. */
export function stringMatcher(match: Match): Matcher {
  const wanted = pattern(match.string!);
  const anchored = /^\^|\$$/.test(match.string!.replace(/^\(\?i\)/, ""));
  return {
    kind: "file",
    find: (file) => {
      if (!anchored && !wanted.test(file.tree.text)) return [];
      return file.tree
        .ofKind(...stringKinds)
        .filter((node) => wanted.test(node.text))
        .map((node) => ({ node, taint: null }));
    },
  };
}

/** Subscripts (`a[i]`) by their index; types and declarations do not count. */
export function indexMatcher(match: Match, profile: TaintProfile | null): Matcher {
  const check = compileCondition(match.index!, profile);
  return {
    kind: "file",
    find: (file) =>
      file.tree.ofKind(...subscriptKinds).flatMap((node): Hit[] => {
        const index = indexOf(node);
        const held = index === null ? null : check(index, file);
        return held === null ? [] : [{ node, ...held }];
      }),
  };
}

/**
 * ast-grep compiles a rule anew each time it is asked, so what can be told here is told here: the kind, and the text by a regular
 * expression. (ast-grep's are Rust's, which know no look-around; what both understand means the same.)
 */
export function treeMatcher(match: Match): Matcher {
  const { kind, regex, ...rest } = match.tree!;
  const asked = Object.keys(rest).length > 0;
  const text = typeof regex === "string" ? rustPattern(regex) : undefined;
  return {
    kind: "file",
    find: (file) => {
      if (typeof kind !== "string")
        return file.tree.matching(match.tree!).map((node) => ({ node, taint: null }));
      return file.tree
        .ofKind(kind)
        .filter((node) => (text?.test(node.text) ?? true) && (!asked || node.matches({ kind, ...rest })))
        .map((node) => ({ node, taint: null }));
    },
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

/** Leading `(?s)` and `(?i)` are flags to JavaScript. */
function rustPattern(source: string): RegExp {
  const [, flags = "", rest = ""] = /^(?:\(\?([is]+)\))?(.*)$/s.exec(source)!;
  return new RegExp(rest, flags);
}

/** C++ wraps the index into a list of its own. */
function indexOf(node: SyntaxNode): SyntaxNode | null {
  const index = node.field("index") ?? node.field("subscript") ?? node.children[1] ?? null;
  return index?.kind === "subscript_argument_list" ? (index.children[0] ?? null) : index;
}
