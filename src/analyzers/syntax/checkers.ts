import { dirname } from "node:path";
import { SyntaxTree } from "../../algorithms/syntax/syntax-tree.ts";
import type { SourceFile } from "../../core/analyzer.ts";
import { type Checker, readPlainAnswer } from "./checker.ts";
import { gcc, gofmt, php } from "./compilers.ts";
import { javaScript, nodeScript, pythonScript, typeScriptScript } from "./scripts.ts";

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

/** The parser alone: names that are not there are no matter of syntax. */
const java: Checker = {
  tool: "javac",
  languages: ["java"],
  versionArgv: ["/usr/bin/javac", "-J-Xmx256m", "-version"],
  files: { "Check.java": javaScript },
  argv: () => ["/usr/bin/java", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "/box/Check.java"],
  read: readPlainAnswer,
};

/** Those that lie where every sandbox shows them, if they are installed; `rustc` must be looked for. */
export const checkers: readonly Checker[] = [python, node, typescript, gcc, java, gofmt, php];

const jsxKinds = new Set(["jsx_element", "jsx_self_closing_element"]);

function holdsJsx(file: SourceFile): boolean {
  try {
    return new SyntaxTree("javascript", file.text).ofKind(jsxKinds).length > 0;
  } catch {
    return false;
  }
}
