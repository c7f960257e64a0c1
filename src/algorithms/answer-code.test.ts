import { expect, test } from "vitest";
import { answerCode, answerPieces } from "./answer-code.ts";
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

test("fences inside a program's comments make no answer of it", () => {
  const program =
    'import os\n\ndef f(x):\n    """Run.\n\n    ```python\n    f(1)\n    ```\n    """\n    os.system(x)\n    return 1\n';
  expect(codes(program)).toEqual([["python", program]]);
});

test("without any fence the whole text is code; nothing but blanks is none; a language that nobody knows is its own", () => {
  expect(codes("int main() {}", "c++")).toEqual([["cpp", "int main() {}"]]);
  expect(codes(" \n")).toEqual([]);
  expect(codes("see below\n```bash\nls\n```")).toEqual([]);
  expect(codes("```cobol\nSTOP RUN.\n```", "cobol")).toEqual([["cobol", "STOP RUN.\n"]]);
});
