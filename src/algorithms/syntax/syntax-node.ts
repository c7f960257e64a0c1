import type { Kinds } from "./grammars.ts";
import type { SyntaxTree } from "./syntax-tree.ts";

/** A node of a syntax tree. Two looks at the same place give the same object. */
export class SyntaxNode {
  readonly tree: SyntaxTree;
  /** The grammar's name for it (`call`, `method_invocation`, …). */
  readonly kind: string;
  /** UTF-16 offset of its first unit. */
  readonly start: number;
  /** UTF-16 offset behind its last unit. */
  readonly end: number;
  readonly #row: number;
  #children: readonly SyntaxNode[] | undefined;

  constructor(tree: SyntaxTree, row: number) {
    this.tree = tree;
    this.#row = row;
    this.kind = tree.grammar.kinds[tree.rows.kind[row]!]!;
    this.start = tree.rows.start[row]!;
    this.end = tree.rows.end[row]!;
  }

  get text(): string {
    return this.tree.text.slice(this.start, this.end);
  }

  /** Named children: punctuation and keywords are left out, comments are not. */
  get children(): readonly SyntaxNode[] {
    this.#children ??= this.#namedChildren();
    return this.#children;
  }

  get parent(): SyntaxNode | null {
    const row = this.tree.rows.parent[this.#row]!;
    return row < 0 ? null : this.tree.node(row);
  }

  /** The outermost node of these kinds around this one or itself, or null. */
  outermost(kinds: Kinds): SyntaxNode | null {
    const selected = this.tree.grammar.select(kinds);
    const { kind, parent } = this.tree.rows;
    let found = -1;
    for (let row = this.#row; row >= 0; row = parent[row]!) if (selected[kind[row]!]) found = row;
    return found < 0 ? null : this.tree.node(found);
  }

  /** Whether a node of these kinds lies around this one, inside `scope`. */
  isInside(kinds: Kinds, scope: SyntaxNode): boolean {
    const selected = this.tree.grammar.select(kinds);
    const { kind, parent } = this.tree.rows;
    for (let row = parent[this.#row]!; row > scope.#row; row = parent[row]!)
      if (selected[kind[row]!]) return true;
    return false;
  }

  /** The first child that the grammar calls so (`left`, `arguments`), or null. */
  field(name: string): SyntaxNode | null {
    const id = this.tree.grammar.fieldId(name);
    if (id === 0) return null;
    const { field, next } = this.tree.rows;
    const end = next[this.#row]!;
    for (let row = this.#row + 1; row < end; row = next[row]!)
      if (field[row] === id) return this.tree.node(row);
    return null;
  }

  /** Nodes of these kinds in document order, from this one down. */
  within(kinds: Kinds): SyntaxNode[] {
    const selected = this.tree.grammar.select(kinds);
    const { kind, next } = this.tree.rows;
    const end = next[this.#row]!;
    const found: SyntaxNode[] = [];
    for (let row = this.#row; row < end; row++) if (selected[kind[row]!]) found.push(this.tree.node(row));
    return found;
  }

  /** Itself and everything below in document order, as long as `enter` says so. */
  *walk(enter: (node: SyntaxNode) => boolean = () => true): Generator<SyntaxNode> {
    const { kind, next } = this.tree.rows;
    const end = next[this.#row]!;
    for (let row = this.#row; row < end; ) {
      if (!this.tree.grammar.named[kind[row]!]) {
        row++;
        continue;
      }
      const node = this.tree.node(row);
      yield node;
      row = enter(node) ? row + 1 : next[row]!;
    }
  }

  #namedChildren(): SyntaxNode[] {
    const { kind, next } = this.tree.rows;
    const end = next[this.#row]!;
    const children: SyntaxNode[] = [];
    for (let row = this.#row + 1; row < end; row = next[row]!)
      if (this.tree.grammar.named[kind[row]!]) children.push(this.tree.node(row));
    return children;
  }
}
