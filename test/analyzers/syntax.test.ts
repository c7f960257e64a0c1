import { describe, expect, it } from "vitest";
import { analyzer as syntax } from "../../src/analyzers/syntax/index.ts";
import type { Services } from "../../src/core/adapter.ts";
import type { SourceFile } from "../../src/core/analyzer.ts";
import { analyzerContract } from "../contracts/analyzer.ts";
import { openSandbox } from "../tinytasks/bubblewrap.ts";

const services = { sandbox: openSandbox, env: process.env } as unknown as Services;
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

  it("is never clean where the parser is unsure and nobody stands in", async () => {
    const header = [file("c", '#include "missing.h"\nint f(foo x) { return x; }')];
    const [word] = await (await make({ fallback: false })).analyze(header, context);
    expect(word).toMatchObject({ outcome: "failed", reason: "unparsable" });
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

const version = (await (await shared).probe()).version ?? "";
/** Languages that tree-sitter's packages here do not read: real parsers alone have a say. */
const others: Record<string, readonly (readonly [language: string, text: string, outcome: string])[]> = {
  gofmt: [
    ["go", "package main\nfunc f() int { return 1 }\n", "clean"],
    ["go", "package main\nfunc f() int { return x.y(nope) }\n", "clean"],
    ["go", "func f() int { return 1 }\n", "clean"], // a fragment
    ["go", "package main\nfunc f() int { return 1 \n", "failed"],
    ["go", "package main\nfunc f() { x := = 1 }\n", "failed"],
  ],
  php: [
    ["php", "<?php\nfunction f($x) { return nope($x); }\n", "clean"],
    ["php", "function f($x) { return $x; }\n", "clean"], // without its tag
    ["php", "function f($x { return $x; }\n", "failed"],
    ["php", "<?php\n$x = ;\n", "failed"],
    ["php", "<?php function f(){} function f(){}", "failed"],
  ],
  rustc: [
    ["rust", "use serde::Nope;\nfn f(x: Unknown) -> u8 { missing!(x); 1 }\n", "clean"],
    ["rust", "mod other;\nfn main() {}\n", "clean"],
    ["rust", "fn f( { }\n", "failed"],
    ["rust", 'fn f() { let s = "abc; }\n', "failed"],
    ["rust", "fn f() { let x: = 1; }\n", "failed"],
  ],
};
for (const [tool, cases] of Object.entries(others)) {
  const here = version.includes(`${tool} `);
  describe.skipIf(!here)(
    `${tool}${here ? "" : " (not inside the sandbox here)"}`,
    { timeout: 60_000 },
    () => {
      it.each(cases)("%s %j is %s", async (language, text, outcome) => {
        const [found] = await (await shared).analyze([file(language, text)], context);
        expect(found).toMatchObject({ outcome });
        if (outcome === "failed") {
          expect(found).toMatchObject({
            reason: "unparsable",
            message: expect.stringContaining(`(${tool})`),
          });
        }
      });
    },
  );
}

it.skipIf(version.includes("rustc "))("says why nothing is known where the parser is not here", async () => {
  const env = { PATH: "/nonexistent", SECTUNE_TOOLS: "/nonexistent" };
  const none = await syntax.create(syntax.config.parse({}), { ...services, env } as Services);
  const [rust, cobol] = await none.analyze([file("rust", "fn f() {}"), file("cobol", "x")], context);
  expect(rust).toEqual({ outcome: "failed", reason: "tool-missing", message: "rustc is not installed" });
  expect(cobol).toMatchObject({ reason: "unsupported-language" });
});
