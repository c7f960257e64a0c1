import type { TreeCursor } from "web-tree-sitter";
import type { Grammar } from "./grammars.ts";

/**
 * A syntax tree as columns, a row per node in document order: named nodes, and those without a name that their parent calls by a
 * field (operators). Children lie behind their parent, up to `next`.
 */
export interface NodeRows {
  readonly kind: number[];
  /** What the parent calls it; 0: nothing. */
  readonly field: number[];
  readonly start: number[];
  readonly end: number[];
  /** Row of the parent; -1 for the root. */
  readonly parent: number[];
  /** The first row behind everything in it. */
  readonly next: number[];
}

/** Reads a whole tree once: looking into the parser's memory again for each question would cost many times as much. */
export function readRows(cursor: TreeCursor, { named, error }: Grammar): NodeRows {
  const rows: NodeRows = { kind: [], field: [], start: [], end: [], parent: [], next: [] };
  let parent = -1;
  for (let row = 0; ; ) {
    // Errors have a number far behind all others.
    const kind = Math.min(cursor.nodeTypeId, error);
    const isNamed = named[kind]!;
    const field = cursor.currentFieldId;
    if (isNamed || field !== 0) {
      rows.kind.push(kind);
      rows.field.push(field);
      rows.start.push(cursor.startIndex);
      rows.end.push(cursor.endIndex);
      rows.parent.push(parent);
      rows.next.push(row + 1);
      row++;
      if (isNamed && cursor.gotoFirstChild()) {
        parent = row - 1;
        continue;
      }
    }
    while (parent >= 0 && !cursor.gotoNextSibling()) {
      cursor.gotoParent();
      rows.next[parent] = row;
      parent = rows.parent[parent]!;
    }
    if (parent < 0) return rows;
  }
}
