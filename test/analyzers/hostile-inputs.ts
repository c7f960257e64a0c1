import type { SourceFile } from "../../src/core/analyzer.ts";

const languages = ["python", "javascript", "typescript", "c", "cpp", "java", "go"];
const tokens = [
  ..."()[]{}<>;:,.=+-*/%&|^!~?@#$\\\"'`\n\t\r\0 ",
  ...[
    "def ",
    "class ",
    "if ",
    "for ",
    "return ",
    "function ",
    "=>",
    "import ",
    "os.system(",
    "exec(",
    "eval(",
    "free(p);",
    'f"',
    "`${",
    "//",
    "/*",
    "*/",
    "#define ",
  ],
  ...["x", "req.query.a", "argv[1]", "0x", "1e999", "é", "😀", "\ud800", "\u2028", "\ufeff", "\u202e"],
];

/** Shapes that break parsers, matchers and stacks. `size` grows some of them. */
const shapes: ((random: () => number, size: number) => string)[] = [
  (random, size) => String.fromCharCode(...Array.from({ length: size }, () => Math.floor(random() * 65_536))),
  (random, size) =>
    Buffer.from(Array.from({ length: size }, () => Math.floor(random() * 256))).toString("utf8"),
  (random, size) => Array.from({ length: size }, () => tokens[Math.floor(random() * tokens.length)]).join(""),
  (random, size) =>
    Array.from({ length: size }, () => tokens[Math.floor(random() * tokens.length)]).join(" "),
  (_, size) => "(".repeat(size * 3) + ")".repeat(size * 3),
  (_, size) => `x = ${"(".repeat(300)}1${")".repeat(300)}\n`.repeat(Math.ceil(size / 300)),
  (_, size) => `f(a${" + a".repeat(size)});`,
  (_, size) => `a${".b".repeat(size)}(c)`,
  (_, size) => `a${"()".repeat(size)}`,
  (_, size) => `${"if (x) { ".repeat(size)}${"}".repeat(size)}`,
  (_, size) => `os.system("${"a".repeat(size * 20)}" + x)`,
  (_, size) => `re.match("${"(a+".repeat(30)}${")+".repeat(30)}${"a*".repeat(size)}", x)`,
  (_, size) => "\0".repeat(size),
  (_, size) => `${"#".repeat(size)}\n${"/*".repeat(size)}`,
  (_, size) => "x = 1\r".repeat(size),
  (_, size) => `"${"\\".repeat(size)}`,
  (_, size) =>
    `${Array.from({ length: size }, (_unused, index) => `v${index} = v${index - 1} + "${index}"`).join("\n")}\nos.system(v${size - 1})`,
  (_, size) => `password = "${"!aA1".repeat(size)}"\n`,
];

/** `count` files from the `from`-th on: the same numbers always give the same files. */
export function hostileFiles(from: number, count: number): SourceFile[] {
  return Array.from({ length: count }, (_, offset) => {
    const index = from + offset;
    const random = generator(index);
    const size = 5 + Math.floor(random() * 400);
    const text = shapes[index % shapes.length]!(random, size);
    return { path: `hostile-${index}`, language: languages[Math.floor(random() * languages.length)]!, text };
  });
}

/** mulberry32: small, fast, and the same everywhere. */
function generator(seed: number): () => number {
  let state = seed + 0x6d2b79f5;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
