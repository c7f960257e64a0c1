import { dirname } from "node:path";
import { SyntaxTree } from "../../algorithms/syntax/syntax-tree.ts";
import type { SourceFile } from "../../core/analyzer.ts";
import { type Checker, decode, readPlainAnswer, type SyntaxWord } from "./checker.ts";
import { javaScript, nodeScript, pythonScript, shellScript, typeScriptScript } from "./scripts.ts";

const python: Checker = {
  tool: "CPython",
  languages: ["python"],
  versionArgv: ["/usr/bin/python3", "-I", "-S", "-c", "import sys; print(sys.version.split()[0])"],
  files: { "check.py": pythonScript },
  argv: () => ["/usr/bin/python3", "-I", "-S", "-W", "ignore", "/box/check.py"],
  read: readPlainAnswer,
};

/** As a module and, because answers may be either, as the body of a CommonJS module. */
const node: Checker = {
  tool: "Node",
  languages: ["javascript"],
  versionArgv: ["/usr/bin/node", "--version"],
  files: { "check.cjs": nodeScript },
  argv: () => ["/usr/bin/node", "--no-warnings", "--experimental-vm-modules", "/box/check.cjs"],
  read: (line, file) => {
    const word = readPlainAnswer(line);
    // JSX is nothing that Node reads, and no mistake either.
    if (word.word === "invalid" && /<[\w>]/.test(file.text) && holdsJsx(file))
      return { word: "unsure", message: "JSX" };
    return word;
  },
};

/** Types are stripped and the rest is parsed; by this process's Node, because the system's is often too old for it. */
const typescript: Checker = {
  tool: "Node's TypeScript",
  languages: ["typescript"],
  versionArgv: [
    process.execPath,
    "-e",
    "require('node:module').stripTypeScriptTypes('let a: 1'); console.log(process.version)",
  ],
  readOnly: [dirname(process.execPath)],
  files: { "check.cjs": typeScriptScript },
  argv: () => [process.execPath, "--no-warnings", "/box/check.cjs"],
  read: readPlainAnswer,
};

const gcc: Checker = {
  tool: "gcc",
  languages: ["c", "cpp"],
  versionArgv: ["/usr/bin/gcc", "-dumpfullversion"],
  files: { "check.sh": shellScript },
  argv: (language) =>
    language === "c"
      ? ["/bin/sh", "/box/check.sh", "/usr/bin/gcc", "-x", "c", "-std=gnu17"]
      : ["/bin/sh", "/box/check.sh", "/usr/bin/g++", "-x", "c++", "-std=gnu++20"],
  read: readCompiler,
};

/** The parser alone: names that are not there are no matter of syntax. */
const java: Checker = {
  tool: "javac",
  languages: ["java"],
  versionArgv: ["/usr/bin/javac", "-J-Xmx256m", "-version"],
  files: { "Check.java": javaScript },
  argv: () => ["/usr/bin/java", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "/box/Check.java"],
  read: readPlainAnswer,
};

const gofmt: Checker = {
  tool: "gofmt",
  languages: ["go"],
  versionArgv: ["/bin/sh", "-c", "command -v gofmt >/dev/null && go version"],
  files: { "check.sh": shellScript },
  argv: () => ["/bin/sh", "/box/check.sh", "gofmt", "-e", "-l"],
  read: readCompiler,
};

export const checkers: readonly Checker[] = [python, node, typescript, gcc, java, gofmt];

const jsxKinds = new Set(["jsx_element", "jsx_self_closing_element"]);

function holdsJsx(file: SourceFile): boolean {
  try {
    return new SyntaxTree("javascript", file.text).ofKind(jsxKinds).length > 0;
  } catch {
    return false;
  }
}

/** What compilers complain about when the text itself is wrong, in the words of gcc 12 and gofmt. */
const aboutSyntax =
  /\b(expected\b(?! to )|stray|missing terminating|unterminated|before .* token|illegal character|not terminated|extraneous|invalid (suffix|digit)|(redefinition|redeclaration) of|jump to|break statement not within|unbalanced)/;
/** After these, complaints about syntax may be the compiler's own confusion. */
const aboutNames =
  /unknown type name|does not name a type|No such file or directory|has not been declared|was not declared|undeclared|template argument/;

/** `EXIT MESSAGES` of a compiler: base64 of what it wrote. */
function readCompiler(line: string, _file: SourceFile): SyntaxWord {
  const [, exit, output] = /^(\d+) ([A-Za-z0-9+/=]*)$/.exec(line) ?? [];
  if (output === undefined) throw new Error(`not an answer: ${line.slice(0, 80)}`);
  if (exit === "0") return { word: "valid" };
  const errors = Buffer.from(output, "base64")
    .toString()
    .split("\n")
    .filter((text) => /error|^[^:]+:\d+:\d+: /.test(text));
  const names = errors.find((text) => aboutNames.test(text));
  const syntax = errors.find((text) => aboutSyntax.test(text));
  const place = (text: string) =>
    decode(Buffer.from(text).toString("base64")).replace(
      /^[^:]*:(\d+):\d+: (fatal )?(error: )?/,
      "line $1: ",
    );
  if (names !== undefined) return { word: "unsure", message: place(names) };
  if (syntax !== undefined) return { word: "invalid", message: place(syntax) };
  // It was parsed and then found wrong in types: that is no matter of syntax.
  return errors.length > 0 ? { word: "valid" } : { word: "unsure", message: `ended with ${exit}` };
}
