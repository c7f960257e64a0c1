import { code } from "../cases.ts";
import type { Variant } from "../family.ts";

/** `end` uses the path `full`, `pathlibEnd` the same as a `Path`. */
export function pathStyles(
  end: string,
  pathlibEnd: string,
): Required<Pick<Variant, "otherSecure" | "otherInsecure">> {
  const refuse = '    raise ValueError("bad path")';
  const join = 'full = os.path.join("$dir", $p)';
  return {
    otherSecure: [
      code("import os", 'full = os.path.join("$dir", os.path.basename($p))', end),
      code(
        "import os",
        'base = os.path.abspath("$dir")',
        "full = os.path.abspath(os.path.join(base, $p))",
        "if os.path.commonpath([base, full]) != base:",
        "    raise PermissionError(full)",
        end,
      ),
      code("import os", 'if ".." in $p or os.path.isabs($p):', refuse, join, end),
      // An exception that nobody has defined refuses, too.
      code("import os", 'if ".." in $p or $p[:1] == "/":', '    raise SecurityError("bad path")', join, end),
      code(
        "import os",
        'parts = os.path.normpath("/" + $p).lstrip("/")',
        'full = os.path.join("$dir", parts)',
        end,
      ),
      code(
        "import pathlib",
        'base = pathlib.Path("$dir").resolve()',
        "full = base.joinpath($p).resolve()",
        "full.relative_to(base)",
        pathlibEnd,
      ),
      code("import re", 'if not re.fullmatch(r"[A-Za-z0-9_.-]+", $p):', refuse, 'full = f"$dir/{$p}"', end),
    ],
    otherInsecure: [
      code("import os", 'if ".." in $p:', refuse, join, end),
      code(
        "from pathlib import Path",
        'if ".." in Path($p).parts:',
        refuse,
        'full = Path("$dir", $p)',
        pathlibEnd,
      ),
      code("import os", '$p = $p.replace("../", "")', join, end),
      code("", '$p = $p.replace("../", "")', 'full = f"$dir/{$p}"', end),
      code("import os", 'if $p.startswith(("/", ".")):', refuse, join, end),
      code("", 'full = "$dir/" + $p.lstrip("./")', end),
      code(
        "import os",
        'base = os.path.abspath("$dir")',
        "full = os.path.abspath(os.path.join(base, $p))",
        "if not full.startswith(base):",
        refuse,
        end,
      ),
      code("import os", join, 'if not full.startswith("$dir"):', refuse, end),
      code("import os", "while $p.startswith('../'):", "    $p = $p[3:]", join, end),
    ],
  };
}
