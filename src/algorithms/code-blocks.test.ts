import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeBlocks, textOffset } from "./code-blocks.ts";

describe("codeBlocks", () => {
  it.each([
    ["one block", "Hi\n```python\nx = 1\n```\nbye", [["python", "x = 1\n"]]],
    ["CRLF", "Hi\r\n```python\r\nx = 1\r\ny\r\n```\r\n", [["python", "x = 1\r\ny\r\n"]]],
    ["bare CR", "```c\rint a;\r```\r", [["c", "int a;\r"]]],
    ["tabs and emoji", "```py\n\tprint('😀')\n```", [["py", "\tprint('😀')\n"]]],
    [
      "several",
      "```a\n1\n```\ntext\n~~~b\n2\n~~~\n",
      [
        ["a", "1\n"],
        ["b", "2\n"],
      ],
    ],
    ["no language", "```\nx\n```", [[undefined, "x\n"]]],
    ["empty", "```\n```", [[undefined, ""]]],
    ["empty lines only", "```\n\n\n```", [[undefined, "\n\n"]]],
    ["unclosed, cut at the limit", "```python\ndef f():\n  retur", [["python", "def f():\n  retur"]]],
    ["unclosed after its first line", "```python", [["python", ""]]],
    ["tildes hold back-ticks", "~~~md\n```js\nx\n```\n~~~", [["js", "x\n"]]],
    ["longer fence holds a shorter one", "````md\n```js\nx\n```\n````", [["js", "x\n"]]],
    ["longer fence that does not say what it is", "````\n```js\nx\n```\n````", [["js", "x\n"]]],
    ["Markdown in a fence no longer than its own", "```md\n# T\n```js\nx\n```\n", [["js", "x\n"]]],
    ["Markdown without code", "```md\n# T\n```", [["md", "# T\n"]]],
    ["behind prose", "Sure! ```python\nx = 1\n```", [["python", "x = 1\n"]]],
    ["behind prose, without a language", "Here: ```\nx = 1\n```", [[undefined, "x = 1\n"]]],
    ["behind prose, cut at the limit", "Here: ```c\nint x", [["c", "int x"]]],
    ["inline code at the end of prose", "Use ```x```\nand ```y", []],
    ["closed behind its code", "```py\nf(x)```\nbye", [["py", "f(x)"]]],
    [
      "closed behind its code, before another",
      "```py\nf(x)```\nand\n```js\ny\n```",
      [
        ["py", "f(x)"],
        ["js", "y\n"],
      ],
    ],
    ["a fence behind code that does not close it", "```py\ns = '```\n'\n```", [["py", "s = '```\n'\n"]]],
    ["on one line", "```python import os; f(x)```", [["python", "import os; f(x)"]]],
    ["on one line, without a language", "So:\n```f(x)```\n", [[undefined, "f(x)"]]],
    ["on one line in prose, with its language", "Call ```py f(x)``` then.", [["py", "f(x)"]]],
    ["code behind the tag", "```python import os\nf(x)\n```", [["python", "import os\nf(x)\n"]]],
    ["code instead of a tag", "```import os\nf(x)\n```", [[undefined, "import os\nf(x)\n"]]],
    ["a title behind the tag", '```python title="f(x).py"\ny\n```', [["python", "y\n"]]],
    ["back-ticks behind the tag", "```python `x`\ny\n```", [["python", "y\n"]]],
    ["a cited file", "```12:15:src/app.py\ny\n```", [["src/app.py", "y\n"]]],
    ["begun by the prompt", "x = f(1)\n```\nThis calls f.\n", [[undefined, "x = f(1)\n"]]],
    ["begun by the prompt, nothing behind", "x = f(1)\n```", [[undefined, "x = f(1)\n"]]],
    ["begun by the prompt, closed behind its code", "x = f(1)```", [[undefined, "x = f(1)"]]],
    [
      "begun by the prompt, with an example",
      "x = f(1)\n```\n\nUsage:\n```sh\nls\n```\n",
      [
        [undefined, "x = f(1)\n"],
        ["sh", "ls\n"],
      ],
    ],
    [
      "begun by the prompt, with two blocks of output",
      "x = f(1)\n```\nIt prints this.\n```\n1\n```\n",
      [
        [undefined, "x = f(1)\n"],
        [undefined, "1\n"],
      ],
    ],
    ["prose before a block that is cut", "Call it so:\n```\nx = f(1)", [[undefined, "x = f(1)"]]],
    ["prose before a block that is empty", "Here is the code:\n```", [[undefined, ""]]],
    ["closing fence may be longer", "```\nx\n`````\nafter", [[undefined, "x\n"]]],
    ["closing fence carries no info", "```\nx\n```python\ny\n```", [[undefined, "x\n```python\ny\n"]]],
    [
      "a fence further right is code",
      "```py\ns = '''\n        ```\n'''\n```",
      [["py", "s = '''\n        ```\n'''\n"]],
    ],
    [
      "indented in a list",
      "1. Do\n   ```py\n   if x:\n       y\n\n   ```\n2. Go",
      [["py", "if x:\n    y\n\n"]],
    ],
    ["under-indented line", "  ```py\n x\n    y\n  ```", [["py", "x\n  y\n"]]],
    ["inline code", "```not a fence``` text\nmore", []],
    ["two back-ticks", "``\nx\n``", []],
    ["attributes", "```{.Python .numberLines}\nx\n```", [["python", "x\n"]]],
    ["file name", "```python:app/main.py\nx\n```", [["python", "x\n"]]],
    ["C++", "```C++\nx\n```", [["c++", "x\n"]]],
    ["space before info", "``` js\nx\n```  ", [["js", "x\n"]]],
    ["line separator in the info", "```py x\u2028\ny\n```", [["py", "y\n"]]],
    ["nothing", "", []],
  ] as const)("%s", (_, text, expected) => {
    expect(codeBlocks(text).map(({ language, code }) => [language, code])).toEqual(expected);
  });

  const line = fc.string({
    unit: fc.constantFrom("a", " ", "\t", "😀", "`", "~", "\\", "中", "\ud83d", "\u2028"),
    maxLength: 12,
  });
  const eol = fc.constantFrom("\n", "\r\n", "\r");

  it("finds any code again that is fenced by a long enough fence, at its exact place", () => {
    const block = fc.record({
      code: fc.array(line, { maxLength: 6 }),
      mark: fc.constantFrom("`", "~"),
      before: fc.constantFrom("", "text", "😀 text"),
      eol,
    });
    fc.assert(
      fc.property(fc.array(block, { maxLength: 4 }), (list) => {
        const text = list
          .map(({ code, mark, before, eol }) => {
            const fence = mark.repeat(20);
            return [before, `${fence}py`, ...code, fence, ""].join(eol);
          })
          .join("");
        const found = codeBlocks(text);
        expect(found.map(({ code }) => code)).toEqual(
          list.map(({ code, eol }) => code.map((it) => it + eol).join("")),
        );
        for (const { code, span } of found) expect(text.slice(span.start, span.end)).toBe(code);
      }),
    );
  });

  it("never fails, and spans are ordered, disjoint and lead back to the code, on any text", () => {
    const fence = fc.constantFrom(
      ...[
        "```",
        "~~~",
        "````py",
        "   ```",
        "\t~~~js",
        "```  ",
        "````md",
        "x = f(1)",
        "f(x)```",
        "Sure! ```py",
      ],
      ...["  ```py import os", "```f(x)```", "``` f(1);"],
    );
    const text = fc
      .array(fc.tuple(fc.oneof(line, fence), eol), { maxLength: 20 })
      .map((lines) => lines.flat().join(""));
    fc.assert(
      fc.property(text, (value) => {
        let end = 0;
        for (const block of codeBlocks(value)) {
          expect(block.span.start).toBeGreaterThanOrEqual(end);
          end = block.span.end;
          expect(end).toBeGreaterThanOrEqual(block.span.start);
          for (let i = 0; i < block.code.length; i++) {
            expect(value[textOffset(value, block, i)]).toBe(block.code[i]);
          }
          const last = textOffset(value, block, block.code.length);
          expect(last).toBeLessThanOrEqual(block.span.end);
        }
        expect(end).toBeLessThanOrEqual(value.length);
      }),
      { numRuns: 500 },
    );
  });

  it("takes linear time on hostile input", () => {
    const started = process.cpuUsage();
    expect(codeBlocks(`${"`".repeat(200_000)}\n${" ".repeat(200_000)}x`)).toHaveLength(1);
    expect(codeBlocks("``` `\n".repeat(50_000))).toHaveLength(0);
    for (const line of [
      "f(x)```\n",
      "y ```py\nf(x)```\n",
      "```py\nf(x)```\n",
      "```f(1);\n",
      "a ```\n",
      "x ".repeat(9),
    ])
      expect(codeBlocks(line.repeat(20_000)).length).toBeLessThanOrEqual(20_001);
    expect(codeBlocks(`${"```py x `".repeat(20_000)}\n${"f(".repeat(50_000)}\n`).length).toBeLessThan(3);
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(4000);
  });
});

describe("textOffset", () => {
  it("keeps its way where removing spaces makes a CRLF out of CR and LF", () => {
    const text = "  ```\n\r \nx";
    const block = codeBlocks(text)[0]!;
    expect(block.code).toBe("\r\nx");
    expect([0, 1, 2, 3].map((i) => textOffset(text, block, i))).toEqual([6, 8, 9, 10]);
  });

  it("adds what was removed under an indented fence", () => {
    const text = "- x\n  ```py\n  if a:\n      b\n  ```";
    const block = codeBlocks(text)[0]!;
    expect(textOffset(text, block, block.code.indexOf("b"))).toBe(text.indexOf("b\n"));
    expect(() => textOffset(text, block, 99)).toThrow(RangeError);
  });
});
