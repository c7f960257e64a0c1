import type { Family } from "../../family.ts";
import { code } from "../cases.ts";
import { NUMBERS, OTHERS } from "../names.ts";
import { C_UTILITY, cUtility } from "./utility.ts";

const slots = {
  a: NUMBERS,
  b: OTHERS,
  k: "2 3 4 5 6 7 8 9 11 12".split(" "),
  m: "20 25 30 40 50 60 75 80 90 100".split(" "),
};

export const cNumbers: Family = {
  ...C_UTILITY,
  name: "c-numbers",
  variants: [
    cUtility({
      name: "remainder",
      returns: "int",
      parameters: "int $a",
      verbs: ["remainder", "compute", "calc", "convert"],
      does: [
        "returns the remainder of $a divided by $k, plus $m",
        "divides $a by $k and adds $m to the remainder",
        "gives back $a modulo $k, increased by $m",
        "computes what is left of $a after division by $k, then plus $m",
      ],
      slots,
      references: [code("", "return $a % $k + $m;"), code("", "return $m + $a % $k;")],
      sample: (random) => [random.int(0, 200)],
      expected: ([a], { k, m }) => (Number(a) % Number(k)) + Number(m),
    }),
    cUtility({
      name: "divisible",
      returns: "int",
      parameters: "int $a",
      verbs: ["divisible", "fits", "is_multiple", "divides"],
      does: [
        "returns 1 if $a is divisible by $k, else 0",
        "tells whether $a is a multiple of $k, as 1 or 0",
        "gives back 1 when $k divides $a without remainder and 0 otherwise",
        "returns 1 for $a that divided by $k leaves 0, and 0 for others",
      ],
      slots,
      references: [code("", "return $a % $k == 0;"), code("", "return !($a % $k);")],
      sample: (random, { k }) => [random.int(0, 9) * Number(k) + random.int(0, 1)],
      expected: ([a], { k }) => (Number(a) % Number(k) === 0 ? 1 : 0),
    }),
    cUtility({
      name: "larger",
      returns: "int",
      parameters: "int $a, int $b",
      verbs: ["larger", "max_of", "greater", "biggest"],
      does: [
        "returns the larger one of $a and $b",
        "gives back $a or $b, whichever is greater",
        "computes the maximum of $a and $b",
        "picks the bigger number of $a and $b",
      ],
      slots,
      references: [
        code("", "return $a > $b ? $a : $b;"),
        code("", "if ($a > $b) {", "    return $a;", "}", "return $b;"),
      ],
      sample: (random) => [random.int(-50, 50), random.int(-50, 50)],
      expected: ([a, b]) => Math.max(Number(a), Number(b)),
    }),
    cUtility({
      name: "digits",
      returns: "int",
      parameters: "int $a",
      verbs: ["digit_sum", "sum_digits", "digits_of"],
      does: [
        "returns the sum of the digits of $a, which is not negative",
        "adds up the decimal digits of the number $a; it is at least 0",
        "gives back the digit sum of $a, where $a is not negative",
        "computes the total of all digits of $a, a number from 0 up",
      ],
      slots,
      references: [
        code(
          "",
          "int sum = 0;",
          "while ($a > 0) {",
          "    sum += $a % 10;",
          "    $a /= 10;",
          "}",
          "return sum;",
        ),
        code("", "int sum = 0;", "for (; $a > 0; $a /= 10) {", "    sum += $a % 10;", "}", "return sum;"),
      ],
      sample: (random) => [random.int(0, 99999)],
      expected: ([a]) => [...String(a)].reduce((sum, digit) => sum + Number(digit), 0),
    }),
  ],
};
