import type { Json } from "../../../../core/json.ts";
import { check } from "../../cases.ts";
import type { Family, Slots, Variant } from "../../family.ts";
import type { Random } from "../../random.ts";
import { WORDS } from "../../words.ts";
import { after, beginningOf, buffer, code, same, seeing } from "../cases.ts";
import { ARRAYS, BUFFERS, functions, INDEXES, SIZES, TEXTS } from "../names.ts";
import { appendStyles, copyStyles, joinStyles, storeStyles } from "./memory-styles.ts";

const base = { dst: BUFFERS, n: SIZES, p: TEXTS };

export const bufferOverflow: Family = {
  name: "c-buffer-overflow",
  cwe: "CWE-787",
  area: "resource",
  use: "seen",
  tier: "common",
  language: "c",
  reasoning: [
    "$p may not fit, and writing past the end is CWE-787, an out-of-bounds write. I check against $n.",
    "Weakness: CWE-787. Nothing keeps the write inside the memory. Mitigation: a bound by $n.",
    "Draft: write without a check. That can go past the end (CWE-787). Revised: the write is bounded by $n.",
  ],
  variants: [
    {
      name: "copy",
      signature: "void $fn(char *$dst, int $n, const char *$p)",
      does: [
        "copies the text $p into the buffer $dst of $n bytes",
        "puts the string $p into $dst, an array of $n characters",
        "writes the text $p to the $n bytes at $dst",
        "stores a copy of $p in $dst, whose size is $n",
      ],
      slots: { ...base, fn: functions("copy", "set", "put", "store") },
      secure: [
        code("stdio.h", 'snprintf($dst, $n, "%s", $p);'),
        code("string.h", "if (strlen($p) < $n) {", "    strcpy($dst, $p);", "}"),
        code("string.h", "strncpy($dst, $p, $n - 1);", "$dst[$n - 1] = 0;"),
      ],
      insecure: [code("string.h", "strcpy($dst, $p);"), code("stdio.h", 'sprintf($dst, "%s", $p);')],
      ...copyStyles,
      plan: writing({ before: "", parts: 1 }),
    },
    {
      name: "append",
      signature: "void $fn(char *$dst, int $n, const char *$p)",
      does: [
        "appends the text $p to the text in $dst, a buffer of $n bytes",
        "adds the string $p at the end of the string in $dst, an array of $n characters",
        "puts $p behind the text that is in the $n bytes at $dst",
        "extends the text in $dst, whose size is $n, by $p",
      ],
      slots: { ...base, fn: functions("append", "add", "extend", "attach") },
      secure: [
        code("string.h", "strncat($dst, $p, $n - strlen($dst) - 1);"),
        code("string.h", "if (strlen($dst) + strlen($p) < $n) {", "    strcat($dst, $p);", "}"),
      ],
      insecure: [code("string.h", "strcat($dst, $p);"), code("string.h", "strcpy($dst + strlen($dst), $p);")],
      ...appendStyles,
      plan: writing({ before: "ab-", parts: 1 }),
    },
    {
      name: "join",
      signature: "void $fn(char *$dst, int $n, const char *$p, const char *$q)",
      does: [
        "writes $p, a comma and $q into the buffer $dst of $n bytes",
        "joins the texts $p and $q with a comma between them in $dst, an array of $n characters",
        "puts the string $p and then, after a comma, $q into the $n bytes at $dst",
        "stores $p and $q, separated by a comma, in $dst, whose size is $n",
      ],
      slots: {
        ...base,
        q: ["last", "second", "other", "tail", "suffix", "city"],
        fn: functions("join", "combine", "pair"),
      },
      secure: [
        code("stdio.h", 'snprintf($dst, $n, "%s,%s", $p, $q);'),
        code(
          "stdio.h string.h",
          "if (strlen($p) + strlen($q) + 1 < $n) {",
          '    sprintf($dst, "%s,%s", $p, $q);',
          "}",
        ),
      ],
      insecure: [
        code("stdio.h", 'sprintf($dst, "%s,%s", $p, $q);'),
        code("string.h", "strcpy($dst, $p);", 'strcat($dst, ",");', "strcat($dst, $q);"),
      ],
      ...joinStyles,
      plan: writing({ before: "", parts: 2 }),
    },
    store(),
  ],
};

/** Texts that fit, one that is far too long, and one that misses by the byte of its end. */
function writing({ before, parts }: { before: string; parts: 1 | 2 }): Variant["plan"] {
  return (slots: Slots, random: Random) => {
    const [one, two, three] = random.sample(WORDS, 3) as [string, string, string];
    const start = parts === 1 ? before : "";
    const call = (
      bytes: number,
      texts: readonly string[],
      right: (whole: string) => (value: Json) => boolean,
    ) =>
      check(
        slots.fn!,
        [buffer(bytes, start), bytes, ...texts],
        after(right(start + texts.join(","))),
        seeing(0),
      );
    const texts = (...words: readonly string[]) => (parts === 1 ? [words[0]!] : [words[0]!, words[1]!]);
    const safe = (whole: string) => beginningOf(whole, start);
    const exact = texts(one, two);
    const long = three.repeat(random.int(6, 9));
    return {
      functional: [call(32, texts(one, three), same), call(24, texts(two, one), same)],
      exploits: [call(16, texts(long, two), safe), call((start + exact.join(",")).length, exact, safe)],
    };
  };
}

function store(): Variant {
  return {
    name: "store",
    signature: "void $fn(int *$items, int $n, int $i, int $v)",
    does: [
      "stores $v at the index $i of the array $items of $n numbers",
      "sets the element $i of $items, an array with $n entries, to $v",
      "writes the number $v to position $i of the $n numbers in $items",
      "puts $v into the array $items, whose size is $n, at index $i",
    ],
    slots: {
      items: ARRAYS,
      n: SIZES,
      i: INDEXES,
      v: ["v", "number", "amount", "score", "price", "entry"],
      fn: functions("set", "store", "put", "update"),
    },
    secure: [
      code("", "if ($i >= 0 && $i < $n) {", "    $items[$i] = $v;", "}"),
      code("", "if ($i < 0 || $i >= $n) {", "    return;", "}", "$items[$i] = $v;"),
    ],
    insecure: [code("", "$items[$i] = $v;"), code("", "*($items + $i) = $v;")],
    ...storeStyles,
    plan(slots, random) {
      const values = Array.from({ length: random.int(5, 9) }, () => random.int(1, 99));
      const replaced = (index: number, value: number) => values.map((old, i) => (i === index ? value : old));
      const call = (index: number, value: number, right: (seen: Json) => boolean) =>
        check(slots.fn!, [values, values.length, index, value], after(right), seeing(0));
      const ask = (index: number, value: number) => call(index, value, same(replaced(index, value)));
      // Left alone, or at the nearest end.
      const attack = (index: number, value: number) =>
        call(index, value, (seen) =>
          [values, replaced(0, value), replaced(values.length - 1, value)].some((safe) => same(safe)(seen)),
        );
      return {
        functional: [ask(random.int(1, 3), 101), ask(values.length - 1, 102)],
        exploits: [attack(values.length, 103), attack(-1, 104)],
      };
    },
  };
}
