import { kindsLike } from "../../algorithms/syntax/grammars.ts";
import type { SyntaxNode } from "../../algorithms/syntax/syntax-node.ts";
import { type Assignment, assignmentKinds, assignmentOf } from "./assignments.ts";
import { type Branches, branchesOf } from "./branches.ts";
import { callKinds, conditionKinds, conditionOf, functionKinds, operatorOf } from "./grammar.ts";
import { type Parameter, parametersOf } from "./parameters.ts";
import { withoutEmptiness } from "./restrictions.ts";
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
      readonly branches: Branches;
    }
  | {
      readonly at: number;
      /** The end of what runs where a test holds, or (`last`) of all that it decides. */
      readonly kind: "branch";
      readonly test: Event;
      readonly last: boolean;
    }
  | { readonly at: number; readonly kind: "call"; readonly node: SyntaxNode; readonly statement: boolean }
  | {
      readonly at: number;
      /** `stream >> target`. */
      readonly kind: "extract";
      readonly node: SyntaxNode;
      readonly target: SyntaxNode;
      readonly isNumber: boolean;
    };

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
const withExtractions = new Set([...eventKinds, "binary_expression"]);

/** Events of a scope by offset. A file's own scope leaves functions out; a function's takes the closures inside it in. */
export function scopeEvents(scope: SyntaxNode, sources: Sources): readonly Event[] {
  const events: Event[] = [];
  const isFile = scope.parent === null;
  let behind = 0;
  const { streams } = sources;
  const extracting = streams !== null && scope.text.includes(">>") && streams.test(scope.text);
  for (const node of scope.within(extracting ? withExtractions : eventKinds)) {
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
    if (extracting && kind === "binary_expression") {
      const target = extracted(node, streams);
      if (target !== null)
        events.push({ at: node.end, kind: "extract", node, target, isNumber: isNumber(target.text, scope) });
    }
    const condition = conditionOf(node);
    if (condition !== null) events.push(...testEvents(node, condition));
    if (callKinds.has(kind)) {
      const statement = node.parent?.kind === "expression_statement";
      events.push({ at: node.end, kind: "call", node, statement });
    }
  }
  return events.sort((a, b) => a.at - b.at);
}

/** A test, and the ends of what it decides: just behind them, so that what stands at the very end is still inside. */
function testEvents(node: SyntaxNode, condition: SyntaxNode): Event[] {
  const branches = branchesOf(node, condition);
  // Python's `a if b else c` tests before it says what.
  const at =
    node.kind === "conditional_expression"
      ? Math.min(condition.end, branches.consequence?.start ?? condition.end)
      : condition.end;
  const restriction = withoutEmptiness(condition.text);
  const test: Event = { at, kind: "test", node: condition, restriction, branches };
  if (branches.after === true) return [test];
  const held: Event = { at: branches.held + 0.5, kind: "branch", test, last: false };
  if (branches.alternative === null) return [test, held];
  return [test, held, { at: branches.end + 0.5, kind: "branch", test, last: true }];
}

/** What `stream >> a >> b` reads into last: each `>>` is an expression of its own. */
function extracted(node: SyntaxNode, streams: RegExp): SyntaxNode | null {
  if (operatorOf(node) !== ">>") return null;
  let stream: SyntaxNode | null = node.field("left");
  while (stream?.kind === "binary_expression") stream = stream.field("left");
  if (stream === null || stream.end - stream.start > 20 || !streams.test(stream.text)) return null;
  return node.field("right");
}

/** Whether a variable is declared as a number in a function of C++. */
function isNumber(name: string, { text }: SyntaxNode): boolean {
  const bare = RegExp.escape(name.replace(/\[.*$/s, ""));
  return (
    new RegExp(
      `\\b(int|long|short|unsigned|size_t|ssize_t|u?int\\d+_t|float|double|bool)(\\s*(int|long))?[\\s&]+([^;(){}]*,\\s*)?${bare}\\b`,
    ).test(text) || new RegExp(`\\bchar\\s+${bare}\\s*[;,=]`).test(text)
  );
}
