/**
 * Offset (UTF-16) at which `text` stops being JSON, or null when it is JSON. V8's own message names no position for some errors.
 */
export function jsonErrorOffset(text: string): number | null {
  try {
    JSON.parse(text);
    return null;
  } catch {
    return new Scanner(text).firstError();
  }
}

/** A validator that only knows how far it got. Containers are kept on a stack of its own: depth cannot overflow the call stack. */
class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  firstError(): number {
    const open: ("[" | "{")[] = [];
    for (;;) {
      this.#skip(SPACE);
      const opened = this.#text[this.#at];
      if (opened === "[" || opened === "{") {
        this.#at++;
        this.#skip(SPACE);
        if (this.#text[this.#at] !== CLOSING[opened]) {
          open.push(opened);
          if (opened === "{" && !this.#key()) return this.#at;
          continue;
        }
        this.#at++;
      } else if (!this.#skip(STRING) && !this.#skip(SCALAR)) {
        return this.#insideString();
      }
      // A value has ended: close what closes, then go on after a comma.
      for (;;) {
        this.#skip(SPACE);
        const container = open.at(-1);
        if (container === undefined || this.#text[this.#at] !== CLOSING[container]) break;
        this.#at++;
        open.pop();
      }
      const container = open.at(-1);
      if (container === undefined || this.#text[this.#at] !== ",") return this.#at;
      this.#at++;
      if (container === "{" && !this.#key()) return this.#at;
    }
  }

  #key(): boolean {
    this.#skip(SPACE);
    if (!this.#skip(STRING)) {
      this.#at = this.#insideString();
      return false;
    }
    this.#skip(SPACE);
    if (this.#text[this.#at] !== ":") return false;
    this.#at++;
    return true;
  }

  /** Where a string that does not end well goes wrong; the present place for anything else. */
  #insideString(): number {
    if (this.#text[this.#at] === '"') this.#skip(STRING_BEGINNING);
    return this.#at;
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return false;
    this.#at = pattern.lastIndex;
    return true;
  }
}

const CLOSING = { "[": "]", "{": "}" } as const;
const SPACE = /[ \t\r\n]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these in strings
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these in strings
const STRING_BEGINNING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;
