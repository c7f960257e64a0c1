import { expect, test } from "vitest";
import { answerCode, answerPieces, hasFencedCode } from "./answer-code.ts";
import { codeBlocks } from "./code-blocks.ts";

const codes = (text: string, language = "python") =>
  answerCode({ text, codeBlocks: codeBlocks(text) }, language).map((one) => [one.language, one.block.code]);

test("every block in a known language is code, by its one name; shell, data and blank blocks are none", () => {
  const text =
    "```py\na = 1\n```\n```bash\nrm -rf x\n```\n```json\n{}\n```\n```JS\nb()\n```\n```python\n \n```\n";
  expect(codes(text)).toEqual([
    ["python", "a = 1\n"],
    ["javascript", "b()\n"],
  ]);
});

test("a block without a language is the task's code, unless one is fenced as the task's: then it is output", () => {
  expect(codes("```\na = 1\n```")).toEqual([["python", "a = 1\n"]]);
  expect(codes("```\na = 1\n```\n```js\nb()\n```").map(([language]) => language)).toEqual([
    "python",
    "javascript",
  ]);
  expect(codes("```python\na = 1\n```\n```\nTraceback: …\n```")).toEqual([["python", "a = 1\n"]]);
});

test.each([
  ...[
    "python2",
    "ipython",
    "Python3.11",
    "py3.12",
    "python=1",
    "[python]",
    "{.python}",
    "python(main.py)",
    "python/flask",
  ],
  ...[
    "app.py",
    "src/app.py",
    'title="app.py"',
    "12:15:src/app.py",
    "language-python",
    "lang=python",
    "python_3",
  ],
  ...["text", "code", "plaintext", "pycon", "python-repl", "answer", "solution.txt"],
])("a block tagged %s is read in the task's language", (tag) => {
  expect(codes(`\`\`\`${tag}\na = 1\n\`\`\``)).toEqual([["python", "a = 1\n"]]);
});

test.each([
  ["c99", "c"],
  ["c2x", "c"],
  ["gnu17", "c"],
  ["cpp11", "cpp"],
  ["c++17", "cpp"],
  ["C++20", "cpp"],
  ["gnu++20", "cpp"],
  ["java17", "java"],
  ["go1.21", "go"],
  ["es6", "javascript"],
  ["Node.js", "javascript"],
  ["typescriptreact", "tsx"],
  ["main.c", "c"],
  ["php8.2", "php"],
  ["C#", "csharp"],
])("a block tagged %s is %s", (tag, language) => {
  expect(codes(`\`\`\`${tag}\nx\n\`\`\``)).toEqual([[language, "x\n"]]);
});

test("a block of something else is left out and counted, and so is printed output beside the task's code", () => {
  const pieces = (text: string, language?: string) => {
    const { code, leftOut } = answerPieces({ text, codeBlocks: codeBlocks(text) }, language);
    return [code.map((one) => [one.language, one.block.code]), leftOut];
  };
  for (const tag of ["bash", "json", "html", "objective-c", "f#", "haskell", "console", "output", "vue+ts"])
    expect([tag, pieces(`\`\`\`${tag}\nx\n\`\`\``, "python")]).toEqual([tag, [[], 1]]);
  const own = "```python\na = 1\n```\n";
  expect(pieces(`${own}\`\`\`\nHello, world\n42\n\`\`\``, "python")).toEqual([[["python", "a = 1\n"]], 1]);
  expect(pieces(`${own}\`\`\`\n{"a": [1]}\n\`\`\``, "python")).toEqual([[["python", "a = 1\n"]], 1]);
  // Code that an answer goes on with is no output.
  expect(pieces(`${own}\`\`\`\nos.system(input())\n\`\`\``, "python")[0]).toHaveLength(2);
  // Where nobody tells the language, the first tag that names one does.
  expect(pieces("```\nb = f(1)\n```\n```py\na = 1\n```", undefined)).toEqual([
    [
      ["python", "b = f(1)\n"],
      ["python", "a = 1\n"],
    ],
    0,
  ]);
  expect(pieces("```brainfuck\n+\n```", undefined)).toEqual([[["brainfuck", "+\n"]], 0]);
});

const DOCUMENTED =
  'import os\n\ndef f(x):\n    """Run.\n\n    ```python\n    f(1)\n    ```\n    """\n    os.system(x)\n    return 1\n';

test("fences inside a program's comments make no answer of it", () => {
  expect(codes(DOCUMENTED)).toEqual([["python", DOCUMENTED]]);
});

test("without any fence the whole text is code; nothing but blanks is none; a language that nobody knows is its own", () => {
  expect(codes("int main() {}", "c++")).toEqual([["cpp", "int main() {}"]]);
  expect(codes(" \n")).toEqual([]);
  expect(codes("see below\n```bash\nls\n```")).toEqual([]);
  expect(codes("```cobol\nSTOP RUN.\n```", "cobol")).toEqual([["cobol", "STOP RUN.\n"]]);
});

test.each([
  ["a block in the task's language", "Here:\n```Python3\na = 1\n```\n", "python", true],
  ["the task's language by another name", "```c++\nint a;\n```", "cpp", true],
  ["a block that names no language", "```\na = 1\n```", "python", true],
  ["one of several", "```bash\nls\n```\n```python\na = 1\n```", "python", true],
  ["another language", "```js\nlet a;\n```", "python", false],
  ["a shell's lines alone", "Run\n```bash\nls\n```", "python", false],
  ["a blank block", "```python\n \n```", "python", false],
  ["code without a fence", "def f():\n    return 1\n", "python", false],
  ["a fence in a program's comment", DOCUMENTED, "python", false],
  ["words", "I would escape it.", "python", false],
  ["nothing", "", "python", false],
  ["any block where the language is not told", "```bash\nls\n```", undefined, true],
  ["any block where nobody knows the language", "```hs\nmain = pure ()\n```", "haskell", true],
  ["words where nobody knows the language", "main = pure ()", "haskell", false],
])("fenced code: %s", (_, text, language, fenced) => {
  expect(hasFencedCode({ text, codeBlocks: codeBlocks(text) }, language)).toBe(fenced);
});
