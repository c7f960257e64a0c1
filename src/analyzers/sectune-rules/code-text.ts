import { kindsLike } from "../../algorithms/syntax/grammars.ts";
import type { SyntaxTree } from "../../algorithms/syntax/syntax-tree.ts";

const comments = kindsLike(/comment$/);
const statements = kindsLike(/^expression_statement$/);
const strings = kindsLike(/^(string|template_string)$/);

const code = new WeakMap<SyntaxTree, string>();

/** A tree's text with comments and Python's docstrings as blanks; offsets are equal. What people say about code is no part of it. */
export function codeText(tree: SyntaxTree): string {
  let text = code.get(tree);
  if (text === undefined) {
    const docstrings =
      tree.language !== "python"
        ? []
        : tree
            .ofKind(statements)
            .filter(({ children }) => children.length === 1 && children[0]!.kind === "string");
    text = blanked(tree.text, [...tree.ofKind(comments), ...docstrings]);
    code.set(tree, text);
  }
  return text;
}

/** As `codeText`, and strings of several lines as blanks: programs that are written down in a program. */
export function codeWithoutTexts(tree: SyntaxTree): string {
  return blanked(
    codeText(tree),
    tree.ofKind(strings).filter(({ text }) => text.includes("\n")),
  );
}

function blanked(text: string, nodes: readonly { readonly start: number; readonly end: number }[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end } of nodes.toSorted((a, b) => a.start - b.start)) {
    if (start < at) continue;
    parts.push(text.slice(at, start), text.slice(start, end).replace(/[^\n\r\t]/g, " "));
    at = end;
  }
  return parts.length === 0 ? text : parts.join("") + text.slice(at);
}
