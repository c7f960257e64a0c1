/** A Python expression that has no exact counterpart; the package itself must run it. */
export class UntranslatableError extends Error {}

/** For texts of ASCII alone, or for all that `agreed-text.ts` lets through. */
export type Alphabet = "ascii" | "unicode";

/**
 * The RegExp that finds a match where `re.search(pattern, text)` of Python 3.11 finds one, at the same start.
 * Only existence and the leftmost start are promised (and the end, as greediness is the same): groups are not.
 * Throws UntranslatableError for what JavaScript lacks or means otherwise: back-references, conditionals, atomic groups,
 * possessive quantifiers, inline flags other than a leading `(?i)` or `(?s)`, and what Python itself refuses.
 */
export function translatePythonRegex(pattern: string, alphabet: Alphabet): RegExp {
  const reader = new Reader(pattern, alphabet);
  const source = reader.alternatives();
  if (!reader.atEnd) throw new UntranslatableError(`unbalanced parenthesis at ${reader.at}`);
  try {
    return new RegExp(source, reader.ignoreCase ? "iv" : "v");
  } catch (error) {
    throw new UntranslatableError(String(error));
  }
}

const letters = "\\p{L}\\p{N}_";
const spaces = "\\t-\\r\\x1c-\\x20";
/** What `str.isspace()` holds for, for a character class. */
export const pythonSpaces = `${spaces}\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000`;
const classes: Record<Alphabet, Record<"w" | "d" | "s", string>> = {
  ascii: { w: "0-9A-Za-z_", d: "0-9", s: spaces },
  unicode: {
    w: letters,
    d: "\\p{Nd}",
    s: pythonSpaces,
  },
};
const controls: Record<string, string> = {
  n: "\\n",
  t: "\\t",
  r: "\\r",
  f: "\\f",
  v: "\\v",
  a: "\\x07",
  "0": "\\0",
};

/** Reads Python syntax by recursive descent and writes JavaScript's `v` syntax. */
class Reader {
  readonly #text: readonly string[];
  readonly #classes: Record<"w" | "d" | "s", string>;
  #dotAll = false;
  ignoreCase = false;
  at = 0;

  constructor(pattern: string, alphabet: Alphabet) {
    this.#text = [...pattern];
    this.#classes = classes[alphabet];
    const flags = /^\(\?([is]+)\)/.exec(pattern);
    if (flags === null) return;
    this.at = flags[0].length;
    this.ignoreCase = flags[1]!.includes("i");
    this.#dotAll = flags[1]!.includes("s");
    // Folding beyond ASCII differs between the two; agreed-text.ts keeps such characters out of the text.
    if (this.ignoreCase && /[^\0-\x7f]/.test(pattern)) throw new UntranslatableError("(?i) with non-ASCII");
  }

  get atEnd(): boolean {
    return this.at >= this.#text.length;
  }

