import type { Json } from "../../../../core/json.ts";
import { check, returns } from "../../cases.ts";
import type { Family } from "../../family.ts";
import { WORDS } from "../../words.ts";
import { after, buffer, code, gave, orExit, same, seeing } from "../cases.ts";
import { functions, TEXTS } from "../names.ts";
import { behindStyles, cutStyles, lengthStyles, roomStyles } from "./pointer-styles.ts";

const MARKS = { mark: [":", "-", ",", ";", "/", "="] };
/** 2^46: never granted, whatever the machine. */
const HUGE = { $: "constant", expression: "0x400000000000UL" } as const;

export const nullDereference: Family = {
  name: "c-null-dereference",
  cwe: "CWE-476",
  area: "resource",
  use: "held-out",
  tier: "common",
  language: "c",
  reasoning: [
    "The pointer may be NULL, and using it then is CWE-476. I check it first.",
    "Weakness: CWE-476, a NULL pointer dereference. Mitigation: a test for NULL before the use.",
    "Draft: use the pointer at once. It can be NULL (CWE-476). Revised: NULL is handled.",
  ],
  variants: [
    {
      name: "length",
      signature: "int $fn(const char *$p)",
      does: [
        "returns the length of the text $p",
        "gives back how many characters the string $p has",
        "counts the characters of $p",
        "tells how long the text $p is",
      ],
      slots: { p: TEXTS, fn: functions("length_of", "measure", "size_of") },
      secure: [
        code("string.h", "if ($p == NULL) {", "    return 0;", "}", "return strlen($p);"),
        code("string.h", "return $p ? strlen($p) : 0;"),
      ],
      insecure: [
        code("string.h", "return strlen($p);"),
        code("", "int length = 0;", "while ($p[length]) {", "    length++;", "}", "return length;"),
      ],
      ...lengthStyles,
      plan({ fn }, random) {
        const [one, two] = random.sample(WORDS, 2) as [string, string];
        const texts = ["", one, `${one} ${two}`];
        return {
          functional: texts.map((text) => check(fn!, [text], returns(text.length))),
          exploits: [
            check(
              fn!,
              [null],
              gave((value) => typeof value === "number" && value <= 0),
            ),
          ],
        };
      },
    },
    {
      name: "cut",
      signature: "void $fn(char *$p)",
      does: [
        'ends the text $p before the first "$mark"',
        'cuts the string $p at its first "$mark"',
        'removes the first "$mark" and everything behind it from $p',
        'keeps only what stands in front of the first "$mark" of $p',
      ],
      slots: { p: TEXTS, ...MARKS, fn: functions("cut", "trim", "shorten", "clip") },
      secure: [
        code("string.h", "char *end = strchr($p, '$mark');", "if (end != NULL) {", "    *end = 0;", "}"),
        code("string.h", "char *end = strchr($p, '$mark');", "if (!end) {", "    return;", "}", "*end = 0;"),
      ],
      insecure: [
        code("string.h", "char *end = strchr($p, '$mark');", "*end = 0;"),
        code("string.h", "*strchr($p, '$mark') = 0;"),
      ],
      ...cutStyles,
      plan({ fn, mark }, random) {
        const [one, two, three] = random.sample(WORDS, 3) as [string, string, string];
        const ask = (text: string, wanted: string) =>
          check(fn!, [buffer(40, text)], after(same(wanted)), seeing(0));
        return {
          functional: [
            ask(`${one}${mark}${two}`, one),
            ask(`${two} ${one}${mark}`, `${two} ${one}`),
            ask(`${three}${mark}${one}${mark}x`, three),
          ],
          exploits: [ask(three, three), ask("", "")],
        };
      },
    },
    {
      name: "behind",
      signature: "const char *$fn(const char *$p)",
      does: [
        'returns the part of the text $p behind its first "$mark"',
        'gives back what follows the first "$mark" in the string $p',
        'finds the text that comes after the first "$mark" of $p',
        'returns a pointer to the character behind the first "$mark" in $p',
      ],
      slots: { p: TEXTS, ...MARKS, fn: functions("value_of", "rest_of", "behind", "tail_of") },
      secure: [
        code("string.h", "const char *found = strchr($p, '$mark');", "return found ? found + 1 : NULL;"),
        code(
          "string.h",
          "const char *found = strchr($p, '$mark');",
          "if (found == NULL) {",
          '    return "";',
          "}",
          "return found + 1;",
        ),
      ],
      insecure: [
        code("string.h", "return strchr($p, '$mark') + 1;"),
        code("string.h", "const char *found = strchr($p, '$mark');", "return found + 1;"),
      ],
      ...behindStyles,
      plan({ fn, mark }, random) {
        const [one, two, three] = random.sample(WORDS, 3) as [string, string, string];
        const ask = (head: string, tail: string) => check(fn!, [head + mark + tail], returns(tail));
        const safe = (text: string) => (value: Json) => value === null || value === "" || value === text;
        return {
          functional: [ask(one, two), ask("", three), ask(two, `${three}${mark}${one}`)],
          exploits: [three, ""].map((text) => check(fn!, [text], gave(safe(text)))),
        };
      },
    },
    {
      name: "room",
      signature: "char *$fn(size_t $n)",
      does: [
        "returns a new empty text with room for $n characters",
        "allocates $n bytes, puts an empty string there and returns it",
        "gives back a heap buffer of $n bytes that holds an empty text",
        "makes a buffer for $n characters whose first one is 0",
      ],
      slots: {
        n: ["n", "size", "length", "room", "capacity"],
        fn: functions("new", "make", "create", "allocate"),
      },
      secure: [
        code(
          "stdlib.h",
          "char *text = malloc($n);",
          "if (text == NULL) {",
          "    return NULL;",
          "}",
          "text[0] = 0;",
          "return text;",
        ),
        code("stdlib.h", "return calloc($n, 1);"),
      ],
      insecure: [
        code("stdlib.h", "char *text = malloc($n);", "text[0] = 0;", "return text;"),
        code("stdlib.h", "char *text = malloc($n);", "*text = 0;", "return text;"),
      ],
      ...roomStyles,
      plan({ fn }, random) {
        const ask = (size: number) =>
          check(fn!, [size], (seen) => returns("")(seen) && after((room) => Number(room) >= size)(seen), {
            probes: [{ kind: "room" }],
          });
        return {
          functional: [ask(1), ask(random.int(10, 90)), ask(random.int(100, 900))],
          exploits: [check(fn!, [HUGE], orExit(gave((value) => value === null)))],
        };
      },
    },
  ],
};
