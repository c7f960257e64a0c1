import { kindsLike } from "../../algorithms/syntax/grammars.ts";
import type { SyntaxNode } from "../../algorithms/syntax/syntax-node.ts";
import { codeText } from "./code-text.ts";
import { functionKinds } from "./grammar.ts";
import type { Hit } from "./matchers/matcher.ts";
import { decorationOf, scopeOf } from "./parameters.ts";
import { pattern } from "./pattern.ts";
import { surroundingPattern } from "./placeholders.ts";
import type { Match } from "./rule-schema.ts";

const statements = kindsLike(/statement$|declaration$|^(local_)?variable_declar/);

/** Whether a hit lies where a rule's `context`, `decorated`, `in_function` and `not_in_function` want it. */
export function surroundings(match: Match): (hit: Hit) => boolean {
  const { context, decorated, in_function, not_in_function } = match;
  const [around, inside, outside] = [context, in_function, not_in_function].map((source) =>
    source === undefined ? undefined : surroundingPattern(source),
  );
  const decoration = decorated === undefined ? undefined : pattern(decorated);
  return (hit) => {
    if (decoration !== undefined && !decoration.test(decorationAround(hit.node))) return false;
    if (around !== undefined && !around(hit).test(contextText(hit.node))) return false;
    if (inside === undefined && outside === undefined) return true;
    const text = codeOf(scopeOf(hit.node));
    return (inside?.(hit).test(text) ?? true) && !(outside?.(hit).test(text) ?? false);
  };
}

function codeOf({ tree, start, end }: SyntaxNode): string {
  return codeText(tree).slice(start, end);
}

function decorationAround(node: SyntaxNode): string {
  for (let at = node.parent; at !== null; at = at.parent)
    if (functionKinds.has(at.kind)) return decorationOf(at);
  return "";
}

/** The statement around a node without what is nested in it, and the names of the functions around it. */
function contextText(node: SyntaxNode): string {
  const words: string[] = [];
  let statement = node;
  while (statement.parent !== null && !statements.has(statement.kind)) {
    if (functionKinds.has(statement.parent.kind)) break;
    statement = statement.parent;
  }
  words.push(codeOf(statement).slice(0, 400));
  for (let at = node.parent; at !== null; at = at.parent) {
    if (!functionKinds.has(at.kind)) continue;
    const name = at.field("name") ?? at.field("declarator") ?? at.parent?.field("name");
    words.push(name?.text.slice(0, 80) ?? "");
  }
  return words.join("\n");
}
