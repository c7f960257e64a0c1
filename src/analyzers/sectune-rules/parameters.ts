import type { SyntaxNode } from "../../algorithms/syntax/syntax-node.ts";
import { functionKinds } from "./grammar.ts";
import type { Sources } from "./sources.ts";

export interface Parameter {
  readonly name: string;
  readonly node: SyntaxNode;
  /** Its type is a number or boolean. */
  readonly isNumber: boolean;
  /** Who gives it its value: a request, by way of a framework; a caller; `none`: it is no data. */
  readonly origin: "request" | "caller" | "none";
}

/** The outermost function around a node, or the whole file: data is followed inside it, closures included. */
export function scopeOf(node: SyntaxNode): SyntaxNode {
  return node.outermost(functionKinds) ?? node.tree.root;
}

/** Names that a function takes, destructured ones each for itself. */
export function parametersOf(functionNode: SyntaxNode, sources: Sources): Parameter[] {
  const decoration = decorationOf(functionNode);
  const served = sources.requestFunction.test(decoration);
  return namedParameters(functionNode).map(([name, node]) => {
    const { text } = node;
    const isNumber = sources.numbers.test(text) || isNumberInRoute(name, decoration);
    if (served || sources.requestParameter.test(text)) return { name, node, isNumber, origin: "request" };
    return { name, node, isNumber, origin: sources.noData.test(name) ? "none" : "caller" };
  });
}

function namedParameters(functionNode: SyntaxNode): [string, SyntaxNode][] {
  const list =
    functionNode.field("parameters") ??
    functionNode.field("parameter") ??
    functionNode.field("declarator")?.field("parameters") ??
    pointerResult(functionNode);
  if (list === null) return [];
  if (list.kind === "identifier") return [[list.text, list]];
  return list.children.flatMap((node) => names(node).map((name): [string, SyntaxNode] => [name, node]));
}

/** Flask's `/orders/<int:id>`. */
function isNumberInRoute(name: string, decoration: string): boolean {
  return ["int", "float", "uuid"].some((kind) => decoration.includes(`<${kind}:${name}>`));
}

/** What stands before a function and belongs to it: decorators, annotations. */
export function decorationOf(functionNode: SyntaxNode): string {
  const { parent } = functionNode;
  if (parent?.kind === "decorated_definition")
    return parent.tree.text.slice(parent.start, functionNode.start);
  return functionNode.children.find(({ kind }) => kind === "modifiers" || kind === "decorator")?.text ?? "";
}

/** `char *f(int n)`: the declarator of the function lies inside that of the pointer. */
function pointerResult(functionNode: SyntaxNode): SyntaxNode | null {
  let at = functionNode.field("declarator");
  while (at !== null && at.field("parameters") === null) at = at.field("declarator");
  return at?.field("parameters") ?? null;
}

/** Grammars differ in where the name lies; what is no name (types, defaults, annotations) is left out. */
function names(node: SyntaxNode): string[] {
  if (/^(shorthand_property_)?identifier(_pattern)?$/.test(node.kind)) return [node.text];
  if (node.kind === "typed_parameter") return node.children[0] ? names(node.children[0]) : [];
  const named = node.field("name") ?? node.field("pattern") ?? node.field("declarator") ?? node.field("left");
  if (named !== null) return names(named);
  const inside = node.children.filter(
    ({ kind }) => !/type|modifier|default|literal|comment|string|number/.test(kind),
  );
  if (node.kind === "pair_pattern") return inside[1] ? names(inside[1]) : [];
  return inside.flatMap(names);
}
