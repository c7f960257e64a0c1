import { type Edit, edited, spaces, withoutLiterals } from "./equal-length-edits.ts";

const directive = /^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else|endif)\b((?:\\\r?\n|[^\n])*)/gm;

/** Branches that are not for this system, or for no system at all. */
const elsewhere = /^\s*0\s*$|__cplusplus|\b_WIN32\b|\b_MSC_VER\b/;

/** C and C++ with one branch of each `#if … #else … #endif`: the first one that is not `#if 0` or Windows'. Same length. */
export function withoutConditionals(text: string): string {
  const edits: Edit[] = [];
  const drop = (start: number, end: number) => edits.push({ start, text: spaces(text.slice(start, end)) });
  /** Per open `#if`: whether a branch was taken, whether the one that began at `from` is read. */
  const open: { taken: boolean; reading: boolean; from: number }[] = [];
  for (const { 0: line, index: start, 1: word = "", 2: condition = "" } of withoutLiterals(text).matchAll(
    directive,
  )) {
    const end = start + line.length;
    const top = open.at(-1);
    if (word.startsWith("if")) {
      const reading = word === "ifndef" || !elsewhere.test(condition);
      open.push({ taken: reading, reading, from: end });
    } else if (top !== undefined) {
      if (!top.reading) drop(top.from, start);
      if (word === "endif") open.pop();
      else Object.assign(top, { reading: !top.taken, taken: true, from: end });
    } else continue;
    drop(start, end);
  }
  // A branch that is left out holds others: the outer one goes first.
  return edited(text, withoutInner(edits));
}

function withoutInner(edits: readonly Edit[]): Edit[] {
  const kept: Edit[] = [];
  for (const edit of edits.toSorted((a, b) => a.start - b.start || b.text.length - a.text.length)) {
    const last = kept.at(-1);
    if (last === undefined || edit.start >= last.start + last.text.length) kept.push(edit);
  }
  return kept;
}
