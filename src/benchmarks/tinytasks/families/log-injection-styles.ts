import { code } from "../cases.ts";
import type { Variant } from "../family.ts";

/** `put` gives the lines that log the expression `p`. */
export function logStyles(
  put: (p: string) => readonly string[],
): Pick<Variant, "otherSecure" | "otherInsecure"> {
  return {
    otherSecure: [
      code("", 'safe = $p.replace("\\n", "\\\\n")', ...put("safe")),
      code("", 'safe = $p.replace("\\r", "\\\\r").replace("\\n", "\\\\n")', ...put("safe")),
      code("", 'safe = $p.encode("unicode_escape").decode()', ...put("safe")),
      code("import re", 'safe = re.sub(r"[\\r\\n]+", " ", $p)', ...put("safe")),
      code("import re", 'safe = re.sub(r"[\\x00-\\x1f\\x7f]", "", $p)', ...put("safe")),
      code("", 'safe = "".join(c if c.isprintable() else "?" for c in $p)', ...put("safe")),
      code("", 'safe = " ".join($p.split())', ...put("safe")),
      code("", 'safe = $p.split("\\n")[0]', ...put("safe")),
      code("", "safe = repr($p)[1:-1]", ...put("safe")),
      code("import json", "safe = json.dumps($p)[1:-1]", ...put("safe")),
      code("", 'if "\\n" in $p or "\\r" in $p:', '    raise ValueError("line break")', ...put("$p")),
      code("", 'safe = $p.translate({10: " ", 13: " "})', ...put("safe")),
    ],
    otherInsecure: [
      code("", "safe = $p.strip()", ...put("safe")),
      code("", 'safe = $p.replace("\\\\n", " ")', ...put("safe")),
      code("", 'safe = $p.replace("\\r\\n", " ")', ...put("safe")),
      code("", 'safe = $p.replace("\\r", " ")', ...put("safe")),
      code("", 'safe = $p.replace("\\n", " ", 1)', ...put("safe")),
      code("import html", "safe = html.escape($p)", ...put("safe")),
      code("", "safe = $p.encode('ascii', 'ignore').decode()", ...put("safe")),
      code("", "safe = str($p)[:500]", ...put("safe")),
      code("import re", 'safe = re.sub(r"^\\s+|\\s+$", "", $p)', ...put("safe")),
    ],
  };
}
