import type { NapiConfig, SgNode } from "@ast-grep/napi";
import type { SyntaxTree } from "./syntax-tree.ts";

/**
 * A node of a syntax tree, read from the native tree on first use and kept: each look across costs about a microsecond.
 * Two looks at the same place give the same object.
 */
export class SyntaxNode {
  readonly tree: SyntaxTree;
  readonly #sg: SgNode;
  #kind: string | undefined;
  #range: { start: number; end: number } | undefined;
  #children: readonly SyntaxNode[] | undefined;
  #parent: SyntaxNode | null | undefined;
  readonly #fields = new Map<string, SyntaxNode | null>();

  constructor(tree: SyntaxTree, sg: SgNode) {
    this.tree = tree;
    this.#sg = sg;
  }

  /** The grammar's name for it (`call`, `method_invocation`, …). */
  get kind(): string {
    this.#kind ??= String(this.#sg.kind());
    return this.#kind;
  }

  /** UTF-16 offset of its first unit. */
  get start(): number {
    return this.#span().start;
  }

  /** UTF-16 offset behind its last unit. */
  get end(): number {
    return this.#span().end;
  }

  get text(): string {
    return this.tree.text.slice(this.start, this.end);
  }

  /** Named children: punctuation and keywords are left out, comments are not. */
  get children(): readonly SyntaxNode[] {
    this.#children ??= this.#sg.namedChildren().map((child) => this.tree.node(child));
    return this.#children;
  }

  get parent(): SyntaxNode | null {
    if (this.#parent === undefined) {
      const found = this.#sg.parent();
      this.#parent = found === null ? null : this.tree.node(found);
    }
    return this.#parent;
  }

  /** The first child that the grammar calls so (`left`, `arguments`), or null. */
  field(name: string): SyntaxNode | null {
    let found = this.#fields.get(name);
    if (found === undefined) {
      const sg = this.#sg.field(name);
      found = sg === null ? null : this.tree.node(sg);
      this.#fields.set(name, found);
    }
    return found;
  }

  /** The nearest node of one of these kinds around it, itself left out. */
  enclosing(kinds: ReadonlySet<string>): SyntaxNode | null {
    let node = this.parent;
    while (node !== null && !kinds.has(node.kind)) node = node.parent;
    return node;
  }

  /** Whether an ast-grep rule object matches here. */
  matches(rule: object): boolean {
    return this.#sg.matches({ rule } as NapiConfig);
  }

  /** Itself and everything below in document order, as long as `enter` says so. */
  *walk(enter: (node: SyntaxNode) => boolean = () => true): Generator<SyntaxNode> {
    const open: SyntaxNode[] = [this];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      yield node;
      if (!enter(node)) continue;
      for (let index = node.children.length - 1; index >= 0; index--) open.push(node.children[index]!);
    }
  }

  #span(): { start: number; end: number } {
    if (this.#range === undefined) {
      const { start, end } = this.#sg.range();
      this.#range = { start: start.index, end: end.index };
    }
    return this.#range;
  }
}