  alternatives(): string {
    let out = "";
    while (!this.atEnd && this.#peek() !== ")") {
      if (this.#take("|")) out += "|";
      else out += this.#quantified();
    }
    return out;
  }

  #quantified(): string {
    const atom = this.#atom();
    const count = this.#quantifier();
    if (count === "") return atom;
    if (this.#peek() === "+") throw new UntranslatableError("possessive quantifier");
    const lazy = this.#take("?") ? "?" : "";
    if (this.#quantifier() !== "") throw new UntranslatableError("multiple repeat");
    return `${atom}${count}${lazy}`;
  }

  /** A quantifier in JavaScript's form, or nothing; `{` that begins none is a literal in Python. */
  #quantifier(): string {
    for (const sign of ["*", "+", "?"]) if (this.#take(sign)) return sign;
    const braces = /^\{(\d*)(?:(,)(\d*))?\}/.exec(this.#rest());
    if (braces === null || braces[0] === "{}") return "";
    this.at += braces[0].length;
    return `{${braces[1] || "0"}${braces[2] ?? ""}${braces[3] ?? ""}}`;
  }

  #atom(): string {
    const sign = this.#next();
    if (sign === "(") return this.#group();
    if (sign === "[") return this.#set();
    if (sign === "\\") return this.#escape();
    if (sign === ".") return this.#dotAll ? "[\\s\\S]" : "[^\\n]";
    if (sign === "^") return "(?<![\\s\\S])";
    if (sign === "$") return "(?=\\n?(?![\\s\\S]))";
    if (sign === "*" || sign === "+" || sign === "?") throw new UntranslatableError("nothing to repeat");
    return literal(sign);
  }

  #group(): string {
    let open = "(?:";
    if (this.#take("?")) {
      const kind = /^(?:P<\w+>|:|=|!|<=|<!)/.exec(this.#rest())?.[0];
      if (kind === undefined) throw new UntranslatableError(`(?${this.#rest().slice(0, 3)}`);
      this.at += kind.length;
      open = kind.startsWith("P") ? "(?:" : `(?${kind}`;
    }
    const inner = this.alternatives();
    if (!this.#take(")")) throw new UntranslatableError("missing )");
    return `${open}${inner})`;
  }

  #escape(): string {
    const letter = this.#next();
    const { w } = this.#classes;
    if (letter === "w" || letter === "d" || letter === "s") return `[${this.#classes[letter]}]`;
    if (letter === "W" || letter === "D" || letter === "S") return `[^${this.#classes[lower(letter)]}]`;
    if (letter === "b") return `(?:(?<=[${w}])(?![${w}])|(?<![${w}])(?=[${w}]))`;
    if (letter === "B") return `(?:(?<=[${w}])(?=[${w}])|(?<![${w}])(?![${w}]))`;
    if (letter === "A") return "(?<![\\s\\S])";
    if (letter === "Z") return "(?![\\s\\S])";
    return this.#character(letter);
  }

  /** An escape that stands for one character. */
  #character(letter: string): string {
    const code = /^(?:x[\da-fA-F]{2}|u[\da-fA-F]{4})/.exec(letter + this.#rest())?.[0];
    if (code !== undefined) {
      this.at += code.length - 1;
      return `\\u{${code.slice(1)}}`;
    }
    if (letter === "0" && /^[0-7]/.test(this.#rest())) throw new UntranslatableError("octal escape");
    const control = controls[letter];
    if (control !== undefined) return control;
    if (/[A-Za-z1-9]/.test(letter)) throw new UntranslatableError(`\\${letter}`);
    return literal(letter);
  }

  #set(): string {
    const negated = this.#take("^") ? "^" : "";
    let out = "";
    for (let first = true; first || this.#peek() !== "]"; first = false) {
      const from = this.#member();
      if (this.#peek() === "-" && this.#peek(1) !== "]" && this.#peek(1) !== undefined) {
        this.at++;
        const to = this.#member();
        if (from.isClass || to.isClass) throw new UntranslatableError("bad character range");
        out += `${from.text}-${to.text}`;
      } else out += from.text;
    }
    this.at++;
    return `[${negated}${out}]`;
  }

  #member(): { text: string; isClass: boolean } {
    const sign = this.#next();
    if (sign !== "\\") return { text: literal(sign), isClass: false };
    const letter = this.#next();
    if (letter === "w" || letter === "d" || letter === "s")
      return { text: this.#classes[letter], isClass: true };
    if (letter === "W" || letter === "D" || letter === "S")
      return { text: `[^${this.#classes[lower(letter)]}]`, isClass: true };
    if (letter === "b") return { text: "\\x08", isClass: false };
    return { text: this.#character(letter), isClass: false };
  }

  #next(): string {
    const sign = this.#text[this.at++];
    if (sign === undefined) throw new UntranslatableError("unexpected end");
    return sign;
  }

  #peek(ahead = 0): string | undefined {
    return this.#text[this.at + ahead];
  }

  #take(sign: string): boolean {
    if (this.#peek() !== sign) return false;
    this.at++;
    return true;
  }

  #rest(): string {
    return this.#text.slice(this.at).join("");
  }
}

function lower(letter: "W" | "D" | "S"): "w" | "d" | "s" {
  return letter.toLowerCase() as "w" | "d" | "s";
}

/** One character as itself, in a class as well as outside of one. */
function literal(character: string): string {
  return /[\p{L}\p{N}_]/u.test(character) ? character : `\\u{${character.codePointAt(0)!.toString(16)}}`;
}
