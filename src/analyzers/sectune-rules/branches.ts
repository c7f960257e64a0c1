import type { SyntaxNode } from "../../algorithms/syntax/syntax-node.ts";

/** Where a condition decides what runs. */
export interface Branches {
  /** Offset behind what runs when it holds. */
  readonly held: number;
  /** Offset behind all that it decides. */
  readonly end: number;
  /** What runs when it holds; null where only what follows depends on it (assertions, `do … while`). */
  readonly consequence: SyntaxNode | null;
  /** What runs when it does not. */
  readonly alternative: SyntaxNode | null;
  /** What follows is only reached when it held (an assertion), or only when it did not (behind a loop). */
  readonly after: boolean | undefined;
}

const loops = new Set(["while_statement", "for_statement"]);

/** What the condition of a branch, loop, conditional expression or assertion decides. `node` is the whole of it. */
export function branchesOf(node: SyntaxNode, condition: SyntaxNode): Branches {
  const { end, kind } = node;
  if (kind === "assert_statement")
    return { held: condition.end, end: condition.end, consequence: null, alternative: null, after: true };
  if (kind === "do_statement") return { held: end, end, consequence: null, alternative: null, after: false };
  if (loops.has(kind)) {
    const body = node.field("body");
    return { held: end, end, consequence: body, alternative: null, after: false };
  }
  // Python's `a if b else c` has no field names.
  const consequence =
    node.field("consequence") ?? (kind === "conditional_expression" ? (node.children[0] ?? null) : null);
  const whole = kind === "elif_clause" ? (node.parent ?? node) : node;
  const alternative = whole.children.find(
    (child) =>
      child.start >= (consequence?.end ?? end) && child.start > condition.end && child.kind !== "comment",
  );
  return {
    held: consequence?.end ?? end,
    end: whole.end,
    consequence,
    alternative: alternative ?? null,
    after: undefined,
  };
}

const leavingKinds = new Set([
  "return_statement",
  "raise_statement",
  "throw_statement",
  "break_statement",
  "continue_statement",
  "goto_statement",
]);
const leavingCall =
  /(^|[.\s:])(_?exit|Exit|abort\w*|die|quit|panic\w*|Panic\w*|Fatal\w*|fatal\w*|fail\w*|bail\w*|errx?|error|usage\w*|raise\w*|throw\w*|reject|unreachable|assert_never)\s*(\([\s\S]*\))?\s*;?$/;
const wrapping = new Set(["with_statement", "try_statement", "labeled_statement", "synchronized_statement"]);

/** Whether nothing that stands behind a block runs after it. */
export function leaves(block: SyntaxNode): boolean {
  if (leavingKinds.has(block.kind)) return true;
  if (block.kind === "expression_statement") {
    const call = block.children[0];
    const target = call?.field("function") ?? call?.field("name") ?? null;
    return target !== null && leavingCall.test(target.text.slice(-80));
  }
  if (block.kind === "if_statement") {
    const [then, otherwise] = [block.field("consequence"), block.field("alternative")];
    return then !== null && otherwise !== null && leaves(then) && leaves(otherwise);
  }
  if (wrapping.has(block.kind)) {
    const body = block.field("body");
    return body !== null && leaves(body);
  }
  const last = block.children.findLast(({ kind }) => kind !== "comment");
  return last !== undefined && last.kind !== "identifier" && leaves(last);
}

/** Whether a name is given another value inside a block. */
export function assigns(block: SyntaxNode, name: string): boolean {
  return new RegExp(`(?<![\\w.])${RegExp.escape(name)}\\s*:?=[^=]`).test(block.text);
}
