import { blanks, type Edit, edited, spaces, withoutComments, withoutLiterals } from "./equal-length-edits.ts";

/**
 * C and C++ as a preprocessor might leave it, for a parser that has no headers: what is only a macro's name to a reader
 * (`UNITTEST int f(void)`, `void __user *p`, `va_arg(list, char *)`, `list_for_each(…) {`) is blanked or replaced by something of the
 * same length. Guesses by spelling; nothing is expanded. Meant for texts that do not parse as they stand.
 */
export function withoutMacros(text: string): string {
  const lines = withoutLiterals(text);
  const code = lines.replace(/^[ \t]*#(?:\\\r?\n|[^\n])*/gm, spaces);
  return edited(withoutComments(text), [
    // `#define f(x) …`: its body need be no program.
    ...blanks(lines, /^[ \t]*#[ \t]*define[ \t]+\w+\((?:\\\r?\n|[^\n])*/gm),
    ...attributes(code),
    ...trailingAttributes(code),
    ...statements(code),
    ...loops(code),
    ...unfinished(code),
    ...types(code),
  ]);
}

const keyword =
  /^(auto|break|case|const|constexpr|continue|default|delete|do|else|enum|explicit|extern|for|friend|goto|if|inline|mutable|namespace|new|operator|private|protected|public|register|return|signed|sizeof|static|struct|switch|template|throw|try|typedef|typename|union|unsigned|using|virtual|void|volatile|while|class|char|short|int|long|float|double|bool|not|and|or|defined|final|override|noexcept|catch)$/;
const builtIn = /^(void|char|short|int|long|float|double|bool|signed|unsigned|struct|union|enum)$/;
/** A run of words that declares something never goes on over these. */
const separating =
  /^(break|case|continue|default|delete|do|else|for|goto|if|new|namespace|operator|private|protected|public|return|sizeof|switch|template|throw|try|using|while|class|not|and|or|defined|typename)$/;
const macroLike = /^([A-Z][A-Z0-9_]+|_[A-Z][A-Z0-9_]+|__[a-z]\w*|local)$/;
/** The compiler's own words, and types that look like macros. */
const compilers =
  /^__(attribute|attribute__|declspec|asm|asm__|volatile__|inline|inline__|restrict|restrict__|extension__|typeof|typeof__|func__|FUNCTION__|PRETTY_FUNCTION__|VA_ARGS__|cdecl|stdcall|int\d+|u\d+|s\d+|[bl]e\d+)$/;

/**
 * In a run of words that declares something (`static UNITTEST CURLcode name(`, `unsigned char FAR *window`) there is one type and at
 * most one name; what is left over and looks like a macro is one.
 */
function attributes(code: string): Edit[] {
  const edits: Edit[] = [];
  for (const { 0: run, index } of code.matchAll(/\b[A-Za-z_]\w*(?:[ \t\r\n]+[A-Za-z_]\w*)+/g)) {
    const words = [...run.matchAll(/\w+/g)].map((word) => ({ text: word[0], start: index + word.index }));
    const declared = words.slice(words.findLastIndex(({ text }) => separating.test(text)) + 1);
    const end = index + run.length;
    const follows = /^\s*(\S?)/.exec(code.slice(end, end + 200))![1]!;
    const named = follows !== "*" && follows !== "&";
    const unknown = declared.filter(({ text }) => !keyword.test(text));
    const tags = declared.filter(({ text }) => /^(struct|union|enum)$/.test(text)).length;
    const typed = declared.some(({ text }) => builtIn.test(text));
    const excess = unknown.length - (named ? 1 : 0) - (typed ? tags : 1);
    if (excess <= 0) continue;
    const macros = unknown.filter(({ text }, place) => {
      const isName =
        named && place === unknown.length - 1 && /[(=;,[)]/.test(follows) && !text.startsWith("__");
      return macroLike.test(text) && !compilers.test(text) && !isName;
    });
    // Where nothing looks like one, what stands before a function's name does not belong to its type.
    const other = follows === "(" && declared.length > 2 ? unknown.slice(-1 - excess, -1) : [];
    for (const { text, start } of macros.length > 0 ? macros.slice(0, excess) : other)
      edits.push({ start, text: spaces(text) });
  }
  // Behind a pointer's star: `void * __user p`, `char *FAR name`.
  edits.push(...blanks(code, /(?<=\*\s{0,20})(?:__(?!restrict)[a-z]+|[A-Z][A-Z0-9_]{2,})(?=\s+[\w*])/g));
  return edits;
}

/** `f(…) CURL_PRINTF(1, 2);` outside of functions, where it is no statement. */
function trailingAttributes(code: string): Edit[] {
  const found = blanks(
    code,
    /(?<=\)\s{0,20})[A-Z_][A-Z0-9_]{2,}[ \t]*(?:\([^()\n]{0,200}\))?(?=\s{0,20}[;{])/g,
  );
  let [depth, at] = [0, 0];
  return found.filter(({ start }) => {
    for (; at < start; at++) depth += code[at] === "{" ? 1 : code[at] === "}" ? -1 : 0;
    return depth === 0;
  });
}

/** `EMIT_LINE` alone on its line, and macros that are given a declaration (`VERBOSE(int x = 0);`). */
function statements(code: string): Edit[] {
  return [
    ...blanks(code, /(?<=[;{}]\s{0,200})[A-Z][A-Z0-9_]{3,}(?=[ \t]*\r?\n)/g),
    ...blanks(
      code,
      /(?<=[;{}]\s{0,200})[A-Z][A-Z0-9_]{3,}\((?:const|char|int|bool|unsigned|size_t|struct)[ \t]+[^()\n;]{1,200}(?:\([^()\n;]{0,200}\)[^()\n;]{0,200})?\)[ \t]*;/g,
    ),
  ];
}

/** A call inside a function with a block behind it (`list_for_each(…) {`) is a loop. */
function loops(code: string): Edit[] {
  return calls(code, /(?<=[;{})]\s{0,200})(\w{5,})[ \t]*(?=\()/g).flatMap(({ name, start, end }) => {
    const isLoop = !keyword.test(name) && /^\s*\{/.test(code.slice(end, end + 80)) && isIndented(code, start);
    return isLoop ? [{ start, text: "while".padEnd(name.length) }] : [];
  });
}

/** A macro's call that ends its line without a semicolon is a statement. */
function unfinished(code: string): Edit[] {
  return calls(code, /\b([A-Z][A-Z0-9_]*)[ \t]*(?=\()/g).flatMap(({ start, end }) => {
    const next = /^[ \t]*(\r?\n)[ \t\r\n]*[A-Za-z_}]/.exec(code.slice(end, end + 200));
    return next !== null && isIndented(code, start)
      ? [{ start: end + next[0].indexOf("\n"), text: ";" }]
      : [];
  });
}

/** Types among a call's arguments (`container_of(p, struct s, member)`) become names. */
function types(code: string): Edit[] {
  const patterns = [
    /(?<=[(,]\s{0,200})(?:(?:const|volatile|unsigned|signed|struct|union|enum)[ \t]+)+\w+(?:[ \t]+\w+)?[ \t]*\**(?=\s{0,20},)/g,
    /(?<=,\s{0,200})(?:struct|union|enum)[ \t]+\w+[ \t]*\**(?=\s{0,20}\))/g,
    /(?<=\b(?!sizeof|alignof|offsetof|typeof)\w{1,80}\()(?:struct|union|enum)[ \t]+\w+[ \t]*\**(?=\))/g,
  ];
  const found = patterns
    .flatMap((pattern) => blanks(code, pattern))
    .filter(({ start }) => isInCall(code, start));
  found.push(
    ...blanks(code, /(?<=\bva_arg\s{0,20}\([^(),;]{1,80},\s{0,20})[A-Za-z_][\w \t*]*[\w*](?=\s{0,20}\))/g),
  );
  return found.map(({ start, text }) => ({ start, text: "_".repeat(text.length) }));
}

/** Whether the brackets around a place are those of a call in an expression, not of a declaration's parameters. */
function isInCall(code: string, at: number): boolean {
  let depth = 0;
  for (let index = at - 1; index >= 0 && index > at - 600; index--) {
    if (code[index] === ")") depth++;
    else if (code[index] === "(" && depth-- === 0)
      return /(?:[=(,;{}!&|?:<>+-]|\breturn)\s*\w+\s*$/.test(code.slice(Math.max(0, index - 120), index));
  }
  return false;
}

/** Calls whose closing bracket is near. */
function calls(code: string, pattern: RegExp) {
  return [...code.matchAll(pattern)].flatMap(({ 0: head, 1: name = "", index: start }) => {
    const end = closing(code, start + head.length);
    return end === null ? [] : [{ name, start, end }];
  });
}

/** The place behind the bracket that closes the one at `at`. */
function closing(code: string, at: number): number | null {
  let depth = 0;
  for (let index = at; index < code.length && index < at + 1_000; index++) {
    if (code[index] === "(") depth++;
    else if (code[index] === ")" && --depth === 0) return index + 1;
  }
  return null;
}

/** An indented line is one of a function's: good enough where the text does not parse anyway. */
function isIndented(code: string, at: number): boolean {
  return /^[ \t]/.test(code.slice(code.lastIndexOf("\n", at - 1) + 1, at + 1));
}
