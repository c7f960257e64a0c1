import { describe, expect, it } from "vitest";
import { analyzer as syntax } from "../../src/analyzers/syntax/index.ts";
import type { Services } from "../../src/core/adapter.ts";
import type { SourceFile } from "../../src/core/analyzer.ts";
import { analyzerContract } from "../contracts/analyzer.ts";
import { openSandbox } from "../tinytasks/bubblewrap.ts";

const services = { sandbox: openSandbox } as unknown as Services;
const make = async (config = {}) => syntax.create(syntax.config.parse(config), services);
// Asking for the tools' versions takes longer than most of what is tested.
const shared = make();
const file = (language: string, text: string): SourceFile => ({ path: "x", language, text });
const context = { signal: new AbortController().signal, onProgress: () => {} };

analyzerContract("syntax", () => shared, {
  vulnerable: [],
  clean: [file("python", "def f():\n    return '😀'\n"), file("c", "int f(void) { return 1; }\n")],
  broken: [file("python", "print 'x'"), file("python", "def f():\nreturn 1"), file("c", "int main( { }")],
});

describe("the word of real parsers", { timeout: 60_000 }, () => {
  it.each([
    ["python", "return 1", "failed"], // tree-sitter takes it
    ["javascript", "import a from 'b'; await a;", "clean"],
    ["javascript", "const x = require('y'); return x;", "clean"],
    ["javascript", "let x = (1;", "failed"],
    ["javascript", "const a = <b/>;", "clean"], // JSX
    ["c", "int f(void) { int x = 3 }", "failed"],
    ["c", '#include "missing.h"\nint f(foo x) { return x; }', "clean"], // unknown names are no matter of syntax
    ["c", "#define RETURN return\nint f(void) { RETURN 1; }", "clean"], // tree-sitter complains
    ["cpp", "class A { void f( };", "failed"],
    ["java", "class A extends Nope { void f() { y.z(); } }", "clean"],
    ["java", "class A { void f() { int x = 3 } }", "failed"],
  ])("%s %j is %s", async (language, text, outcome) => {
    const [found] = await (await shared).analyze([file(language, text)], context);
    expect(found).toMatchObject({ outcome });
    if (outcome === "failed") expect(found).toMatchObject({ reason: "unparsable" });
  });

  it("marks what only tree-sitter has seen, or refuses without it", async () => {
    const go = [file("go", "package main\n")];
    const [found] = await (await shared).analyze(go, context);
    const [refused] = await (await make({ fallback: false })).analyze(go, context);
    // Where gofmt is installed, it speaks.
    if (refused!.outcome === "clean") expect(found).toEqual({ outcome: "clean" });
    else {
      expect(refused).toMatchObject({ outcome: "failed", reason: "tool-missing" });
      expect(found).toMatchObject({ outcome: "clean", note: expect.stringContaining("tree-sitter") });
    }
  });

  it("asks about the files behind one that takes the parser down", async () => {
    // CPython gives up on this one by ending itself or with an error; either way the next is looked at.
    const deep = file("python", `x = ${"-".repeat(200_000)}1`);
    const outcomes = await (await shared).analyze(
      [deep, file("python", "x = 1"), deep, file("python", "x = (")],
      context,
    );
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(["failed", "clean", "failed", "failed"]);
  });
});
