import { type Edit, edited, spaces, withoutLiterals } from "./equal-length-edits.ts";

const directive = /^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else|endif)\b((?:\\\r?\n|[^\n])*)/gm;

interface Branch {
  readonly start: number;
  end: number;
  /** Whether it may be for a system like this one. */
  readonly own: boolean;
  /** Whether it is for all systems like this one. */
  readonly always: boolean;
  /** The conditionals in it, by their branches. */
  readonly inner: Branch[][];
  seen: boolean;
}

/**
 * C and C++ with one branch of each `#if … #else … #endif`, in as many readings as it takes to see every branch; in the first reading
 * the first branches. Never read are `#if 0`, what is for Windows, and in C what is for C++. Same length. Null where more than `most`
 * readings are needed, and where an `#if` has no end: what its branches are is not known.
 */
export function withoutConditionals(language: "c" | "cpp", text: string, most: number): string[] | null {
  const parsed = parse(language, text);
  if (parsed === null) return null;
  const { directives, conditionals } = parsed;
  const readings: string[] = [];
  do {
    if (readings.length === most) return null;
    const left = conditionals.flatMap(choose);
    const blanks = left.map(({ start, end }) => ({ start, text: spaces(text.slice(start, end)) }));
    // A branch that is left out holds others: the outer one goes first.
    readings.push(edited(text, withoutInner([...directives, ...blanks])));
  } while (!conditionals.every(isRead));
  return readings;
}

function parse(language: "c" | "cpp", text: string): { directives: Edit[]; conditionals: Branch[][] } | null {
  const directives: Edit[] = [];
  const conditionals: Branch[][] = [];
  const open: Branch[][] = [];
  for (const { 0: line, index: start, 1: word = "", 2: condition = "" } of withoutLiterals(text).matchAll(
    directive,
  )) {
    const end = start + line.length;
    const group = open.at(-1);
    const isIf = word.startsWith("if");
    const may = holds(word, condition, language);
    // Behind a branch that is always taken no other one is.
    const own = may !== "never" && (isIf || !group?.some(({ always }) => always));
    const branch: Branch = {
      start: end,
      end: text.length,
      own,
      always: may === "always",
      inner: [],
      seen: false,
    };
    if (isIf) {
      const made = [branch];
      (group?.at(-1)?.inner ?? conditionals).push(made);
      open.push(made);
    } else {
      if (group === undefined) continue;
      group.at(-1)!.end = start;
      if (word === "endif") open.pop();
      else group.push(branch);
    }
    directives.push({ start, text: spaces(line) });
  }
  return open.length > 0 ? null : { directives, conditionals };
}

/** Takes a branch that was not yet read to its end; gives those that are left out. */
function choose(group: readonly Branch[]): Branch[] {
  const own = group.filter((branch) => branch.own);
  const chosen = own.find((branch) => !isSeen(branch)) ?? own[0];
  if (chosen !== undefined) chosen.seen = true;
  return group.flatMap((branch) => (branch === chosen ? branch.inner.flatMap(choose) : [branch]));
}

function isRead(group: readonly Branch[]): boolean {
  return group.every((branch) => !branch.own || isSeen(branch));
}

function isSeen({ seen, inner }: Branch): boolean {
  return seen && inner.every(isRead);
}

/** Whether the condition of a branch holds here, as far as it tells the system or language that it is for. */
function holds(word: string, condition: string, language: "c" | "cpp"): "always" | "perhaps" | "never" {
  if (word === "else") return "perhaps";
  if (/^\s*0\s*$/.test(condition)) return "never";
  const [, negated = "", name = ""] =
    /(!\s*\(?\s*(?:defined\b)?)?[\s(]*\b(_WIN32|_MSC_VER|__cplusplus)\b/.exec(condition) ?? [];
  if (name === "" || condition.includes("||")) return "perhaps";
  const isWanted = name === "__cplusplus" && language === "cpp";
  const asksForIt = (word === "ifndef") === (negated !== "");
  if (asksForIt !== isWanted) return "never";
  return condition.includes("&&") ? "perhaps" : "always";
}

function withoutInner(edits: readonly Edit[]): Edit[] {
  const kept: Edit[] = [];
  for (const edit of edits.toSorted((a, b) => a.start - b.start || b.text.length - a.text.length)) {
    const last = kept.at(-1);
    if (last === undefined || edit.start >= last.start + last.text.length) kept.push(edit);
  }
  return kept;
}
