import type { Json } from "../../../core/json.ts";
import { code } from "../cases.ts";
import type { Family } from "../family.ts";
import type { Random } from "../random.ts";
import { integers, UTILITY, utility } from "./utility.ts";

const slots = {
  g: ["grid", "rows", "table", "matrix", "board", "cells", "field", "map"],
  k: ["2", "3", "4", "5", "6", "7", "8", "9"],
};
const parameters = "$g";
type Grid = number[][];

export const grids: Family = {
  ...UTILITY,
  name: "grids",
  variants: [
    utility({
      name: "total",
      parameters,
      verbs: ["total", "sum", "add_up", "sum_of"],
      does: [
        "returns the sum of all numbers in the rows of $g",
        "adds up every number of the list of lists $g",
        "gives back the total of all rows of $g",
        "sums the numbers in all rows of the grid $g",
      ],
      slots,
      references: [
        code("", "return sum(sum(row) for row in $g)"),
        code("", "return sum(x for row in $g for x in row)"),
      ],
      sample,
      expected: ([g]) => (g as Grid).flat().reduce((a, b) => a + b, 0),
    }),
    utility({
      name: "flat",
      parameters,
      verbs: ["flat", "flatten", "unroll", "numbers"],
      does: [
        "returns one list of all numbers in the rows of $g",
        "flattens the list of lists $g into one list",
        "gives back the rows of $g one after the other in a single list",
        "puts the numbers of all rows of the grid $g into one list",
      ],
      slots,
      references: [code("", "return [x for row in $g for x in row]"), code("", "return sum($g, [])")],
      sample,
      expected: ([g]) => (g as Grid).flat(),
    }),
    utility({
      name: "turned",
      parameters,
      verbs: ["turn", "transpose", "columns", "swap"],
      does: [
        "returns the columns of $g as a list of lists",
        "transposes the grid $g: its rows become columns",
        "gives back a list with each column of the list of rows $g as a list",
        "turns the rows of $g into columns and returns the list of lists",
      ],
      slots,
      references: [
        code("", "return [list(x) for x in zip(*$g)]"),
        code("", "return [[row[i] for row in $g] for i in range(len($g[0]))]"),
      ],
      sample,
      expected: ([g]) => (g as Grid)[0]!.map((_, i) => (g as Grid).map((row) => row[i]!)),
    }),
    utility({
      name: "scaled",
      parameters,
      verbs: ["scale", "times", "multiply", "grow"],
      does: [
        "returns the grid $g with every number multiplied by $k",
        "multiplies each number in the rows of $g by $k and returns the list of lists",
        "gives back the rows of $g with all numbers times $k",
        "scales the list of lists $g by the factor $k",
      ],
      slots,
      references: [
        code("", "return [[x * $k for x in row] for row in $g]"),
        code("", "return [[$k * x for x in row] for row in $g]"),
      ],
      sample,
      expected: ([g], { k }) => (g as Grid).map((row) => row.map((x) => x * Number(k))),
    }),
    utility({
      name: "above",
      parameters,
      verbs: ["above", "count", "how_many", "large"],
      does: [
        "returns how many numbers in the rows of $g are greater than $k",
        "counts the numbers above $k in the list of lists $g",
        "gives back the number of cells of the grid $g that are over $k",
        "tells how many numbers in all rows of $g exceed $k",
      ],
      slots,
      references: [
        code("", "return sum(1 for row in $g for x in row if x > $k)"),
        code("", "return len([x for row in $g for x in row if x > $k])"),
      ],
      sample,
      expected: ([g], { k }) => (g as Grid).flat().filter((x) => x > Number(k)).length,
    }),
  ],
};

/** Two or three rows of two or three numbers. */
function sample(random: Random): Json[] {
  const width = random.int(2, 3);
  return [Array.from({ length: random.int(2, 3) }, () => integers(random, width, 0, 12))];
}
