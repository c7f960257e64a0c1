import { describe, expect, it } from "vitest";
import { SyntaxTree } from "../../algorithms/syntax/syntax-tree.ts";
import { TreePatternSchema } from "./rule-schema.ts";
import { compileTreePattern, type TreePattern } from "./tree-pattern.ts";

const code = `
void first(char *p) { free(p); p = NULL; }
int second(int n) { if (n > 1) { return n; } log(n); return table[n]; }
`;

/** Texts of the nodes that a pattern matches. */
function found(pattern: TreePattern): string[] {
  const test = compileTreePattern(TreePatternSchema.parse(pattern));
  return [...new SyntaxTree("c", code).root.walk()].filter(test).map(({ text }) => text);
}

describe("a tree pattern", () => {
  it.each<[string, TreePattern, string[]]>([
    ["a kind", { kind: "null" }, ["NULL"]],
    ["its text", { kind: "return_statement", regex: "table" }, ["return table[n];"]],
    ["what it is not", { kind: "return_statement", not: { regex: "table" } }, ["return n;"]],
    ["a child", { kind: "expression_statement", has: { kind: "assignment_expression" } }, ["p = NULL;"]],
    ["no grandchild", { kind: "expression_statement", has: { kind: "null" } }, []],
    ["a field", { kind: "subscript_expression", has: { field: "index", regex: "^n$" } }, ["table[n]"]],
    ["another field", { kind: "subscript_expression", has: { field: "argument", regex: "^n$" } }, []],
    ["its parent", { kind: "identifier", inside: { kind: "return_statement" } }, ["n"]],
    [
      "anything around it",
      { kind: "return_statement", inside: { kind: "if_statement", stopBy: "end" } },
      ["return n;"],
    ],
    [
      "anything around it that is not like something",
      {
        kind: "return_statement",
        inside: { kind: "function_definition", stopBy: "end", not: { regex: "log" } },
      },
      [],
    ],
    [
      "what stands before it",
      { kind: "expression_statement", follows: { kind: "expression_statement", regex: "^free" } },
      ["p = NULL;"],
    ],
    ["nothing before it", { kind: "if_statement", follows: { kind: "comment" } }, []],
  ])("matches by %s", (_, pattern, texts) => {
    expect(found(pattern)).toEqual(texts);
  });

  it.each([
    [{ kind: "call", pattern: "f($A)" }],
    [{ kind: "call", inside: { kind: "block", field: "body" } }],
    [{ not: { regex: "(" } }],
  ])("%j is no pattern", (pattern) => {
    expect(TreePatternSchema.safeParse(pattern).success).toBe(false);
  });
});
