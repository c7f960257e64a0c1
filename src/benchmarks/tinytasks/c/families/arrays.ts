import { integers } from "../../families/utility.ts";
import type { Family } from "../../family.ts";
import { code } from "../cases.ts";
import { ARRAYS, SIZES } from "../names.ts";
import { C_UTILITY, cUtility } from "./utility.ts";

const slots = { items: ARRAYS, n: SIZES };

export const cArrays: Family = {
  ...C_UTILITY,
  name: "c-arrays",
  variants: [
    cUtility({
      name: "largest",
      returns: "int",
      parameters: "const int *$items, int $n",
      verbs: ["largest", "max_of", "highest"],
      does: [
        "returns the largest of the $n numbers in $items; there is at least one",
        "finds the maximum of $items, an array with $n entries and never empty",
        "gives back the greatest number of the array $items of size $n, which is at least 1",
        "computes the highest value among the $n elements of $items, one or more",
      ],
      slots,
      references: [
        counted(
          "int best = $items[0];",
          "if ($items[i] > best) {",
          "    best = $items[i];",
          "}",
          "return best;",
        ),
        counted("int best = $items[0];", "best = $items[i] > best ? $items[i] : best;", "return best;"),
      ],
      sample: (random) => list(integers(random, random.int(1, 7), -50, 99)),
      expected: ([items]) => Math.max(...(items as number[])),
    }),
    cUtility({
      name: "matches",
      returns: "int",
      parameters: "const int *$items, int $n, int $v",
      verbs: ["count", "matches", "occurrences", "how_many"],
      does: [
        "returns how many of the $n numbers in $items equal $v",
        "counts $v in $items, an array with $n entries",
        "gives back the number of times that $v is in the array $items of size $n",
        "computes how often $v occurs among the $n elements of $items",
      ],
      slots: { ...slots, v: ["v", "wanted", "target", "key", "needle"] },
      references: [
        counted("int count = 0;", "if ($items[i] == $v) {", "    count++;", "}", "return count;"),
        counted("int count = 0;", "count += $items[i] == $v;", "return count;"),
      ],
      sample: (random) => [...list(integers(random, random.int(0, 9), 1, 3)), random.int(1, 3)],
      expected: ([items, , wanted]) => (items as number[]).filter((item) => item === wanted).length,
    }),
    cUtility({
      name: "multiples",
      returns: "int",
      parameters: "const int *$items, int $n",
      verbs: ["count", "multiples_in", "tally"],
      does: [
        "returns how many of the $n numbers in $items are divisible by $k",
        "counts the multiples of $k in $items, an array with $n entries",
        "gives back the number of elements of the array $items of size $n that $k divides",
        "computes how many of the $n elements of $items have no remainder when divided by $k",
      ],
      slots: { ...slots, k: "2 3 4 5 6 7 8 9".split(" ") },
      references: [
        counted("int count = 0;", "if ($items[i] % $k == 0) {", "    count++;", "}", "return count;"),
        counted("int count = 0;", "count += $items[i] % $k == 0;", "return count;"),
      ],
      sample: (random, { k }) =>
        list(
          integers(random, random.int(0, 8), 0, 5).map((value) => value * (random.int(0, 1) + Number(k) - 1)),
        ),
      expected: ([items], { k }) => (items as number[]).filter((value) => value % Number(k) === 0).length,
    }),
    cUtility({
      name: "first",
      returns: "int",
      parameters: "const int *$items, int $n, int $v",
      verbs: ["index_of", "find", "search", "locate"],
      does: [
        "returns the index of the first $v in $items, an array of $n numbers, or -1",
        "finds where $v first stands among the $n elements of $items; -1 if nowhere",
        "gives back the position of $v in the array $items of size $n, or -1 when it is missing",
        "searches the $n numbers in $items for $v and returns its first index, else -1",
      ],
      slots: { ...slots, v: ["v", "wanted", "target", "key", "needle"] },
      references: [
        code(
          "",
          "for (int i = 0; i < $n; i++) {",
          "    if ($items[i] == $v) {",
          "        return i;",
          "    }",
          "}",
          "return -1;",
        ),
        code(
          "",
          "int i = 0;",
          "while (i < $n && $items[i] != $v) {",
          "    i++;",
          "}",
          "return i < $n ? i : -1;",
        ),
      ],
      sample: (random) => [...list(integers(random, random.int(2, 8), 1, 6)), random.int(1, 6)],
      expected: ([items, , wanted]) => (items as number[]).indexOf(wanted as number),
    }),
  ],
};

function counted(start: string, ...rest: readonly string[]): string {
  const body = rest.slice(0, -1).map((line) => `    ${line}`);
  return code("", start, "for (int i = 0; i < $n; i++) {", ...body, "}", rest.at(-1)!);
}

function list(values: number[]): [number[], number] {
  return [values, values.length];
}
