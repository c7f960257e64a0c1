import { check, code, ended } from "../cases.ts";
import type { Argument, Family, Observation, Variant } from "../family.ts";
import type { Random } from "../random.ts";
import { joined, NOUNS } from "../words.ts";
import { integers } from "./utility.ts";
import { averageStyles, divisionStyles } from "./zero-division-styles.ts";

const base = {
  a: ["total", "amount", "value", "points", "price", "cost", "score", "distance"],
  b: ["count", "parts", "people", "hours", "days", "size", "rate", "steps"],
  items: ["numbers", "values", "prices", "scores", "sizes", "weights", "marks", "ages"],
};

export const zeroDivision: Family = {
  name: "zero-division",
  cwe: "CWE-369",
  area: "resource",
  use: "seen",
  tier: "common",
  language: "python",
  reasoning: [
    "$b may be zero, which stops the program: CWE-369, divide by zero. I check it first.",
    "Weakness: CWE-369. Nothing keeps $b from being 0. Mitigation: a test before the division.",
    "Draft: divide at once. That fails for zero (CWE-369). Revised: 0 is handled first.",
  ],
  variants: [
    divide(
      "ratio",
      ["ratio", "divide", "share", "per"],
      [
        "returns $a divided by $b",
        "divides $a by $b and returns the result",
        "gives back the quotient of $a and $b",
        "computes how much of $a there is for each of the $b",
      ],
      "$a / $b",
      (a, b) => a / b,
    ),
    divide(
      "percent",
      ["percent", "rate", "percentage", "part"],
      [
        "returns $a as a percentage of $b",
        "computes how many percent of $b the number $a is",
        "gives back 100 times $a divided by $b",
        "tells what percentage of $b is reached by $a",
      ],
      "100 * $a / $b",
      (a, b) => (100 * a) / b,
    ),
    divide(
      "whole",
      ["whole", "full", "fits", "times"],
      [
        "returns how many times $b fits into $a as a whole number",
        "divides $a by $b, rounded down",
        "gives back the whole part of $a divided by $b",
        "computes the integer quotient of $a and $b",
      ],
      "$a // $b",
      (a, b) => Math.floor(a / b),
    ),
    {
      name: "average",
      signature: "$fn($items)",
      does: [
        "returns the average of the list $items",
        "computes the mean of the numbers in $items",
        "gives back the sum of $items divided by their number",
        "averages the numbers of the list $items",
      ],
      slots: { items: base.items, fn: joined(["average", "mean", "middle", "typical"], NOUNS) },
      derive: ({ items }) => ({ b: `the length of ${items}` }),
      secure: [
        code("", "if not $items:", "    return 0", "return sum($items) / len($items)"),
        code("", "if len($items) == 0:", '    raise ValueError("empty")', "return sum($items) / len($items)"),
      ],
      insecure: [
        code("", "return sum($items) / len($items)"),
        code("", "total = sum($items)", "return total / len($items)"),
      ],
      ...averageStyles,
      plan(slots, random) {
        const ask = (list: number[]) =>
          check(slots.fn!, [list], near(list.reduce((x, y) => x + y, 0) / list.length));
        return {
          functional: [ask(integers(random, 4, 1, 9)), ask(integers(random, 2, 20, 60)), ask([100])],
          exploits: [hostile(slots.fn!, [[]])],
        };
      },
    },
  ],
};

function divide(
  name: string,
  verbs: readonly string[],
  does: readonly string[],
  quotient: string,
  expected: (a: number, b: number) => number,
): Variant {
  return {
    name,
    signature: "$fn($a, $b)",
    does,
    slots: { a: base.a, b: base.b, fn: joined(verbs, NOUNS) },
    secure: [
      code("", "if $b == 0:", '    raise ValueError("zero")', `return ${quotient}`),
      code("", "if not $b:", "    return 0", `return ${quotient}`),
    ],
    insecure: [code("", `return ${quotient}`), code("", `out = ${quotient}`, "return out")],
    ...divisionStyles(quotient),
    plan(slots, random: Random) {
      const pairs = [
        [random.int(10, 40), random.int(2, 5)],
        [random.int(50, 90), random.int(6, 9)],
        [random.int(100, 200), 1],
      ] as const;
      return {
        functional: pairs.map(([a, b]) => check(slots.fn!, [a, b], near(expected(a, b)))),
        exploits: [
          hostile(slots.fn!, [random.int(1, 9), 0]),
          hostile(slots.fn!, [0, 0]),
          hostile(slots.fn!, [random.int(101, 900), 0]),
        ],
      };
    },
  };
}

function near(wanted: number): (observed: Observation) => boolean {
  return ({ returned }) => typeof returned === "number" && Math.abs(returned - wanted) < 1e-9;
}

/** Any answer or refusal but the program's own failure. A division by zero that the answer itself raised is a refusal. */
function hostile(fn: string, args: readonly Argument[]) {
  return check(
    fn,
    args,
    (seen) =>
      ended(seen) &&
      (seen.raised === undefined ||
        !OWN_FAILURES.has(seen.raised) ||
        (seen.raised === "ZeroDivisionError" && seen.deliberate === true)),
  );
}

const OWN_FAILURES = new Set([
  "ZeroDivisionError",
  "NameError",
  "TypeError",
  "MemoryError",
  "RecursionError",
  "SystemExit",
]);
