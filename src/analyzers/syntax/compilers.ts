import { type Checker, readExit, type SyntaxWord } from "./checker.ts";
import { shellScript } from "./scripts.ts";

const files = { "check.sh": shellScript };

export const gcc: Checker = {
  tool: "gcc",
  languages: ["c", "cpp"],
  versionArgv: ["/usr/bin/gcc", "-dumpfullversion"],
  files,
  argv: (language) =>
    language === "c"
      ? ["/bin/sh", "/box/check.sh", "/usr/bin/gcc", "-x", "c", "-std=gnu17"]
      : ["/bin/sh", "/box/check.sh", "/usr/bin/g++", "-x", "c++", "-std=gnu++20"],
  read: readCompiler,
};

/** From its standard input it also takes what is no whole file: declarations or statements without a package clause. */
export const gofmt: Checker = {
  tool: "gofmt",
  languages: ["go"],
  versionArgv: ["/bin/sh", "-c", "command -v gofmt >/dev/null && go version"],
  files,
  argv: () => ["/bin/sh", "/box/check.sh", "/bin/sh", "-c", 'exec gofmt -e -l < "$1"', "gofmt"],
  read: readCompiler,
};

/** `php -l` compiles, and so refuses what can never run (a function declared twice) as well. */
export const php: Checker = {
  tool: "php",
  languages: ["php"],
  versionArgv: ["/usr/bin/php", "-n", "-r", "echo PHP_VERSION;"],
  files,
  argv: () => ["/bin/sh", "/box/check.sh", "/usr/bin/php", "-n", "-l"],
  // Without a tag all of it would be text to print, and every text would be valid.
  textFor: ({ text }) => (text.includes("<?") ? text : `<?php ${text}`),
  read: (line) => {
    const { exit, said } = readExit(line);
    if (exit === 0) return { word: "valid" };
    const [, message, number] = /(?:Parse|Fatal) error: +(.*) in \S+ on line (\d+)/.exec(said) ?? [];
    if (message === undefined) return { word: "unsure", message: `ended with ${exit}` };
    return { word: "invalid", message: `line ${number}: ${message}` };
  },
};

/**
 * Rust's own parser and nothing behind it: `unpretty=normal` prints the text back before names are looked up. It is an unstable
 * option, which stable compilers take with RUSTC_BOOTSTRAP.
 */
export function rustc(path: string, readOnly: readonly string[] | undefined): Checker {
  const program = ["/usr/bin/env", "RUSTC_BOOTSTRAP=1", path] as const;
  const options = ["--edition", "2021", "--error-format", "short", "-Zunpretty=normal"];
  return {
    tool: "rustc",
    languages: ["rust"],
    versionArgv: [...program, "--version"],
    ...(readOnly === undefined ? {} : { readOnly }),
    files,
    argv: () => ["/bin/sh", "/box/check.sh", ...program, ...options],
    read: (line) => {
      const { exit, said } = readExit(line);
      if (exit === 0) return { word: "valid" };
      const [, number, message] = /^[^:\n]*:(\d+):\d+: error(?:\[E\d+\])?: (.*)$/m.exec(said) ?? [];
      if (message === undefined) return { word: "unsure", message: `ended with ${exit}` };
      return { word: "invalid", message: `line ${number}: ${message.slice(0, 200)}` };
    },
  };
}

/** What compilers complain about when the text itself is wrong, in the words of gcc 12 and gofmt. */
const aboutSyntax =
  /\b(expected\b(?! to )|stray|missing terminating|unterminated|before .* token|illegal character|not terminated|extraneous|invalid (suffix|digit)|(redefinition|redeclaration) of|jump to|break statement not within|unbalanced)/;
/** After these, complaints about syntax may be the compiler's own confusion. */
const aboutNames =
  /unknown type name|does not name a type|No such file or directory|has not been declared|was not declared|undeclared|template argument/;

/** What gcc and gofmt say. */
function readCompiler(line: string): SyntaxWord {
  const { exit, said } = readExit(line);
  if (exit === 0) return { word: "valid" };
  const errors = said.split("\n").filter((text) => /error|^[^:]+:\d+:\d+: /.test(text));
  const names = errors.find((text) => aboutNames.test(text));
  const syntax = errors.find((text) => aboutSyntax.test(text));
  const place = (text: string) =>
    text
      .trim()
      .slice(0, 200)
      .replace(/^[^:]*:(\d+):\d+: (fatal )?(error: )?/, "line $1: ");
  if (names !== undefined) return { word: "unsure", message: place(names) };
  if (syntax !== undefined) return { word: "invalid", message: place(syntax) };
  // It was parsed and then found wrong in types: that is no matter of syntax.
  return errors.length > 0 ? { word: "valid" } : { word: "unsure", message: `ended with ${exit}` };
}
