import type { Tree, TreeCursor } from "web-tree-sitter";
import { type Grammar, grammarOf, type Kinds } from "./grammars.ts";
import { type NodeRows, readRows } from "./node-rows.ts";
import { SyntaxNode } from "./syntax-node.ts";

/** Deeper brackets than any program has; without a bound a line of 100,000 parentheses costs hundreds of megabytes. */
const maxNesting = 2_000;

/** Where and why a text does not parse. */
export interface SyntaxProblem {
  /** UTF-16 offset. */
  readonly offset: number;
  readonly message: string;
}

/** A parsed text. Offsets are UTF-16 units of it. Nothing of it stays in the parser's memory. */
export class SyntaxTree {
  readonly language: string;
  readonly text: string;
  readonly grammar: Grammar;
  readonly rows: NodeRows;
  readonly #problem: SyntaxProblem | undefined;
  readonly #nodes: SyntaxNode[] = [];
  readonly #found = new Map<Kinds, readonly SyntaxNode[]>();

  /** Parses with tree-sitter. Throws RangeError for a language without a grammar or brackets nested too deep. */
  constructor(language: string, text: string, parsed: Tree = parse(language, text)) {
    this.grammar = grammarOf(language);
    this.language = language;
    this.text = text;
    this.#problem = findProblem(parsed, this.grammar);
    const cursor = parsed.walk();
    this.rows = readRows(cursor, this.grammar);
    cursor.delete();
    parsed.delete();
    this.#nodes.length = this.rows.kind.length;
  }

  /** The tree of a text that has no problem, or null: most are not worth reading. Throws as the constructor does. */
  static whole(language: string, text: string): SyntaxTree | null {
    const parsed = parse(language, text);
    if (findProblem(parsed, grammarOf(language)) === undefined) return new SyntaxTree(language, text, parsed);
    parsed.delete();
    return null;
  }

  get root(): SyntaxNode {
    return this.node(0);
  }

  /** All nodes of these kinds in document order, kept for the next who asks with the same set. */
  ofKind(kinds: Kinds): readonly SyntaxNode[] {
    let found = this.#found.get(kinds);
    if (found === undefined) {
      found = this.root.within(kinds);
      this.#found.set(kinds, found);
    }
    return found;
  }

  /**
   * The first place where the text is no program to tree-sitter (an ERROR or missing token), or undefined. tree-sitter is
   * permissive: silence proves nothing, least of all in Go and Java; and macros make it complain about valid C.
   */
  problem(): SyntaxProblem | undefined {
    return this.#problem;
  }

  /** The one node of a row. */
  node(row: number): SyntaxNode {
    this.#nodes[row] ??= new SyntaxNode(this, row);
    return this.#nodes[row];
  }
}

function parse(language: string, text: string): Tree {
  const { parser } = grammarOf(language);
  if (nesting(text) > maxNesting) throw new RangeError(`brackets are nested more than ${maxNesting} deep`);
  return parser.parse(text)!;
}

/** The first error, or else the first token that the parser put in for one that is not there. */
function findProblem(parsed: Tree, grammar: Grammar): SyntaxProblem | undefined {
  if (!parsed.rootNode.hasError) return undefined;
  const cursor = parsed.walk();
  const problem = problemFrom(cursor, grammar);
  cursor.delete();
  return problem;
}

function problemFrom(cursor: TreeCursor, { kinds, error }: Grammar): SyntaxProblem | undefined {
  let missing: SyntaxProblem | undefined;
  for (;;) {
    const offset = cursor.startIndex;
    const kind = Math.min(cursor.nodeTypeId, error);
    if (kind === error) return { offset, message: "syntax error" };
    if (cursor.nodeIsMissing) missing ??= { offset, message: `something is missing here (${kinds[kind]})` };
    if (cursor.gotoFirstChild()) continue;
    while (!cursor.gotoNextSibling()) if (!cursor.gotoParent()) return missing;
  }
}

/** How deep brackets of all kinds nest, comments and strings included: an upper bound is all that is needed. */
function nesting(text: string): number {
  let [depth, deepest] = [0, 0];
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit === 40 || unit === 91 || unit === 123) deepest = Math.max(deepest, ++depth);
    else if ((unit === 41 || unit === 93 || unit === 125) && depth > 0) depth--;
  }
  return deepest;
}
