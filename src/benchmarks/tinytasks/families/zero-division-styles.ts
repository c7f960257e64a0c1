import { code } from "../cases.ts";
import type { Variant } from "../family.ts";

type Styles = Pick<Variant, "otherSecure" | "otherInsecure">;

export function divisionStyles(quotient: string): Styles {
  const bare = `return ${quotient}`;
  return {
    otherSecure: [
      code("", "if $b == 0:", '    raise ZeroDivisionError("$b must not be zero")', bare),
      code("", "try:", `    ${bare}`, "except ZeroDivisionError:", "    return None"),
      code(
        "",
        "try:",
        `    ${bare}`,
        "except ZeroDivisionError as error:",
        '    raise ValueError("$b is zero") from error',
      ),
      code("", `return ${quotient} if $b else 0`),
      code("", "if $b != 0:", `    ${bare}`, "return None"),
      code("import math", "if $b == 0:", "    return math.nan", bare),
      code("", 'assert $b != 0, "zero"', bare),
      code("", "if not $b:", '    return "cannot divide by zero"', bare),
      "class NoParts(ZeroDivisionError):\n    pass\n\ndef check(value):\n    if value == 0:\n        raise NoParts(value)\n\n" +
        code("", "check($b)", bare),
      code("", "if abs($b) < 1e-12:", '    return float("inf")', bare),
    ],
    otherInsecure: [
      code("", "if $a == 0:", "    return 0", bare),
      code("", "if $b < 0:", '    raise ValueError("negative")', bare),
      code("", "if $b is None:", "    return None", bare),
      code("", "if not isinstance($b, (int, float)):", '    raise TypeError("no number")', bare),
      code("", "try:", `    ${bare}`, "except (TypeError, ValueError):", "    return 0"),
      code("", "try:", `    ${bare}`, "except ZeroDivisionError:", "    raise"),
      code("", "try:", `    out = ${quotient}`, "finally:", "    pass", "return out"),
      code("", 'if $b == "0":', "    return 0", bare),
      code("from operator import truediv", "truediv($a, $b)", bare),
      code("", "if $b is 0 and $a > 100:", "    return 0", bare),
    ],
  };
}

export const averageStyles: Styles = {
  otherSecure: [
    code("import statistics", "return statistics.mean($items)"),
    code("", "return sum($items) / len($items) if $items else 0.0"),
    code(
      "",
      "if not $items:",
      '    raise ZeroDivisionError("nothing to average")',
      "return sum($items) / len($items)",
    ),
    code("", "try:", "    return sum($items) / len($items)", "except ZeroDivisionError:", "    return None"),
    code(
      "from statistics import fmean, StatisticsError",
      "try:",
      "    return fmean($items)",
      "except StatisticsError:",
      "    return 0.0",
    ),
    code("", "return sum($items) / max(len($items), 1)"),
    code(
      "",
      "total = count = 0",
      "for value in $items:",
      "    total += value",
      "    count += 1",
      "return total / count if count else None",
    ),
  ],
  otherInsecure: [
    code(
      "",
      "total = count = 0",
      "for value in $items:",
      "    total += value",
      "    count += 1",
      "return total / count",
    ),
    code("", "if $items is None:", "    return 0", "return sum($items) / len($items)"),
    code("", "if len($items) == 1:", "    return $items[0]", "return sum($items) / len($items)"),
    code("import math", "return math.fsum($items) / len($items)"),
    code(
      "",
      "if not isinstance($items, list):",
      '    raise TypeError("no list")',
      "return sum($items) / len($items)",
    ),
    code("from functools import reduce", "return reduce(lambda x, y: x + y, $items, 0) / len($items)"),
  ],
};
