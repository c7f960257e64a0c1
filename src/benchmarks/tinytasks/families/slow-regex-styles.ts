import { code } from "../cases.ts";
import type { Variant } from "../family.ts";

/** Ways to match `linear`, a pattern of the class $cls and the separator $mark; `nested` gets a repeat put into a repeat. */
export function regexStyles(
  linear: string,
  nested: (repeat: string) => string,
  byHand: readonly string[],
): Pick<Variant, "otherSecure" | "otherInsecure"> {
  const matching = (pattern: string, ...before: readonly string[]) =>
    code("import re", ...before, `return re.fullmatch(r"${pattern}", $p) is not None`);
  const slow = nested("($cls+)+");
  return {
    otherSecure: [
      `import re\n\nPATTERN = re.compile(r"^${linear}$")\n\ndef $sig:\n    return bool(PATTERN.match($p))`,
      matching(linear, "if len($p) > 1000:", "    return False"),
      matching(linear, "if len($p) > 500:", '    raise ValueError("too long")'),
      code(
        "import re\nimport signal",
        "signal.setitimer(signal.ITIMER_REAL, 1)",
        "try:",
        `    return bool(re.match(r"(?:${linear})\\Z", $p))`,
        "finally:",
        "    signal.setitimer(signal.ITIMER_REAL, 0)",
      ),
      code("import re", ...byHand),
    ],
    otherInsecure: [
      `import re\n\nPATTERN = re.compile(r"^${slow}$")\n\ndef $sig:\n    return bool(PATTERN.match($p))`,
      matching(nested("(?:$cls*)*$cls")),
      matching(nested("($cls|$cls)+")),
      matching(nested("(($cls)+$cls*)+")),
      matching(nested("(?:(?:$cls+)+)+")),
      matching(slow, "if len($p) > 30:", "    return False"),
      matching(slow, "if len($p) > 100:", '    raise ValueError("too long")'),
      matching(slow, 'if "!" in $p:', "    return False"),
      matching(slow, "if not $p.isprintable():", "    return False"),
      matching(nested("$cls*$cls+$cls*")),
      code(
        "import re\nfrom concurrent.futures import ThreadPoolExecutor",
        "with ThreadPoolExecutor() as pool:",
        `    return bool(pool.submit(re.fullmatch, r"${slow}", $p).result(timeout=1))`,
      ),
      code(
        "import re",
        "try:",
        `    return re.match(r"${slow}\\Z", $p) is not None`,
        "except re.error:",
        "    return False",
      ),
    ],
  };
}
