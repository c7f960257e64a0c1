import { isAgreed, isAscii } from "./agreed-text.ts";
import { type Alphabet, pythonSpaces, translatePythonRegex, UntranslatableError } from "./python-regex.ts";

/** Where a rule's first match is, in UTF-16 units. */
export interface Hit {
  /** Index of the expression in the list that was searched. */
  readonly rule: number;
  readonly start: number;
  readonly end: number;
}

export interface TextHits {
  readonly hits: readonly Hit[];
  /** Expressions that only the package can run on this text. */
  readonly open: readonly number[];
}

type Compiled = Record<Alphabet, RegExp | null>;

/** Searches texts for a list of Python expressions as the package does: first match only, dropped where its line begins a comment. */
export function compileSearch(regexes: readonly string[]): (text: string) => TextHits {
  const compiled = regexes.map(
    (regex): Compiled => ({
      ascii: translated(regex, "ascii"),
      unicode: translated(regex, "unicode"),
    }),
  );
  return (text) => {
    const alphabet = isAscii(text) ? "ascii" : isAgreed(text) ? "unicode" : null;
    const hits: Hit[] = [];
    const open: number[] = [];
    for (const [rule, forms] of compiled.entries()) {
      const regex = alphabet === null ? null : forms[alphabet];
      if (regex === null) {
        open.push(rule);
        continue;
      }
      const match = regex.exec(text);
      if (match === null || startsComment(text, match.index)) continue;
      hits.push({ rule, start: match.index, end: match.index + match[0].length });
    }
    return { hits, open };
  };
}

/** The expression in both forms' place, or null where it has no exact counterpart. */
function translated(regex: string, alphabet: Alphabet): RegExp | null {
  try {
    return translatePythonRegex(regex, alphabet);
  } catch (error) {
    if (error instanceof UntranslatableError) return null;
    throw error;
  }
}

/**
 * `_is_comment_or_directive` of the package on the line up to the match. A later match that is no comment is not looked for: that
 * is how the package is, and its findings are what is promised.
 */
export function startsComment(text: string, start: number): boolean {
  const before = strip(text.slice(text.lastIndexOf("\n", start - 1) + 1, start));
  return (
    before.startsWith("#") || before.startsWith("//") || before.startsWith("/*") || before.endsWith("*/")
  );
}

/** Python's `str.strip()`: its white space is not JavaScript's. */
function strip(text: string): string {
  return text.replace(outerSpaces, "");
}

const outerSpaces = new RegExp(`^[${pythonSpaces}]+|[${pythonSpaces}]+$`, "gv");
