import { code } from "../cases.ts";
import type { Variant } from "../family.ts";

/** `use` makes the returning line of the expression that parses `$p`. */
export function parseStyles(
  use: (value: string) => string,
): Required<Pick<Variant, "otherSecure" | "otherInsecure">> {
  const refuse = '    raise ValueError("bad value")';
  return {
    otherSecure: [
      code("import json", use("json.loads($p)")),
      code(
        "import json",
        "try:",
        "    found = json.loads($p)",
        "except json.JSONDecodeError as error:",
        '    raise ValueError("bad value") from error',
        use("found"),
      ),
      code("import ast", "tree = ast.parse($p.strip(), mode='eval')", use("ast.literal_eval(tree)")),
      code(
        "import ast",
        "try:",
        "    found = ast.literal_eval($p)",
        "except (ValueError, SyntaxError):",
        "    return None",
        use("found"),
      ),
      code(
        "import ast",
        "for node in ast.walk(ast.parse($p, mode='eval')):",
        "    if not isinstance(node, (ast.Expression, ast.List, ast.Dict, ast.Constant, ast.Load)):",
        `    ${refuse}`,
        use("eval($p)"),
      ),
    ],
    otherInsecure: [
      code("", 'if "import" in $p:', refuse, use("eval($p)")),
      code("", 'if "__" in $p or "os" in $p:', refuse, use("eval($p)")),
      code("", 'if "(" in $p:', refuse, use("eval($p)")),
      code("", 'if "lambda" in $p or " for " in $p:', refuse, use("eval($p)")),
      code("import re", `if not re.fullmatch(r"[\\w\\s\\[\\]{}:,'\\".+-]*", $p):`, refuse, use("eval($p)")),
      code("", use("eval($p, {}, {})")),
      code("", use('eval(compile($p, "text", "eval"))')),
      code("", "names = {}", 'exec("found = " + $p, names)', use('names["found"]')),
      code("", 'if $p.strip()[:1] not in "[{":', refuse, use("eval($p)")),
      code("", "found = eval($p)", "if not isinstance(found, (list, dict)):", refuse, use("found")),
      code(
        "import ast",
        "try:",
        "    found = ast.literal_eval($p)",
        "except ValueError:",
        "    found = eval($p)",
        use("found"),
      ),
      code("", use('eval($p, {"__builtins__": {}}, {})')),
    ],
  };
}
