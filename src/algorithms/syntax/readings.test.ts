import { describe, expect, it } from "vitest";
import { readTree } from "./readings.ts";
import { withoutConditionals } from "./without-conditionals.ts";
import { withoutMacros } from "./without-macros.ts";

describe("a text that is no whole program", () => {
  it.each([
    ["javascript", "save(file) {\n  return this.store.put(file);\n}", "read as members of a class"],
    ["javascript", "save: function (file) {\n  put(file);\n},\nload: null", "read as members of an object"],
    ["typescript", ".then((file) => file.close())", "read as the rest of a chain of calls"],
    ["java", "@Override public int size() { return 3; }\n}", undefined],
    [
      "c",
      "copy(char *to, const char *from)\n{\n  strcpy(to, from);\n}",
      "read with a type before the function",
    ],
    ["c", "static MY_API int copy(char __user *to) { return 0; }", "read without its macros"],
    ["c", "int f(void) {\n  return 1 +;\n}", undefined],
  ])("%s %j", (language, text, note) => {
    const { before, note: assumed, problem, tree } = readTree(language, text);
    expect(assumed).toBe(note);
    // Every offset of the text lies where it lay, behind what was put in front.
    if (note !== undefined) expect(tree.text.slice(before).slice(0, 6)).toBe(text.slice(0, 6));
    if (assumed === undefined) expect(before).toBe(0);
    else expect(problem).toBeUndefined();
  });

  it("that cannot be meant in any way keeps its own first problem", () => {
    const text = "int f(void) {\n  return 1 +;\n}";
    expect(readTree("c", text).problem?.offset).toBeGreaterThan(text.indexOf("return"));
  });

  it("is read as it stands where that parses", () => {
    expect(readTree("c", "int f(void) { FAIL(1); return 0; }").note).toBeUndefined();
  });
});

describe("C without its macros", () => {
  it.each([
    ["UNITTEST CURLcode name(int a);", "         CURLcode name(int a);"],
    ["void f(char __user *p);", "void f(char        *p);"],
    ["unsigned char FAR *window;", "unsigned char     *window;"],
    ["int f(const char *s, ...) CURL_PRINTF(1, 2);", "int f(const char *s, ...)                  ;"],
    ["x = va_arg(list, const char *);", "x = va_arg(list, ____________);"],
    ["p = container_of(w, struct s, m);", "p = container_of(w, ________, m);"],
    ["{\n  list_for_each(a, b) {\n  }\n}", "{\n  while        (a, b) {\n  }\n}"],
    ["{\n  TRACE(a)\n  return;\n}", "{\n  TRACE(a);  return;\n}"],
    ["{\n  EMIT_LINE\n}", "{\n           \n}"],
  ])("%j", (text, read) => {
    expect(withoutMacros(text)).toBe(read);
  });

  it.each([
    "static inline unsigned int f(struct map *m, const char *key) { return m->size; }",
    "int x = MAX_SIZE; __u32 y; size_t n = sizeof(struct s); return FOO * x;",
    "void f(void) { if (a) LOG(b); else FAIL(c); }",
    "for (;;) { do_it(a); }",
    "void f(const char *a, struct b *c);",
  ])("leaves %j as it is", (text) => {
    expect(withoutMacros(text)).toBe(text);
  });

  it("leaves what stands in strings, and blanks comments", () => {
    expect(withoutMacros('/* A B C( */ x = "A B C(";')).toBe('             x = "A B C(";');
  });
});

describe("C with one branch of each conditional", () => {
  const readings = (text: string, language: "c" | "cpp" = "c") =>
    withoutConditionals(language, text, 8)?.map((read) => {
      expect(read.length).toBe(text.length);
      return read.replace(/\s/g, "");
    });

  it.each([
    ["#if 0\na\n#else\nb\n#ifdef _WIN32\nc\n#elif X\nd\n#endif\n#endif\ne", ["bde"]],
    ["#ifdef A\na\n#else\n#ifdef B\nb\n#else\nc\n#endif\nd\n#endif", ["a", "bd", "cd"]],
    ["#if A\na\n#elif B\nb\n#endif\n#if C\nc\n#endif", ["ac", "bc"]],
    ["#if !defined(_WIN32)\na\n#endif\n#ifndef _MSC_VER\nb\n#endif", ["ab"]],
    ["#ifndef _WIN32\na\n#else\nb\n#endif\n#if !defined(_MSC_VER) && X\nc\n#else\nd\n#endif", ["ac", "ad"]],
    ["#if defined(_WIN32)\na\n#endif\n#ifdef __cplusplus\nb\n#endif", [""]],
    ["#endif\na\n#else", ["#endifa#else"]],
  ])("%j gives %j", (text, expected) => {
    expect(readings(text)).toEqual(expected);
  });

  it("reads what is for C++ in C++", () => {
    const text = "#ifdef __cplusplus\na\n#else\nb\n#endif\n#ifndef __cplusplus\nc\n#endif";
    expect(readings(text, "cpp")).toEqual(["a"]);
    expect(readings(text, "c")).toEqual(["bc"]);
  });

  it("gives up on more than it may read, and on an `#if` without an end", () => {
    expect(readings(`#if A${"\n#elif B".repeat(20)}\n#endif`)).toBeUndefined();
    for (const text of ["#if 0\na", "a\n#ifdef _WIN32\n#if B\nb\n#endif"])
      expect(readings(text)).toBeUndefined();
  });
});

describe("C whose branches do not parse together", () => {
  const branches = (other: string) =>
    `void f(char *b, int s) {\n#if A\n  if (s == 0) {\n#else\n  if (!s) {\n#endif\n  }\n#if B\n  g(b);\n#else\n  ${other}\n#endif\n}\n`;

  it("is read in all of them", () => {
    const { tree, also, problem } = readTree("c", branches("gets(b);"));
    expect(problem).toBeUndefined();
    expect(tree.text).not.toContain("gets");
    expect(also.map(({ text }) => text.includes("gets(b);"))).toEqual([true]);
  });

  it("is not read where one of them cannot be", () => {
    expect(readTree("c", branches("gets(b;")).problem).toBeDefined();
  });
});
