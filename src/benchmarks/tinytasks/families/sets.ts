import { code } from "../cases.ts";
import type { Family } from "../family.ts";
import { integers, UTILITY, utility } from "./utility.ts";

const slots = {
  a: ["a", "first", "left", "mine", "old", "one", "these", "before"],
  b: ["b", "second", "right", "yours", "new", "two", "those", "after"],
  k: ["2", "3", "4", "5", "6", "7", "8", "9"],
};
const parameters = "$a, $b";
const sample = (random: Parameters<typeof integers>[0]) => [
  integers(random, random.int(3, 6), 0, 9),
  integers(random, random.int(3, 6), 0, 9),
];
const sorted = (list: Iterable<number>) => [...new Set(list)].sort((x, y) => x - y);

export const sets: Family = {
  ...UTILITY,
  name: "sets",
  variants: [
    utility({
      name: "common",
      parameters,
      verbs: ["common", "both", "shared", "overlap"],
      does: [
        "returns the sorted list of the numbers that are in both lists $a and $b",
        "gives back in rising order what $a and $b have in common, each number once",
        "finds the numbers that occur in $a and also in $b and sorts them, without repeats",
        "makes a sorted list of the numbers shared by $a and $b",
      ],
      slots,
      references: [
        code("", "return sorted(set($a) & set($b))"),
        code("", "return sorted(set($a).intersection($b))"),
      ],
      sample,
      expected: ([a, b]) => sorted((a as number[]).filter((x) => (b as number[]).includes(x))),
    }),
    utility({
      name: "union",
      parameters,
      verbs: ["union", "together", "merged", "all"],
      does: [
        "returns the sorted list of the numbers that are in $a or in $b",
        "gives back in rising order all numbers of $a and $b, each once",
        "merges the lists $a and $b into a sorted list without repeats",
        "makes a sorted list of the different numbers in $a and $b together",
      ],
      slots,
      references: [code("", "return sorted(set($a) | set($b))"), code("", "return sorted(set($a + $b))")],
      sample,
      expected: ([a, b]) => sorted([...(a as number[]), ...(b as number[])]),
    }),
    utility({
      name: "missing",
      parameters,
      verbs: ["missing", "only", "without", "left"],
      does: [
        "returns the sorted list of the numbers of $a that are not in $b",
        "gives back in rising order what $a has and $b lacks, each number once",
        "takes the numbers of $b out of $a and sorts the rest, without repeats",
        "makes a sorted list of the numbers that only $a has and $b does not",
      ],
      slots,
      references: [
        code("", "return sorted(set($a) - set($b))"),
        code("", "return sorted(set($a).difference($b))"),
      ],
      sample,
      expected: ([a, b]) => sorted((a as number[]).filter((x) => !(b as number[]).includes(x))),
    }),
    utility({
      name: "size",
      parameters: "$a",
      verbs: ["size", "variety", "distinct", "kinds"],
      does: [
        "returns how many different numbers the list $a has, plus $k",
        "counts the distinct numbers in $a and adds $k",
        "gives back $k plus the number of different members of $a",
        "tells how many different numbers are in $a, increased by $k",
      ],
      slots,
      references: [code("", "return len(set($a)) + $k"), code("", "return $k + len({x for x in $a})")],
      sample: (random) => [integers(random, random.int(3, 8), 0, 6)],
      expected: ([a], { k }) => new Set(a as number[]).size + Number(k),
    }),
    utility({
      name: "subset",
      parameters,
      verbs: ["subset", "covers", "contains", "inside"],
      does: [
        "tells whether every number of $a is also in $b",
        "returns True if $b has all numbers of $a, else False",
        "checks that $a holds nothing that $b lacks",
        "says whether all members of $a are members of $b",
      ],
      slots,
      references: [code("", "return set($a) <= set($b)"), code("", "return all(x in $b for x in $a)")],
      sample: (random) => {
        const b = integers(random, 6, 0, 9);
        return [random.int(0, 1) ? b.slice(0, 3) : integers(random, 3, 0, 9), b];
      },
      expected: ([a, b]) => (a as number[]).every((x) => (b as number[]).includes(x)),
    }),
  ],
};
