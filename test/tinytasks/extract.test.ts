import { expect, test } from "vitest";
import { extractCode } from "../../src/benchmarks/tinytasks/extract.ts";

const block = (language: string, code: string) => `\`\`\`${language}\n${code}\n\`\`\``;
const asked = "def f(x):\n    return x";

test.each([
  ["one block", block("python", asked)],
  ["commands first", `${block("bash", "pip install x")}\n${block("py", asked)}`],
  ["no language named", `${block("text", "hello")}\n${block("", asked)}`],
  ["an example of use first", `${block("python", "print(f(1))")}\nso\n${block("python3", asked)}`],
  ["the definition in another kind of block", `${block("python", "f(1)")}\n${block("", asked)}`],
  [
    "a draft, then the final version",
    `${block("python", "def f(y):\n    return y")}\n${block("python", asked)}`,
  ],
  ["an example of use behind it", `${block("python", asked)}\n${block("python", "f(2)")}`],
  ["no block", asked],
])("python: %s", (_, text) => {
  expect(extractCode(text, "python", ["f"])?.trim()).toBe(asked);
});

test("definitions that stand apart are put together", () => {
  const second = "def g(x):\n    return f(x)";
  const text = `${block("python", asked)}\nand\n${block("python", second)}`;
  expect(extractCode(text, "python", ["f", "g"])).toBe(`${asked}\n\n${second}\n`);
});

test("without the asked function the best block there is", () => {
  const text = `${block("bash", "ls")}\n${block("", "x = 1")}\n${block("python", "y = 2")}`;
  expect(extractCode(text, "python", ["f"])?.trim()).toBe("y = 2");
  expect(extractCode(block("bash", "ls"), "python", ["f"])?.trim()).toBe("ls");
  expect(extractCode(" \n", "python", ["f"])).toBeNull();
});

test("C: a call or a prototype defines nothing", () => {
  const code = "int f(int a)\n{\n    return a;\n}";
  const text = `${block("c", "int f(int a);\nint b = f(1);")}\n${block("c", code)}`;
  expect(extractCode(text, "c", ["f"])?.trim()).toBe(code);
});
