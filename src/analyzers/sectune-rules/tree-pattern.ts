import type { SyntaxNode } from "../../algorithms/syntax/syntax-node.ts";
import { operatorOf } from "./grammar.ts";
import { pattern } from "./pattern.ts";

/** What a node is like, by itself and by what is around it: the part of ast-grep's rule objects that rules need. */
export interface TreePattern {
  /** The grammar's name for it. */
  readonly kind?: string | undefined;
  /** Its text matches. */
  readonly regex?: string | undefined;
  /** It is a binary expression with this sign. */
  readonly operator?: string | undefined;
  readonly not?: TreePattern | undefined;
  /** A child is like this; with `field`, the one that the grammar calls so. */
  readonly has?: ChildPattern | undefined;
  /** Its parent is like this; with `stopBy: end`, anything around it. */
  readonly inside?: AncestorPattern | undefined;
  /** What stands just before it in the same parent is like this. */
  readonly follows?: TreePattern | undefined;
}
export interface ChildPattern extends TreePattern {
  readonly field?: string | undefined;
}
export interface AncestorPattern extends TreePattern {
  readonly stopBy?: "end" | undefined;
}

type Test = (node: SyntaxNode) => boolean;

/** Compiles a tree pattern: all that it asks for must hold. The cheapest is asked first. */
export function compileTreePattern({ kind, regex, operator, not, has, inside, follows }: TreePattern): Test {
  const tests: Test[] = [];
  if (kind !== undefined) tests.push((node) => node.kind === kind);
  if (operator !== undefined) tests.push((node) => operatorOf(node) === operator);
  if (regex !== undefined) tests.push(textTest(pattern(regex)));
  if (not !== undefined) tests.push(negation(compileTreePattern(not)));
  if (has !== undefined) tests.push(childTest(has.field, compileTreePattern(has)));
  if (inside !== undefined) tests.push(ancestorTest(inside.stopBy === "end", compileTreePattern(inside)));
  if (follows !== undefined) tests.push(precedingTest(compileTreePattern(follows)));
  return (node) => tests.every((test) => test(node));
}

const textTest =
  (wanted: RegExp): Test =>
  ({ text }) =>
    wanted.test(text);

const negation =
  (test: Test): Test =>
  (node) =>
    !test(node);

function childTest(field: string | undefined, test: Test): Test {
  if (field === undefined) return ({ children }) => children.some(test);
  return (node) => {
    const child = node.field(field);
    return child !== null && test(child);
  };
}

function ancestorTest(any: boolean, test: Test): Test {
  return ({ parent }) => {
    for (let at = parent; at !== null; at = any ? at.parent : null) if (test(at)) return true;
    return false;
  };
}

function precedingTest(test: Test): Test {
  return (node) => {
    const siblings = node.parent?.children ?? [];
    const before = siblings[siblings.indexOf(node) - 1];
    return before !== undefined && test(before);
  };
}
