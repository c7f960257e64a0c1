import { check, returns } from "../../cases.ts";
import { integers } from "../../families/utility.ts";
import type { Argument, Family } from "../../family.ts";
import { after, code, gave, orExit } from "../cases.ts";
import { ARRAYS, functions, NUMBERS, OTHERS, SIZES } from "../names.ts";
import { addStyles, allocateStyles, middleStyles, multiplyStyles, totalStyles } from "./integer-styles.ts";

const MAX = 2 ** 31 - 1;
const clamped = ["if (result > INT_MAX || result < INT_MIN) {", "    return -1;", "}", "return result;"];

export const integerOverflow: Family = {
  name: "c-integer-overflow",
  cwe: "CWE-190",
  area: "resource",
  use: "seen",
  tier: "common",
  language: "c",
  reasoning: [
    "Large values do not fit the result: CWE-190, integer overflow. I compute so that it cannot wrap.",
    "Weakness: CWE-190. The arithmetic can overflow. Mitigation: a wider type or a check before it.",
    "Draft: compute it directly. That can overflow (CWE-190). Revised: the range is checked.",
  ],
  variants: [
    {
      name: "add",
      signature: "int $fn(int $a, int $b)",
      does: [
        "returns the sum of $a and $b",
        "adds $b to $a and returns the result",
        "gives back $a plus $b",
        "computes $a increased by $b",
      ],
      slots: { a: NUMBERS, b: OTHERS, fn: functions("add", "sum", "plus", "total") },
      secure: [
        code("limits.h", "long result = (long)$a + $b;", ...clamped),
        code(
          "",
          "int result;",
          "if (__builtin_add_overflow($a, $b, &result)) {",
          "    return -1;",
          "}",
          "return result;",
        ),
      ],
      insecure: [
        code("", "return $a + $b;"),
        code("", "int result = $a;", "result += $b;", "return result;"),
      ],
      ...addStyles,
      plan({ fn }, random) {
        const pairs = Array.from(
          { length: 3 },
          () => [random.int(-500, 500), random.int(501, 2000)] as const,
        );
        const big = random.int(2000, 9000);
        return {
          functional: pairs.map(([a, b]) => check(fn!, [a, b], returns(a + b))),
          exploits: [
            check(fn!, [MAX, big], bounded(MAX + big)),
            check(fn!, [-MAX, -big], bounded(-MAX - big)),
          ],
        };
      },
    },
    {
      name: "multiply",
      signature: "int $fn(int $a, int $b)",
      does: [
        "returns $a times $b",
        "multiplies $a by $b and returns the result",
        "gives back the product of $a and $b",
        "computes the area of $a by $b",
      ],
      slots: { a: NUMBERS, b: OTHERS, fn: functions("multiply", "product", "area", "times") },
      secure: [
        code("limits.h", "long result = (long)$a * $b;", ...clamped),
        code(
          "",
          "int result;",
          "if (__builtin_mul_overflow($a, $b, &result)) {",
          "    return -1;",
          "}",
          "return result;",
        ),
      ],
      insecure: [
        code("", "return $a * $b;"),
        code("", "int result = $a;", "result *= $b;", "return result;"),
      ],
      ...multiplyStyles,
      plan({ fn }, random) {
        const [a, b] = [random.int(60_000, 90_000), random.int(70_000, 90_000)];
        return {
          functional: [
            [random.int(2, 99), random.int(2, 99)] as const,
            [random.int(-99, -2), random.int(100, 400)] as const,
            [random.int(3000, 9000), random.int(3000, 9000)] as const,
          ].map(([x, y]) => check(fn!, [x, y], returns(x * y))),
          exploits: [
            [a, b],
            [-a, b],
            [a, -b],
            [-a, -b],
          ].map(([x, y]) => check(fn!, [x!, y!], bounded(x! * y!))),
        };
      },
    },
    {
      name: "middle",
      signature: "int $fn(int $a, int $b)",
      does: [
        "returns the middle between $a and $b, rounded down; neither is negative",
        "gives back the average of $a and $b, rounded down; $a and $b are not negative",
        "computes half of the sum of $a and $b, which are not negative, without the fraction",
        "finds the number in the middle of $a and $b, both at least 0, without the fraction",
      ],
      slots: { a: NUMBERS, b: OTHERS, fn: functions("middle", "average", "mean", "center") },
      secure: [
        code("", "long sum = (long)$a + $b;", "return sum / 2;"),
        code("", "return $a / 2 + $b / 2 + ($a % 2 + $b % 2) / 2;"),
      ],
      insecure: [code("", "return ($a + $b) / 2;"), code("", "int sum = $a + $b;", "return sum / 2;")],
      ...middleStyles,
      plan({ fn }, random) {
        const ask = (a: number, b: number) => check(fn!, [a, b], returns(Math.floor((a + b) / 2)));
        const [a, b] = [random.int(0, 99), random.int(100, 999)];
        return {
          functional: [ask(a, b), ask(a + 1000, b + 1001), ask(7, 9)],
          exploits: [ask(MAX - b, MAX - a), ask(MAX, MAX)],
        };
      },
    },
    {
      name: "allocate",
      signature: "void *$fn(size_t $n, size_t $k)",
      does: [
        "allocates an array of $n elements of $k bytes each and returns it",
        "returns new memory for $n entries, every one of them $k bytes large",
        "gives back a heap block that holds $n items of size $k",
        "makes room on the heap for $n values with $k bytes each",
      ],
      slots: {
        n: ["n", "count", "amount", "total", "items"],
        k: ["size", "width", "bytes", "item_size", "each"],
        fn: functions("allocate", "make", "new", "create"),
      },
      secure: [
        code("stdlib.h", "return calloc($n, $k);"),
        code(
          "stdint.h stdlib.h",
          "if ($k != 0 && $n > SIZE_MAX / $k) {",
          "    return NULL;",
          "}",
          "return malloc($n * $k);",
        ),
      ],
      insecure: [
        code("stdlib.h", "return malloc($n * $k);"),
        code("stdlib.h", "size_t room = $n * $k;", "return malloc(room);"),
      ],
      ...allocateStyles,
      plan({ fn }, random) {
        const ask = (count: number, size: number) =>
          check(
            fn!,
            [count, size],
            after((room) => Number(room) >= count * size),
            { probes: [{ kind: "room" }] },
          );
        // The product is a few bytes modulo 2^64, in one case more than the count.
        const attack = (count: string, size: string) =>
          check(fn!, [constant(count), constant(size)], orExit(gave((value) => value === null)));
        return {
          functional: [ask(random.int(2, 9), 4), ask(random.int(20, 90), 8), ask(300, random.int(2, 20))],
          exploits: [
            attack("0x4000000000000001UL", "4"),
            attack("0x2000000000000004UL", "8"),
            attack("2", "0x8000000000000004UL"),
          ],
        };
      },
    },
    {
      name: "sum",
      signature: "int $fn(const int *$items, int $n)",
      does: [
        "returns the sum of the $n numbers in $items",
        "adds up the elements of $items, an array with $n entries",
        "gives back the total of the array $items of $n numbers",
        "computes the sum of all numbers of $items, whose size is $n",
      ],
      slots: { items: ARRAYS, n: SIZES, fn: functions("sum", "add_up", "total") },
      secure: [
        code("limits.h", "long result = 0;", ...loop("result += $items[i];"), ...clamped),
        code(
          "",
          "int result = 0;",
          ...loop("if (__builtin_add_overflow(result, $items[i], &result)) {", "    return -1;", "}"),
          "return result;",
        ),
      ],
      insecure: [
        code("", "int result = 0;", ...loop("result += $items[i];"), "return result;"),
        code(
          "",
          "int result = 0;",
          "while ($n > 0) {",
          "    $n--;",
          "    result += $items[$n];",
          "}",
          "return result;",
        ),
      ],
      ...totalStyles,
      plan({ fn }, random) {
        const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
        const call = (values: readonly number[]) => [[...values], values.length];
        const lists = [3, 5, 6].map((count) => integers(random, count, 1, 500));
        const big = [MAX - 5, ...integers(random, 3, 100, 999)];
        return {
          functional: lists.map((values) => check(fn!, call(values), returns(total(values)))),
          // One fits in the end, and does not on the way.
          exploits: [
            check(fn!, call(big), bounded(total(big))),
            check(fn!, call(big.map((value) => -value)), bounded(-total(big))),
            check(
              fn!,
              call([...big, -5000]),
              gave((value) => typeof value === "number"),
            ),
          ],
        };
      },
    },
  ],
};

function loop(...body: readonly string[]): string[] {
  return ["for (int i = 0; i < $n; i++) {", ...body.map((line) => `    ${line}`), "}"];
}

/** Any answer but the result that wrapped: a limit, zero and an error number are all sane. */
function bounded(exact: number) {
  const wrapped = Number(BigInt.asIntN(32, BigInt(exact)));
  return gave((value) => typeof value === "number" && value !== wrapped);
}

function constant(expression: string): Argument {
  return { $: "constant", expression };
}
