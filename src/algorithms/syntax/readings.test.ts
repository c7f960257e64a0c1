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
  it("takes the first, not `#if 0` and not Windows', nested ones too", () => {
    const text = "#if 0\na\n#else\nb\n#ifdef _WIN32\nc\n#elif X\nd\n#endif\n#endif\ne";
    const read = withoutConditionals(text);
    expect(read.length).toBe(text.length);
    expect(read.split("\n").map((line) => line.trim())).toEqual([
      "",
      "",
      "",
      "b",
      "",
      "",
      "",
      "d",
      "",
      "",
      "e",
    ]);
  });

  it("leaves an #else out that holds conditionals of its own", () => {
    const read = withoutConditionals("#ifdef A\na\n#else\n#ifdef B\nb\n#endif\nc\n#endif");
    expect(read.replace(/\s/g, "")).toBe("a");
  });
});
