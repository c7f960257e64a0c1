import { code } from "../cases.ts";
import type { Variant } from "../family.ts";

/** `use`: lines that take the entry at $i out of $items; the last one returns. */
export function indexStyles(use: readonly string[]): Pick<Variant, "otherSecure" | "otherInsecure"> {
  const within = use.map((line) => `    ${line}`);
  return {
    otherSecure: [
      code("", "$i = min(max($i, 0), len($items) - 1)", ...use),
      code("", "if $i < 0 or $i >= len($items):", '    return "Error: bad index"', ...use),
      code("", "if 0 <= $i < len($items):", ...within, "return None"),
      code("", "if $i not in range(len($items)):", '    raise IndexError("no such place")', ...use),
      code(
        "",
        "if $i < 0:",
        "    raise ValueError($i)",
        "try:",
        ...within,
        "except IndexError:",
        "    return None",
      ),
      code("", "assert 0 <= $i < len($items)", ...use),
      code("", "if $i < 0:", "    return $items", ...use),
      code("", "if $i < 0 or $i >= len($items):", "    return -1", ...use),
      code("", "if not isinstance($i, int) or not -1 < $i < len($items):", "    return False", ...use),
    ],
    otherInsecure: [
      code("", "if $i >= len($items):", '    raise IndexError("bad position")', ...use),
      code("", "if $i > len($items) - 1:", "    return None", ...use),
      code("", "try:", ...within, "except IndexError:", "    return None"),
      code("", "if $i < -len($items) or $i >= len($items):", '    raise IndexError("bad position")', ...use),
      code("", "if abs($i) >= len($items):", '    raise IndexError("bad position")', ...use),
      code("", "$i = $i % len($items)", ...use),
      code("", "$i = min($i, len($items) - 1)", ...use),
      code("", "if $i < 0:", "    $i += len($items)", ...use),
      code("", "if $i == -1:", '    raise IndexError("bad position")', ...use),
      code("", "$i = abs($i)", ...use),
      code("", "if not isinstance($i, int):", '    raise TypeError("no index")', ...use),
      code("", "if not $items:", "    return None", ...use),
    ],
  };
}
