import { expect, test } from "vitest";
import { answerCode } from "./answer-code.ts";
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

test("without any fence the whole text is code; nothing but blanks is none; a language that nobody knows is its own", () => {
  expect(codes("int main() {}", "c++")).toEqual([["cpp", "int main() {}"]]);
  expect(codes(" \n")).toEqual([]);
  expect(codes("see below\n```bash\nls\n```")).toEqual([]);
  expect(codes("```cobol\nSTOP RUN.\n```", "cobol")).toEqual([["cobol", "STOP RUN.\n"]]);
});
