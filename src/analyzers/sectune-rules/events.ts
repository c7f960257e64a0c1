import { kindsLike } from "../../algorithms/syntax/grammars.ts";
import type { SyntaxNode } from "../../algorithms/syntax/syntax-node.ts";
import { type Assignment, assignmentKinds, assignmentOf } from "./assignments.ts";
import { callKinds, conditionKinds, conditionOf, functionKinds } from "./grammar.ts";
import { type Parameter, parametersOf } from "./parameters.ts";
import type { Sources } from "./sources.ts";

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
  | {
      readonly at: number;
      readonly kind: "test";
      readonly node: SyntaxNode;
      /** Its text without tests against null and emptiness, which restrict nothing. */
      readonly restriction: string;
    }
  | { readonly at: number; readonly kind: "call"; readonly node: SyntaxNode; readonly statement: boolean };

const loops = new Set([
  "for_statement",
  "for_in_statement",
  "enhanced_for_statement",
  "for_range_loop",
  "range_clause",
]);
/** What is assigned inside may not have happened further down. */
const branches = kindsLike(
  /^(if_statement|elif_clause|else_clause|else|for_|while_|try_|except_|catch_|switch_|case|enhanced_for|match_)/,
);

const eventKinds = new Set([...functionKinds, ...assignmentKinds, ...callKinds, ...conditionKinds]);

/** Events of a scope by offset. A file's own scope leaves functions out; a function's takes the closures inside it in. */
export function scopeEvents(scope: SyntaxNode, sources: Sources): readonly Event[] {
  const events: Event[] = [];
  const isFile = scope.parent === null;
  let behind = 0;
  for (const node of scope.within(eventKinds)) {
    if (node.start < behind) continue;
    const { kind } = node;
    if (isFile && functionKinds.has(kind)) behind = node.end;
    if (functionKinds.has(kind) && !isFile)
      events.push({ at: node.start, kind: "enter", node, parameters: parametersOf(node, sources) });
    const assignment = assignmentKinds.has(kind) ? assignmentOf(node) : null;
    if (assignment !== null) {
      // A loop's variable holds its value from the loop's head on, not from the loop's end.
      const at = loops.has(kind) ? assignment.value.end : node.end;
      events.push({ at, kind: "assign", assignment, nested: node.isInside(branches, scope) });
    }
    const condition = conditionOf(node);
    if (condition !== null)
      events.push({
        at: condition.end,
        kind: "test",
        node: condition,
        restriction: restriction(condition.text),
      });
    if (callKinds.has(kind)) {
      const statement = node.parent?.kind === "expression_statement";
      events.push({ at: node.end, kind: "call", node, statement });
    }
  }
  return events.sort((a, b) => a.at - b.at);
}

function restriction(condition: string): string {
  return condition
    .replace(/(is not|is|===?|!==?)\s*(None|null|undefined|NULL|nullptr|nil|""|''|0)(?!\w)/g, "")
    .replace(/(None|null|NULL|nil)\s*[!=]==?/g, "");
}
