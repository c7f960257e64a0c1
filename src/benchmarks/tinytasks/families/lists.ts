import { code } from "../cases.ts";
import type { Family } from "../family.ts";
import { joined, NOUNS } from "../words.ts";
import { integers, UTILITY, utility } from "./utility.ts";

const NUMBERS = ["2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "15", "20", "25", "30"];
const slots = {
  items: [
    ...NOUNS.map((noun) => `${noun}s`),
    ...joined(NOUNS, ["list", "sizes"]),
    "numbers",
    "values",
    "items",
  ],
  k: NUMBERS,
};
type List = number[];

export const lists: Family = {
  ...UTILITY,
  name: "lists",
  variants: [
    utility({
      name: "above",
      parameters: "$items",
      verbs: ["above", "filter", "keep", "large"],
      does: [
        "returns the numbers in $items that are greater than $k",
        "keeps only the members of $items above $k",
        "gives back a list of all numbers from $items larger than $k",
        "filters the list $items: only numbers over $k stay",
      ],
      slots,
      references: [
        code("", "return [x for x in $items if x > $k]"),
        code("", "return list(filter(lambda x: x > $k, $items))"),
      ],
      sample: (random) => [integers(random, random.int(3, 6), 0, 40)],
      expected: ([list], { k }) => (list as List).filter((x) => x > Number(k)),
    }),
    utility({
      name: "times",
      parameters: "$items",
      verbs: ["times", "scale", "multiply", "grow"],
      does: [
        "returns a list with every number of $items multiplied by $k",
        "multiplies each member of $items by $k",
        "gives back the numbers of $items, each times $k",
        "scales the list $items by the factor $k",
      ],
      slots,
      references: [code("", "return [x * $k for x in $items]"), code("", "return [$k * x for x in $items]")],
      sample: (random) => [integers(random, random.int(1, 5), 0, 20)],
      expected: ([list], { k }) => (list as List).map((x) => x * Number(k)),
    }),
    utility({
      name: "head",
      parameters: "$items",
      verbs: ["head", "first", "top", "begin"],
      does: [
        "returns the first $k members of $items",
        "takes the first $k entries of the list $items",
        "gives back the beginning of $items, $k members long",
        "cuts the list $items after $k members",
      ],
      slots,
      references: [code("", "return $items[:$k]"), code("", "return $items[0:$k]")],
      sample: (random, { k }) => [integers(random, Number(k) + random.int(0, 3), 0, 50)],
      expected: ([list], { k }) => (list as List).slice(0, Number(k)),
    }),
    utility({
      name: "every",
      parameters: "$items",
      verbs: ["every", "each", "skip", "step"],
      does: [
        "returns every member of $items whose position is a multiple of $k, beginning with the first",
        "takes each $k-th entry of the list $items, starting at the first",
        "gives back the members of $items at the positions 0, $k and so on",
        "steps through the list $items by $k and returns what it meets",
      ],
      slots,
      references: [code("", "return $items[::$k]"), code("", "return $items[0::$k]")],
      sample: (random, { k }) => [integers(random, Number(k) + random.int(1, 5), 0, 50)],
      expected: ([list], { k }) => (list as List).filter((_, i) => i % Number(k) === 0),
    }),
    utility({
      name: "total",
      parameters: "$items",
      verbs: ["total", "sum", "add_up", "sum_of"],
      does: [
        "returns the sum of the numbers in $items plus $k",
        "adds up the list $items and adds $k to the result",
        "gives back the total of $items, increased by $k",
        "sums the members of $items, starting at $k",
      ],
      slots,
      references: [code("", "return sum($items) + $k"), code("", "return sum($items, $k)")],
      sample: (random) => [integers(random, random.int(0, 5), 0, 30)],
      expected: ([list], { k }) => (list as List).reduce((a, b) => a + b, Number(k)),
    }),
    utility({
      name: "unique",
      parameters: "$items",
      verbs: ["unique", "distinct", "sorted", "ordered"],
      does: [
        "returns the different members of $items in rising order",
        "sorts $items and leaves out what occurs twice",
        "gives back a sorted list of $items without repeats",
        "makes a sorted list of the distinct numbers in $items",
      ],
      slots,
      references: [code("", "return sorted(set($items))"), code("", "return sorted({x for x in $items})")],
      sample: (random) => [integers(random, random.int(3, 7), 0, 6)],
      expected: ([list]) => [...new Set(list as List)].sort((a, b) => a - b),
    }),
    utility({
      name: "descending",
      parameters: "$items",
      verbs: ["descending", "biggest", "top_of", "ranking"],
      does: [
        "returns the $k largest numbers of $items, the largest first",
        "sorts $items in falling order and keeps $k members",
        "gives back the $k greatest members of $items, biggest first",
        "ranks the list $items from high to low and takes $k",
      ],
      slots: { ...slots, k: ["2", "3", "4", "5"] },
      references: [
        code("", "return sorted($items, reverse=True)[:$k]"),
        code("", "return sorted($items)[::-1][:$k]"),
      ],
      sample: (random) => [integers(random, random.int(5, 8), 0, 60)],
      expected: ([list], { k }) => [...(list as List)].sort((a, b) => b - a).slice(0, Number(k)),
    }),
    utility({
      name: "count",
      parameters: "$items, $x",
      verbs: ["count", "occurrences", "how_often", "times_of"],
      does: [
        "returns how often $x occurs in $items",
        "counts the members of $items equal to $x",
        "gives back the number of times $x is in the list $items",
        "tells how many entries of $items are $x",
      ],
      slots: { ...slots, x: ["x", "wanted", "target", "member", "one", "needle"] },
      references: [code("", "return $items.count($x)"), code("", "return sum(1 for y in $items if y == $x)")],
      sample: (random) => [integers(random, random.int(4, 9), 0, 2), random.int(0, 2)],
      expected: ([list, x]) => (list as List).filter((y) => y === x).length,
    }),
  ],
};
