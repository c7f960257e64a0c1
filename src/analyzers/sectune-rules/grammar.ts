import type { SyntaxNode } from "../../algorithms/syntax/syntax-node.ts";

/**
 * What node kinds mean, for all grammars in one table: their names hardly clash. Verified against the grammars pinned in
 * package.json; a kind that a grammar does not have costs nothing.
 */
export const callKinds: ReadonlySet<string> = new Set([
  "call", // Python
  "call_expression", // JavaScript, C, C++, Go
  "new_expression", // JavaScript, C++
  "delete_expression", // C++
  "method_invocation", // Java
  "object_creation_expression", // Java
]);

export const functionKinds: ReadonlySet<string> = new Set([
  "function_definition", // Python, C, C++
  "lambda", // Python
  "function_declaration", // JavaScript, Go
  "function_expression",
  "generator_function_declaration",
  "arrow_function",
  "method_definition", // JavaScript
  "method_declaration", // Java, Go
  "constructor_declaration", // Java
  "lambda_expression", // Java, C++
  "func_literal", // Go
]);

export const stringKinds: ReadonlySet<string> = new Set([
  "string", // Python, JavaScript
  "concatenated_string",
  "template_string",
  "string_literal", // C, C++, Java
  "raw_string_literal",
  "interpreted_string_literal", // Go
]);

export const subscriptKinds: ReadonlySet<string> = new Set([
  "subscript",
  "subscript_expression",
  "array_access",
  "index_expression",
]);
export const returnKinds: ReadonlySet<string> = new Set(["return_statement"]);

const conditionFields: Readonly<Record<string, string>> = {
  if_statement: "condition",
  elif_clause: "condition",
  while_statement: "condition",
  do_statement: "condition",
  for_statement: "condition",
  conditional_expression: "condition",
  ternary_expression: "condition",
  expression_switch_statement: "value",
  switch_statement: "condition",
};

export const conditionKinds: ReadonlySet<string> = new Set([
  ...Object.keys(conditionFields),
  "assert_statement",
]);

/** The tested expression of a branch, loop or assertion, or null for other nodes. */
export function conditionOf(node: SyntaxNode): SyntaxNode | null {
  if (node.kind === "assert_statement") return node.children[0] ?? null;
  // Python's `a if b else c` has no field names.
  if (node.kind === "conditional_expression" && node.field("condition") === null)
    return node.children[1] ?? null;
  const field = conditionFields[node.kind];
  return field === undefined ? null : node.field(field);
}

/** How a kind of expression hands data on. `inside`: whatever its children hold. */
export type Role =
  | "name"
  | "member"
  | "index"
  | "call"
  | "operator"
  | "template"
  | "choice"
  | "comprehension"
  | "none"
  | "inside";

const roles: Readonly<Record<string, Role>> = {
  identifier: "name",
  property_identifier: "name",
  shorthand_property_identifier: "name",
  this: "name",
  attribute: "member",
  member_expression: "member",
  field_expression: "member",
  field_access: "member",
  selector_expression: "member",
  subscript: "index",
  subscript_expression: "index",
  array_access: "index",
  index_expression: "index",
  ...Object.fromEntries([...callKinds].map((kind) => [kind, "call" as const])),
  binary_operator: "operator",
  binary_expression: "operator",
  string: "template",
  template_string: "template",
  concatenated_string: "template",
  generator_expression: "comprehension",
  list_comprehension: "comprehension",
  set_comprehension: "comprehension",
  dictionary_comprehension: "comprehension",
  conditional_expression: "choice",
  ternary_expression: "choice",
  comparison_operator: "none",
  not_operator: "none",
  instanceof_expression: "none",
  sizeof_expression: "none",
  lambda: "none",
  arrow_function: "none",
  function_expression: "none",
  function_definition: "none",
  func_literal: "none",
  lambda_expression: "none",
  type: "none",
  type_descriptor: "none",
  type_identifier: "none",
  comment: "none",
};

export function roleOf(kind: string): Role {
  return roles[kind] ?? "inside";
}

/** The operator of a binary expression: what stands between its two sides. */
export function operatorOf(node: SyntaxNode): string {
  const operator = node.field("operator");
  if (operator !== null) return operator.text;
  const [left, right] = [node.field("left"), node.field("right")];
  return left === null || right === null ? "" : node.tree.text.slice(left.end, right.start).trim();
}

/** Whether a value is written out in the code: no names in it, no calls. */
export function isLiteral(node: SyntaxNode): boolean {
  for (const part of node.walk()) {
    const role = roleOf(part.kind);
    if (role === "name" || role === "member" || role === "call" || role === "index") return false;
    if (part.kind === "interpolation" || part.kind === "template_substitution") return false;
  }
  return !functionKinds.has(node.kind);
}
