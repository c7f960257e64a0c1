import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { isAgreed } from "../../src/analyzers/icd/agreed-text.ts";
import {
  pythonSpaces,
  translatePythonRegex,
  UntranslatableError,
} from "../../src/analyzers/icd/python-regex.ts";
import { compileSearch, startsComment } from "../../src/analyzers/icd/search-text.ts";

const python = "/usr/bin/python3";

/** `re.search(pattern, text).span()` of the system's Python, per pair; null where nothing matches. */
function pythonSpans(pairs: readonly (readonly [string, string])[]): ([number, number] | null)[] {
  const script = `
import json, re, sys
json.dump([(lambda m: m and m.span())(re.search(p, t)) for p, t in json.load(sys.stdin)], sys.stdout)`;
  const input = JSON.stringify(pairs);
  return JSON.parse(execFileSync(python, ["-W", "ignore", "-c", script], { input, encoding: "utf8" }));
}

function ourSpan(pattern: string, text: string): [number, number] | null {
  const alphabet = /^[^\u0080-\u{10ffff}]*$/u.test(text) ? "ascii" : "unicode";
  const match = translatePythonRegex(pattern, alphabet).exec(text);
  return match && [match.index, match.index + match[0].length];
}

const patterns = [
  "\\bstrcpy\\s*\\(",
  "^a.c$",
  "a$",
  "\\Aa|b\\Z",
  "(?i)select\\b.*WHERE",
  "(?s)begin.*end",
  "(?P<name>x+)y",
  "x{2,3}?y",
  "x{,2}z",
  "a{b",
  "a{}",
  "{x}",
  "[]a]+",
  "[^]a]",
  "[a-z-_]+\\(",
  "[\\w.]+@",
  "\\D\\W\\S",
  "\\B-\\B",
  "(?<=new )\\w+(?!\\()",
  "(?<!un)safe",
  "(?:ab|cd)*e",
  "[\\'\"](sha1|md5)[\\'\"]",
  "-{3,}\\s*\\bBEGIN\\b",
  "class\\s+\\w+\\s*:\\s*.*\\s*{",
  "[\\[\\]&&~|]",
  "\\x41\\u0042\\t",
  "/\\*|//",
  "[^\\s'\"`]+",
  "[\\b]",
];
const texts = [
  "",
  "abc",
  "abc\n",
  "a\n",
  "a\r",
  "ab",
  "b\nb",
  "strcpy (d, s); bstrcpy(",
  "Select * from t\nwhere SELECT x WHERE y",
  "begin\n\nend",
  "axxxy xxy",
  "z xz xxxz",
  "a{b a{} {x}",
  "]a]b",
  "foo-bar_baz(1)",
  "a.b@c",
  " - - ",
  "new Foo( new Bar",
  "unsafe safe",
  "abcdabe",
  "'md5' \"sha1\"",
  "-----BEGIN RSA",
  "class A : NSCoding {",
  "~&|",
  "AB\t",
  "x // y",
  "\x1c\x1d a\x0b",
  "\b",
  "é strcpy(ü) naïve",
  "변수 = 値 + 1",
  "x\u00a0y\u2003z",
  "Ⅷ ② ٣ safe\u0301",
];

describe("Python expressions in JavaScript", () => {
  it("matches where Python matches, at the same place", { timeout: 30_000 }, () => {
    const pairs = patterns.flatMap((pattern) => texts.map((text) => [pattern, text] as const));
    const theirs = pythonSpans(pairs);
    expect(theirs.filter(Boolean).length).toBeGreaterThan(100);
    for (const [index, [pattern, text]] of pairs.entries())
      expect({ pattern, text, span: ourSpan(pattern, text) }).toEqual({ pattern, text, span: theirs[index] });
  });

  it.each([
    "(a)\\1",
    "(?P<q>a)(?P=q)",
    "(?>a+)b",
    "a++b",
    "(a)?(?(1)b|c)",
    "(?m)^a",
    "(?x) a b",
    "x(?i:a)",
    "a**",
    "*a",
    "(a",
    "a)",
    "[a",
    "\\N{DIGIT ONE}",
    "\\q",
    "\\07",
    "(?i)é",
    "[\\w-z]",
  ])("refuses %s rather than guess", (pattern) => {
    expect(() => translatePythonRegex(pattern, "ascii")).toThrow(UntranslatableError);
  });

  it("agrees with Python on every character that it lets through", { timeout: 30_000 }, () => {
    const script = `
import re, sys
every = [chr(c) for c in range(0x110000) if not 0xd800 <= c <= 0xdfff]
sys.stdout.write(" ".join("".join(str(int(bool(re.match(p, c)))) for c in every) for p in (r"\\w", r"\\d", r"\\s", r"(?i)[a-z]")))`;
    const [words, digits, spaces, folded] = execFileSync(python, ["-c", script], {
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    }).split(" ");
    const classes = ["\\w", "\\d", "\\s", "(?i)[a-z]"].map((one) => translatePythonRegex(one, "unicode"));
    const wrong: string[] = [];
    let agreed = 0;
    for (let point = 0, index = 0; point < 0x110000; point++) {
      if (point >= 0xd800 && point <= 0xdfff) continue;
      const character = String.fromCodePoint(point);
      if (isAgreed(character)) {
        agreed++;
        const ours = classes.map((regex) => (regex.test(character) ? "1" : "0")).join("");
        const theirs = [words, digits, spaces, folded].map((bits) => bits![index]).join("");
        if (ours !== theirs) wrong.push(point.toString(16));
      }
      index++;
    }
    expect(agreed).toBeGreaterThan(30_000);
    expect(wrong).toEqual([]);
    expect(new RegExp(`^[${pythonSpaces}]$`, "v").test("\x1c")).toBe(true);
  });
});

describe("the package's search", () => {
  const search = compileSearch(["\\bgets\\s*\\(", "(a)\\1", "strcpy"]);

  it("takes the first match only, and drops it where its line begins a comment", () => {
    expect(search("x = 1; gets(b);").hits).toEqual([{ rule: 0, start: 7, end: 12 }]);
    expect(search("// gets(a)\ngets(b);").hits).toEqual([]);
    expect(search("gets(a) // gets(b)").hits).toEqual([{ rule: 0, start: 0, end: 5 }]);
    expect(search("/* x */ gets(a)").hits).toEqual([]);
    expect(search("#define g gets(x)").hits).toEqual([]);
  });

  it("says which expressions it cannot run, and all of them for characters it does not know", () => {
    expect(search("gets(a)").open).toEqual([1]);
    expect(search("gets(a) \u{10400}").open).toEqual([0, 1, 2]);
    expect(search("gets(a) \u{10400}").hits).toEqual([]);
    expect(search("gets(a) é😀").open).toEqual([1]);
  });

  it("strips lines as Python does", () => {
    expect(startsComment("\x1c\x85 // x", 7)).toBe(true);
    expect(startsComment("\ufeff// x", 4)).toBe(false);
    expect(startsComment("// a\n  b", 8)).toBe(false);
  });
});
