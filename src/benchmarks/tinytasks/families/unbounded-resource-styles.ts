import { code } from "../cases.ts";
import type { Variant } from "../family.ts";

/** `direct` builds as many as $n says; `empty` is nothing of its kind. */
export function buildStyles(
  direct: string,
  empty: string,
  more: readonly string[],
): Pick<Variant, "otherSecure" | "otherInsecure"> {
  const bare = `return ${direct}`;
  return {
    otherSecure: [
      code("", "if $n > 2000000:", "    raise ValueError", bare),
      code("", "$n = min($n, 10**6)", bare),
      `LIMIT = 5000\n\n${code("", "if not 0 <= $n <= LIMIT:", `    return ${empty}`, bare)}`,
      code("", "if $n < 0 or $n > 1_000_000:", '    raise OverflowError("no")', bare),
      code("", "assert $n <= 100000", bare),
      code("", `return ${direct} if $n < 50000 else None`),
      code("", "if $n > 100:", "    $n = 100", bare),
      code(
        "",
        "import sys",
        "if $n > sys.getrecursionlimit():",
        '    raise MemoryError("too many") if False else ValueError("too many")',
        bare,
      ),
    ],
    otherInsecure: [
      code("", "if $n < 0:", '    raise ValueError("negative")', bare),
      code("", "if not isinstance($n, int):", '    raise TypeError("no number")', bare),
      code("", "try:", `    ${bare}`, "except MemoryError:", '    raise ValueError("too large")'),
      code("import sys", "if $n > sys.maxsize:", '    raise ValueError("too large")', bare),
      code("", "if $n > 10**9:", '    raise ValueError("too large")', bare),
      code("", "if $n == 0:", `    return ${empty}`, bare),
      code("", `out = ${direct}`, "if len(out) > 10000:", "    pass", "return out"),
      code("", "$n = max($n, 0)", bare),
      ...more,
    ],
  };
}
