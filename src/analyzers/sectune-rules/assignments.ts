import type { SyntaxNode } from "../../algorithms/syntax/syntax-node.ts";

/** `targets` get `value`. Loops over a collection and `with … as` count: their variable gets what the collection holds. */
export interface Assignment {
  readonly node: SyntaxNode;
  /** Names (`x`), members by their text (`self.x`); of `a[i] = v` and `a.b.c = v` the container's too. */
  readonly targets: readonly string[];
  readonly value: SyntaxNode;
  /** The old value stays a part of the new one: `+=`, an element, a member. */
  readonly adds: boolean;
}

/** Fields of target and value by kind. */
const fields: Readonly<Record<string, readonly [string, string]>> = {
  assignment: ["left", "right"],
  augmented_assignment: ["left", "right"],
  named_expression: ["name", "value"],
  for_statement: ["left", "right"],
  for_in_clause: ["left", "right"],
  variable_declarator: ["name", "value"],
  assignment_expression: ["left", "right"],
  augmented_assignment_expression: ["left", "right"],
  for_in_statement: ["left", "right"],
  init_declarator: ["declarator", "value"],
  for_range_loop: ["declarator", "right"],
  enhanced_for_statement: ["name", "value"],
  resource: ["name", "value"],
  short_var_declaration: ["left", "right"],
  assignment_statement: ["left", "right"],
  var_spec: ["name", "value"],
  const_spec: ["name", "value"],
  range_clause: ["left", "right"],
};
export const assignmentKinds: ReadonlySet<string> = new Set([...Object.keys(fields), "as_pattern"]);

/** Where names are given values besides assignments: settings, options, defaults. */
const pairFields: Readonly<Record<string, readonly [string, string]>> = {
  pair: ["key", "value"],
  keyword_argument: ["name", "value"],
  default_parameter: ["name", "value"],
  typed_default_parameter: ["name", "value"],
  public_field_definition: ["name", "value"],
  field_definition: ["property", "value"],
  preproc_def: ["name", "value"],
  element_value_pair: ["key", "value"],
  assignment_pattern: ["left", "right"],
};
/** Kinds that `namedValue` reads. */
export const namedValueKinds: ReadonlySet<string> = new Set([
  ...assignmentKinds,
  ...Object.keys(pairFields),
  "keyed_element",
]);

const augmented = new Set(["augmented_assignment", "augmented_assignment_expression"]);
const containers = new Set(["subscript", "subscript_expression", "array_access", "index_expression"]);
const members = new Set([
  "attribute",
  "member_expression",
  "field_expression",
  "field_access",
  "selector_expression",
]);

export function assignmentOf(node: SyntaxNode): Assignment | null {
  if (node.kind === "as_pattern") {
    const [value, alias] = node.children;
    return value && alias ? { node, targets: [alias.text], value, adds: false } : null;
  }
  const [left, right] = fields[node.kind] ?? [];
  const target = left === undefined ? null : node.field(left);
  const value = right === undefined ? null : node.field(right);
  if (target === null || value === null) return null;
  const between = node.tree.text.slice(target.end, value.start).trim();
  const adds = augmented.has(node.kind) || /^[-+*/%&|^<>?]+=$/.test(between) || containers.has(target.kind);
  return { node, targets: targetNames(target), value, adds };
}

/** A name and the value it is given, for assignments, pairs and named arguments alike. `target` is its text without quotes. */
export function namedValue(node: SyntaxNode): { target: string; value: SyntaxNode } | null {
  if (node.kind === "keyed_element") {
    const [key, value] = node.children;
    return key && value ? { target: key.text, value: value.children[0] ?? value } : null;
  }
  const [left, right] = pairFields[node.kind] ?? fields[node.kind] ?? [];
  const target = left === undefined ? null : node.field(left);
  const value = right === undefined ? null : node.field(right);
  if (target === null || value === null) return null;
  return { target: target.text.replace(/^["']|["']$/g, "").replace(/^[*&\s]+/, ""), value };
}

function targetNames(target: SyntaxNode): string[] {
  if (containers.has(target.kind)) {
    const base = target.children[0];
    return base === undefined ? [] : [base.text];
  }
  if (members.has(target.kind)) return [target.text];
  const names: string[] = [];
  const skipped = new Set(["type", "type_descriptor", "parameter_list", "type_annotation"]);
  for (const part of target.walk((node) => !members.has(node.kind) && !skipped.has(node.kind))) {
    if (members.has(part.kind)) names.push(part.text);
    else if (/(^|_)identifier(_pattern)?$/.test(part.kind) && !/type|namespace/.test(part.kind))
      names.push(part.text);
  }
  return names;
}
