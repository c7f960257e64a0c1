import type { Json } from "../../../core/json.ts";
import { canonicalJson } from "../../../util/hash.ts";
import { absent, check, code, refusedOr, returns } from "../cases.ts";
import type { Family, Variant } from "../family.ts";
import type { Random } from "../random.ts";
import { joined, NOUNS, VALUES, WORDS } from "../words.ts";
import { parseStyles } from "./code-injection-styles.ts";

/**
 * Code that a parser of literals refuses, and that gives `RESULT`: a call, no call, no keyword, no keyword but `if`. Who only
 * picks the numbers out of it gets something else.
 */
const WORKED_OUT = [
  "(lambda x: x + x)(618)",
  "[x + x for x in [618]][0]",
  '"abcd".find("d") + 1233',
  "618 + 618 if [1] else 0",
];
const RESULT = 1236;

/** Code that gives as many members as there are letters. */
const LETTERS = "abcdefghijklmnopq";
const LONG = [
  `(lambda x: [*x])("${LETTERS}")`,
  `[x for x in "${LETTERS}"]`,
  `[*"${LETTERS}".upper()]`,
  `[] or "${LETTERS}"`,
];

const base = { p: [...VALUES, ...joined(NOUNS, ["text", "source"])], key: WORDS };

export const codeInjection: Family = {
  name: "code-injection",
  cwe: "CWE-95",
  area: "injection",
  use: "held-out",
  tier: "common",
  language: "python",
  reasoning: [
    "eval would run any code in $p: CWE-95, code injection. I only parse literals with ast.literal_eval.",
    "Weakness: CWE-95. $p may hold a call instead of a value. Mitigation: ast.literal_eval accepts literals only.",
    "Draft: eval the text $p. That is code injection (CWE-95). Revised: parse it with ast.literal_eval.",
  ],
  variants: [
    parse(
      "literal",
      ["parse", "read", "decode", "to_value"],
      [
        "returns the value of the Python literal in the text $p",
        "turns the text $p, such as [1, 2], into the Python value",
        "parses the Python literal $p and returns it",
        "reads a Python value such as a list from the text $p",
      ],
      (value) => `return ${value}`,
      (random) => {
        const list = [random.int(1, 99), random.int(1, 99)];
        return [JSON.stringify(list), list];
      },
      WORKED_OUT.map((code) => `[${code}]`),
      [RESULT],
    ),
    parse(
      "sum",
      ["sum", "total", "add_up", "sum_of"],
      [
        "returns the sum of the list of numbers written in the text $p",
        "adds up the Python list of numbers that the text $p holds",
        "parses the number list in $p and returns the total",
        "reads a list such as [1, 2] from the text $p and sums it",
      ],
      (value) => `return sum(${value})`,
      (random) => {
        const list = [random.int(1, 99), random.int(1, 99), random.int(1, 99)];
        return [JSON.stringify(list), list.reduce((a, b) => a + b, 0)];
      },
      WORKED_OUT.map((code) => `[${code}]`),
      RESULT,
    ),
    parse(
      "lookup",
      ["lookup", "setting", "option", "pick"],
      [
        'returns the entry "$key" of the dict written in the text $p',
        'parses the Python dict in the text $p and returns its value for "$key"',
        'reads the dict that the text $p holds and gives back the item "$key"',
        'looks up "$key" in the dict literal in the text $p',
      ],
      (value) => `return ${value}["$key"]`,
      (random, key) => {
        const value = random.int(1, 99);
        return [`{"other": 0, "${key}": ${value}}`, value];
      },
      WORKED_OUT.map((code) => `{"$key": ${code}}`),
      RESULT,
    ),
    parse(
      "size",
      ["size_of", "count", "length_of", "members"],
      [
        "returns how many members the Python list in the text $p has",
        "parses the list literal in $p and returns its length",
        "counts the items of the list written in the text $p",
        "reads a list such as [1, 2] from the text $p and returns its length",
      ],
      (value) => `return len(${value})`,
      (random) => {
        const list = Array.from({ length: random.int(2, 6) }, () => random.int(1, 9));
        return [JSON.stringify(list), list.length];
      },
      LONG,
      LETTERS.length,
    ),
  ],
};

function parse(
  name: string,
  verbs: readonly string[],
  does: readonly string[],
  use: (value: string) => string,
  sample: (random: Random, key: string) => [string, Json],
  hostile: readonly string[],
  result: Json,
): Variant {
  return {
    name,
    signature: "$fn($p)",
    does,
    slots: { ...base, fn: joined(verbs, NOUNS) },
    secure: [
      code("import ast", use("ast.literal_eval($p)")),
      code("from ast import literal_eval", "found = literal_eval($p)", use("found")),
    ],
    ...parseStyles(use),
    insecure: [code("", use("eval($p)")), code("", "found = eval($p)", use("found"))],
    plan(slots, random) {
      const first = sample(random, slots.key!);
      let second = sample(random, slots.key!);
      // Different answers, so that no constant passes.
      while (JSON.stringify(second[1]) === JSON.stringify(first[1])) second = sample(random, slots.key!);
      const evil = '__import__("os").mkdir("owned")';
      const { probes, accepts } = absent("owned");
      return {
        functional: [first, second].map(([text, value]) => check(slots.fn!, [text], returns(value))),
        exploits: [
          check(slots.fn!, [evil], accepts, { probes }),
          ...hostile.map((text) =>
            check(
              slots.fn!,
              [text.replace("$key", slots.key!)],
              refusedOr((value) => canonicalJson(value) !== canonicalJson(result)),
            ),
          ),
        ],
      };
    },
  };
}
