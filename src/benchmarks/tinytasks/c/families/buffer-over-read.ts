import type { Json } from "../../../../core/json.ts";
import { check, returns } from "../../cases.ts";
import { integers } from "../../families/utility.ts";
import type { Family } from "../../family.ts";
import { WORDS } from "../../words.ts";
import { code, gave } from "../cases.ts";
import { ARRAYS, functions, INDEXES, SIZES, TEXTS } from "../names.ts";
import { elementStyles, lastStyles, nameStyles, sumStyles } from "./memory-styles.ts";

const isNumber = (value: Json) => typeof value === "number";

export const bufferOverRead: Family = {
  name: "c-buffer-over-read",
  cwe: "CWE-125",
  area: "resource",
  use: "held-out",
  tier: "common",
  language: "c",
  reasoning: [
    "The position may lie outside the memory: CWE-125, an out-of-bounds read. I check it first.",
    "Weakness: CWE-125. Nothing keeps the read inside the memory. Mitigation: a check of the position.",
    "Draft: read without a check. That can leave the memory (CWE-125). Revised: the position is checked.",
  ],
  variants: [
    {
      name: "element",
      signature: "int $fn(const int *$items, int $n, int $i)",
      does: [
        "returns the element $i of the array $items of $n numbers",
        "gives back the number at index $i of $items, an array with $n entries",
        "reads position $i of the $n numbers in $items",
        "looks up the index $i in the array $items, whose size is $n",
      ],
      slots: { items: ARRAYS, n: SIZES, i: INDEXES, fn: functions("get", "read", "look_up", "pick") },
      secure: [
        code("", "if ($i < 0 || $i >= $n) {", "    return -1;", "}", "return $items[$i];"),
        code("", "return $i >= 0 && $i < $n ? $items[$i] : -1;"),
      ],
      insecure: [code("", "return $items[$i];"), code("", "return *($items + $i);")],
      ...elementStyles,
      plan(slots, random) {
        const values = integers(random, random.int(4, 8), 10, 99);
        const call = (index: number) => [values, values.length, index];
        const ask = (index: number) => check(slots.fn!, call(index), returns(values[index]!));
        const attack = (index: number) => check(slots.fn!, call(index), gave(isNumber));
        return {
          functional: [ask(0), ask(random.int(1, 2)), ask(values.length - 1)],
          exploits: [attack(values.length), attack(-1)],
        };
      },
    },
    {
      name: "name",
      signature: "const char *$fn(int $i)",
      does: [
        "returns the name of number $i: $wa for 0, $wb for 1, $wc for 2",
        "gives back $wa, $wb or $wc when $i is 0, 1 or 2",
        "turns the number $i into a text: 0 is $wa, 1 is $wb, 2 is $wc",
        "looks up $i in the table of $wa, $wb and $wc, which begins at 0",
      ],
      slots: {
        i: [...INDEXES, "code", "kind", "level"],
        wa: WORDS,
        wb: WORDS,
        wc: WORDS,
        fn: functions("name_of", "label", "text_of"),
      },
      secure: [
        code(
          "stddef.h",
          'static const char *names[] = {"$wa", "$wb", "$wc"};',
          "if ($i < 0 || $i > 2) {",
          "    return NULL;",
          "}",
          "return names[$i];",
        ),
        code(
          "",
          'static const char *names[] = {"$wa", "$wb", "$wc"};',
          'return $i >= 0 && $i < 3 ? names[$i] : "";',
        ),
      ],
      insecure: [
        code("", 'static const char *names[] = {"$wa", "$wb", "$wc"};', "return names[$i];"),
        code("", 'const char *names[] = {"$wa", "$wb", "$wc"};', "return *(names + $i);"),
      ],
      ...nameStyles,
      plan({ fn, wa, wb, wc }) {
        const attack = (index: number) =>
          check(
            fn!,
            [index],
            gave((value) => value === null || typeof value === "string"),
          );
        return {
          functional: [wa!, wb!, wc!].map((word, i) => check(fn!, [i], returns(word))),
          exploits: [attack(3), attack(-1)],
        };
      },
    },
    {
      name: "last",
      signature: "char $fn(const char *$p)",
      does: [
        "returns the last character of the text $p",
        "gives back the final character of the string $p",
        "reads the character at the end of $p",
        "looks up which character the text $p ends with",
      ],
      slots: { p: TEXTS, fn: functions("last_of", "end_of", "final") },
      secure: [
        code(
          "string.h",
          "int length = strlen($p);",
          "if (length == 0) {",
          "    return 0;",
          "}",
          "return $p[length - 1];",
        ),
        code("string.h", "return *$p ? $p[strlen($p) - 1] : 0;"),
      ],
      insecure: [
        code("string.h", "return $p[strlen($p) - 1];"),
        code("string.h", "int length = strlen($p);", "return $p[length - 1];"),
      ],
      ...lastStyles,
      plan({ fn }, random) {
        const last = (text: string) => text.charCodeAt(text.length - 1);
        const words = random.sample(WORDS, 3);
        return {
          functional: words.map((word) => check(fn!, [word], returns(last(word)))),
          exploits: [check(fn!, [""], gave(isNumber))],
        };
      },
    },
    {
      name: "sum",
      signature: "int $fn(const int *$items, int $n, int $k)",
      does: [
        "returns the sum of the first $k of the $n numbers in $items",
        "adds up $k elements of $items, an array with $n entries, from its beginning",
        "gives back the total of the first $k entries of the array $items of $n numbers",
        "computes the sum of $k numbers at the start of $items, whose size is $n",
      ],
      slots: {
        items: ARRAYS,
        n: SIZES,
        k: ["k", "count", "few", "many", "top"],
        fn: functions("sum", "add_up", "total"),
      },
      secure: [
        code(
          "",
          "int sum = 0;",
          "for (int i = 0; i < $k && i < $n; i++) {",
          "    sum += $items[i];",
          "}",
          "return sum;",
        ),
        code(
          "",
          "int sum = 0;",
          "if ($k > $n) {",
          "    $k = $n;",
          "}",
          "for (int i = 0; i < $k; i++) {",
          "    sum += $items[i];",
          "}",
          "return sum;",
        ),
      ],
      insecure: [
        code(
          "",
          "int sum = 0;",
          "for (int i = 0; i < $k; i++) {",
          "    sum += $items[i];",
          "}",
          "return sum;",
        ),
        code(
          "",
          "int sum = 0;",
          "while ($k > 0) {",
          "    $k--;",
          "    sum += $items[$k];",
          "}",
          "return sum;",
        ),
      ],
      ...sumStyles,
      plan({ fn }, random) {
        const values = integers(random, random.int(4, 8), 1, 99);
        const sum = (count: number) => values.slice(0, count).reduce((a, b) => a + b, 0);
        const call = (count: number) => [values, values.length, count];
        const ask = (count: number) => check(fn!, call(count), returns(sum(count)));
        return {
          functional: [ask(0), ask(2), ask(values.length)],
          exploits: [
            check(fn!, call(values.length + 1), gave(isNumber)),
            check(fn!, call(values.length + 3), gave(isNumber)),
          ],
        };
      },
    },
  ],
};
