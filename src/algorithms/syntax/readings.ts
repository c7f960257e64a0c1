import { withoutLiterals } from "./equal-length-edits.ts";
import { type SyntaxProblem, SyntaxTree } from "./syntax-tree.ts";
import { withoutConditionals } from "./without-conditionals.ts";
import { withoutMacros } from "./without-macros.ts";

/** A text as it could be read. */
export interface ReadTree {
  readonly tree: SyntaxTree;
  /** The same text with other branches of its `#if`s: what is looked for is to be looked for in all of them. */
  readonly also: readonly SyntaxTree[];
  /** UTF-16 units that stand in the tree's text before the file's own; behind them offsets are equal. */
  readonly before: number;
  /** What was assumed to read it, if anything was. */
  readonly note?: string;
  /** The text's own first problem, where no reading parses. */
  readonly problem?: SyntaxProblem;
}

/** Parses a text, and if it is no whole program the other ways in which it may be meant. Throws as `SyntaxTree` does. */
export function readTree(language: string, text: string): ReadTree {
  const tree = new SyntaxTree(language, text);
  const problem = tree.problem();
  if (problem === undefined) return { tree, also: [], before: 0 };
  for (const { text: other, branches = [], before, note } of otherReadings(language, text)) {
    const read = SyntaxTree.whole(language, other);
    if (read === null) continue;
    const also = branches.map((branch) => SyntaxTree.whole(language, branch));
    // Silence about a branch that nobody has read would mean nothing.
    if (also.includes(null)) break;
    return { tree: read, also: also.filter((one) => one !== null), before, note };
  }
  return { tree, also: [], before: 0, problem };
}

interface Reading {
  readonly text: string;
  /** The text with other branches of its conditionals. */
  readonly branches?: readonly string[];
  readonly before: number;
  readonly note: string;
}

/** Longer texts are not tried again: every reading costs as much as parsing. */
const maxLength = 400_000;
/** A text with more `#if`s than can be read in so many ways is `unparsable`. */
const maxReadings = 8;

/**
 * How a text may be meant that does not parse as it stands, the most likely first: parts of a program (the methods of a class, as answers
 * show them) inside of what would stand around them, and C without its macros.
 */
function* otherReadings(language: string, text: string): Generator<Reading> {
  if (text.length > maxLength) return;
  switch (language) {
    case "javascript":
    case "typescript":
    case "tsx":
      yield within("class _{", text, "}", "read as members of a class");
      yield within("({", text, "})", "read as members of an object");
      yield within("_", text, "", "read as the rest of a chain of calls");
      break;
    case "java":
      yield within("class _{", text, "}", "read as members of a class");
      break;
    case "c":
    case "cpp":
      yield* withoutPreprocessor(language, text);
      break;
  }
}

function* withoutPreprocessor(language: "c" | "cpp", text: string): Generator<Reading> {
  const note = "read without its macros";
  // A function whose type stood on a line before, which is not there.
  const before = /^\s*\w+\s*\(/.test(withoutLiterals(text)) ? "int " : "";
  if (before !== "") yield within(before, text, "", "read with a type before the function");
  const plain = withoutMacros(text);
  yield within(before, plain, "", note);
  const [first, ...others] = withoutConditionals(language, plain, maxReadings) ?? [];
  if (first === undefined) return;
  yield { ...within(before, first, "", note), branches: others.map((other) => before + other) };
}

function within(before: string, text: string, after: string, note: string): Reading {
  return { text: `${before}${text}${after}`, before: before.length, note };
}
