import type { SyntaxNode } from "../../algorithms/syntax/syntax-node.ts";
import { type Assignment, assignmentKinds, assignmentOf } from "./assignments.ts";
import { callKinds, conditionKinds, conditionOf, functionKinds } from "./grammar.ts";
import { type Parameter, parametersOf } from "./parameters.ts";

/** What changes what variables hold, in the order in which it takes effect. */
export type Event =
  | {
      readonly at: number;
      readonly kind: "enter";
      readonly node: SyntaxNode;
      readonly parameters: readonly Parameter[];
    }
  | {
      readonly at: number;
      readonly kind: "assign";
      readonly assignment: Assignment;
      readonly nested: boolean;
    }
  | { readonly at: number; readonly kind: "test"; readonly node: SyntaxNode }
  | { readonly at: number; readonly kind: "call"; readonly node: SyntaxNode; readonly statement: boolean };

const assigning = new Set(assignmentKinds);
const calling = new Set<string>(callKinds);
const loops = new Set([
  "for_statement",
  "for_in_statement",
  "enhanced_for_statement",
  "for_range_loop",
  "range_clause",
]);
const branches =
  /^(if_statement|elif_clause|else_clause|else|for_|while_|try_|except_|catch_|switch_|case|enhanced_for|match_)/;

const eventKinds = [...functionKinds, ...assignmentKinds, ...callKinds, ...conditionKinds];

/** Events of a scope by offset. A file's own scope leaves functions out; a function's takes the closures inside it in. */
export function scopeEvents(scope: SyntaxNode): readonly Event[] {
  const events: Event[] = [];
  const isFile = scope.parent === null;
  let behind = 0;
  for (const node of scope.tree.ofKind(...eventKinds)) {
    if (node.start < scope.start || node.end > scope.end || node.start < behind) continue;
    const { kind } = node;
    if (isFile && functionKinds.has(kind)) behind = node.end;
    if (functionKinds.has(kind) && !isFile)
      events.push({ at: node.start, kind: "enter", node, parameters: parametersOf(node) });
    const assignment = assigning.has(kind) ? assignmentOf(node) : null;
    if (assignment !== null) {
      // A loop's variable holds its value from the loop's head on, not from the loop's end.
      const at = loops.has(kind) ? assignment.value.end : node.end;
      events.push({ at, kind: "assign", assignment, nested: isNested(node, scope) });
    }
    const condition = conditionOf(node);
    if (condition !== null) events.push({ at: condition.end, kind: "test", node: condition });
    if (calling.has(kind)) {
      const statement = node.parent?.kind === "expression_statement";
      events.push({ at: node.end, kind: "call", node, statement });
    }
  }
  return events.sort((a, b) => a.at - b.at);
}

/** In a branch: what is assigned there may not have happened further down. */
function isNested(node: SyntaxNode, scope: SyntaxNode): boolean {
  for (let at = node.parent; at !== null && at !== scope; at = at.parent)
    if (branches.test(at.kind)) return true;
  return false;
}
