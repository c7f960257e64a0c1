import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kindsLike, parsedLanguages } from "./grammars.ts";
import type { SyntaxNode } from "./syntax-node.ts";
import { SyntaxTree } from "./syntax-tree.ts";

const texts = (nodes: readonly SyntaxNode[]) => nodes.map(({ text }) => text);
const calls = new Set(["call", "call_expression"]);
const functions = new Set(["function_definition", "lambda"]);

describe("a syntax tree", () => {
  it("gives nodes of some kinds in document order, kinds that the grammar has not left out", () => {
    const tree = new SyntaxTree("python", "f(g(1))\nh(2)\n");
    expect(texts(tree.ofKind(calls))).toEqual(["f(g(1))", "g(1)", "h(2)"]);
    expect(tree.ofKind(new Set(["method_invocation"]))).toEqual([]);
  });

  it("tells punctuation and keywords from nodes of the same name", () => {
    // `lambda` is the keyword's kind, too.
    const tree = new SyntaxTree("python", "x = lambda: 1\n");
    expect(texts(tree.ofKind(functions))).toEqual(["lambda: 1"]);
  });

  it("knows parents, children and fields, operators among them", () => {
    const [call] = new SyntaxTree("javascript", "a.b(c + 1, /* two */ d);").ofKind(calls);
    expect(call!.field("function")?.text).toBe("a.b");
    const list = call!.field("arguments")!;
    expect(texts(list.children)).toEqual(["c + 1", "/* two */", "d"]);
    expect(list.children[0]!.field("operator")?.text).toBe("+");
    expect(list.field("left")).toBeNull();
    expect(list.children[2]!.parent).toBe(list);
    expect(list.parent).toBe(call);
  });

  it("finds what lies inside and around a node", () => {
    const tree = new SyntaxTree("python", "def f():\n  if a:\n    g(lambda: h())\nk()\n");
    const [outer, , inner] = tree.ofKind(calls);
    const [definition, lambda] = tree.ofKind(functions);
    expect(texts(definition!.within(calls))).toEqual(["g(lambda: h())", "h()"]);
    expect(inner!.outermost(functions)).toBeNull();
    expect(lambda!.children[0]!.outermost(functions)).toBe(definition);
    expect(outer!.isInside(kindsLike(/^if_/), definition!)).toBe(true);
    expect(outer!.isInside(kindsLike(/^while_/), tree.root)).toBe(false);
  });

  it("walks only where it is let in", () => {
    const { root } = new SyntaxTree("python", "f(g(1))\nh(2)\n");
    const seen = [...root.walk(({ text }) => text !== "g(1)")].filter(({ kind }) => kind === "integer");
    expect(texts(seen)).toEqual(["2"]);
  });

  it("counts offsets in UTF-16 units", () => {
    const text = "é = '😀\ud800'\r\nif é:\r\n\tf(x)\n";
    const [call] = new SyntaxTree("python", text).ofKind(calls);
    expect([call!.start, call!.end]).toEqual([text.indexOf("f(x)"), text.indexOf("f(x)") + 4]);
  });

  it.each(parsedLanguages)("covers any text of %s with nodes that lie inside their parents", (language) => {
    const part = fc.constantFrom(
      "f(",
      ")",
      "{",
      "}",
      "x",
      " = ",
      '"',
      "\n",
      ";",
      "if ",
      "é",
      "😀",
      "\ud800",
      "\0",
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
        const { root } = new SyntaxTree(language, parts.join(""));
        for (const node of root.walk())
          for (const child of node.children) {
            expect(child.parent).toBe(node);
            expect(child.start).toBeGreaterThanOrEqual(node.start);
            expect(child.end).toBeLessThanOrEqual(node.end);
          }
      }),
      { numRuns: 60 },
    );
  });
});

describe("what does not parse", () => {
  it.each([
    ["java", "class A { int f() { return 1 } }", "something is missing here (;)", 28],
    ["c", "int f(void) { return 1 }", "something is missing here (;)", 22],
    ["javascript", "let a = 1;\nlet = = 2;", "syntax error", 17],
  ])("is told with its place (%s %j)", (language, text, message, offset) => {
    const problem = new SyntaxTree(language, text).problem();
    expect(problem?.message).toBe(message);
    expect(problem?.offset).toBe(offset);
  });

  it.each([
    ["go", "package main\nvar s = ``"],
    ["python", ""],
    ["javascript", "f()\ng()"],
  ])("is nothing that a program may leave empty (%s %j)", (language, text) => {
    expect(new SyntaxTree(language, text).problem()).toBeUndefined();
  });

  it("is refused when there is no grammar, or brackets nest without end", () => {
    expect(() => new SyntaxTree("cobol", "")).toThrow("no grammar for cobol");
    expect(() => new SyntaxTree("c", "(".repeat(2_001))).toThrow("nested more than 2000 deep");
  });
});
