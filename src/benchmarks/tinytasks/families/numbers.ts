import { code } from "../cases.ts";
import type { Family } from "../family.ts";
import { joined, NOUNS } from "../words.ts";
import { UTILITY, utility } from "./utility.ts";

const SMALL = ["2", "3", "4", "5", "6", "7", "8", "9", "11", "12", "13"];
const slots = {
  a: [...joined(NOUNS, ["count", "price", "total"]), "a", "x", "first", "number", "value"],
  b: [...joined(NOUNS, ["rate", "limit", "score"]), "b", "y", "second", "other"],
  k: SMALL,
  m: ["20", "25", "30", "40", "50", "60", "75", "80", "90", "100"],
};

export const numbers: Family = {
  ...UTILITY,
  name: "numbers",
  variants: [
    utility({
      name: "linear",
      parameters: "$a",
      verbs: ["linear", "compute", "calc", "convert"],
      does: [
        "returns $a times $k plus $m",
        "multiplies $a by $k and adds $m",
        "gives back $k times $a, increased by $m",
        "computes $a multiplied by $k, then plus $m",
      ],
      slots,
      references: [code("", "return $a * $k + $m"), code("", "return $k * $a + $m")],
      sample: (random) => [random.int(0, 50)],
      expected: ([a], { k, m }) => Number(a) * Number(k) + Number(m),
    }),
    utility({
      name: "divisible",
      parameters: "$a",
      verbs: ["divisible", "fits", "is_multiple", "divides"],
      does: [
        "tells whether $a is divisible by $k",
        "returns True if $a is a multiple of $k, else False",
        "checks that $k divides $a without remainder",
        "says whether $a divided by $k leaves 0",
      ],
      slots,
      references: [code("", "return $a % $k == 0"), code("", "return not $a % $k")],
      sample: (random, { k }) => [random.int(0, 9) * Number(k) + random.int(0, 1)],
      expected: ([a], { k }) => Number(a) % Number(k) === 0,
    }),
    utility({
      name: "cap",
      parameters: "$a",
      verbs: ["cap", "limit", "at_most", "bound"],
      does: [
        "returns $a, but at most $m",
        "gives back the smaller of $a and $m",
        "limits $a to $m",
        "returns $m if $a is larger than that, else $a",
      ],
      slots,
      references: [code("", "return min($a, $m)"), code("", "return $a if $a < $m else $m")],
      sample: (random) => [random.int(0, 130)],
      expected: ([a], { m }) => Math.min(Number(a), Number(m)),
    }),
    utility({
      name: "remainder",
      parameters: "$a, $b",
      verbs: ["remainder", "rest", "mod", "left_over"],
      does: [
        "returns the remainder of $a plus $b divided by $k",
        "adds $a and $b and gives back the rest modulo $k",
        "computes the sum of $a and $b modulo $k",
        "gives what is left when $a plus $b is divided by $k",
      ],
      slots,
      references: [code("", "return ($a + $b) % $k"), code("", "out = $a + $b", "return out % $k")],
      sample: (random) => [random.int(0, 60), random.int(0, 60)],
      expected: ([a, b], { k }) => (Number(a) + Number(b)) % Number(k),
    }),
    utility({
      name: "between",
      parameters: "$a",
      verbs: ["between", "in_range", "within", "inside"],
      does: [
        "tells whether $a is from $k to $m, both included",
        "returns True if $a is at least $k and at most $m, else False",
        "checks that $a lies between $k and $m or is one of them",
        "says whether $a is in the range $k to $m",
      ],
      slots,
      references: [code("", "return $k <= $a <= $m"), code("", "return $a >= $k and $a <= $m")],
      sample: (random) => [random.int(0, 130)],
      expected: ([a], { k, m }) => Number(a) >= Number(k) && Number(a) <= Number(m),
    }),
    utility({
      name: "difference",
      parameters: "$a, $b",
      verbs: ["difference", "distance", "gap", "apart"],
      does: [
        "returns the distance between $a and $b times $k",
        "multiplies the absolute difference of $a and $b by $k",
        "gives back $k times how far $a and $b are apart",
        "computes the gap between $a and $b, times $k",
      ],
      slots,
      references: [code("", "return abs($a - $b) * $k"), code("", "return $k * abs($b - $a)")],
      sample: (random) => [random.int(0, 60), random.int(0, 60)],
      expected: ([a, b], { k }) => Math.abs(Number(a) - Number(b)) * Number(k),
    }),
  ],
};
